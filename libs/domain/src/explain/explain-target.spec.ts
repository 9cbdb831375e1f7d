import { describe, expect, it } from '@jest/globals';
import { judgeMaintenance } from '../maintenance/judge-maintenance.js';
import type { Selector } from '../selector/selector.js';
import { explainTarget } from './explain-target.js';
import type { ExplanationStep, KnownOfRollout, KnownOfTarget, KnownToExplain } from './explanation.types.js';

const NOW = new Date('2026-11-26T09:00:00Z');
const LATER = new Date('2026-11-26T10:00:00Z');
const PROD: Selector = { all: false, matchLabels: { env: 'prod' }, matchExpressions: [{ key: 'region', operator: 'NotIn', values: ['us'] }] };

const aTarget = (rest: Partial<KnownOfTarget> = {}): KnownOfTarget => ({
  isRemoving: false, assigned: 7, assignedAt: NOW, hold: undefined, sync: 'SYNCED', reason: 'SYNCED', message: '', since: NOW, isReported: true, health: 'HEALTHY', healthMessage: '', unhealthy: [], ...rest,
});
const aRollout = (rest: Partial<KnownOfRollout> = {}): KnownOfRollout => ({
  number: 3, cause: 'RELEASE', phase: 'RUNNING', reason: undefined, createdAt: NOW, startedAt: NOW, stage: 'rest', placement: 'MATCHED', state: 'HEALTHY', stateReason: undefined, named: undefined, hurdles: [], skippedGates: [], ...rest,
});
const known = ({ application, cluster, ...rest }: { application?: Partial<KnownToExplain['application']>; cluster?: Partial<KnownToExplain['cluster']> } & Partial<Omit<KnownToExplain, 'application' | 'cluster'>> = {}): KnownToExplain => ({
  application: { name: 'shop', isDeleting: false, selector: PROD, reason: undefined, message: undefined, ...application },
  cluster: { name: 'eu-1', isLeaving: false, labels: { env: 'prod' }, facts: {}, isConnected: true, lastSeenAt: NOW, ...cluster },
  newest: { number: 7, commit: 'abcdef0123456789', subject: 'a fix' }, target: aTarget(), rollout: aRollout({ phase: 'SUCCEEDED' }), ...rest,
});
const GATE = { kind: 'APPROVAL', stage: 'rest', gate: 'go', message: 'Gate go before stage rest waits for 1 more approval: approveGate.', until: LATER } as const;
const PENDING = aTarget({ assigned: undefined, assignedAt: undefined, sync: 'PENDING', reason: 'WAITING_FOR_ROLLOUT', isReported: false, health: 'UNKNOWN' });
const NIGHTS = [{ name: 'nights', selector: PROD, windows: [{ kind: 'ALLOW', schedule: '0 10 * * *', duration: '6h', timeZone: 'UTC' }] }] as const;
const maintenance = { windows: ['nights'], judgement: judgeMaintenance(NIGHTS, NOW) };
const none = { target: undefined, rollout: undefined };
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
const pod = { group: '', kind: 'Pod', namespace: 'shop', name: 'web-1' };

/** What stands in the way: kind, a part of its words, a part of what comes next. */
type Row = readonly [string, KnownToExplain, ExplanationStep['kind'], string, string];

describe('explainTarget', () => {
  it.each<Row>([
    ['a label that differs', known({ ...none, cluster: { labels: { env: 'test' } } }), 'SELECTOR', 'asks for env in (prod), and cluster eu-1 has env=test.', 'Change the labels'],
    ['a label that is missing', known({ ...none, cluster: { labels: {} } }), 'SELECTOR', 'cluster eu-1 has no env.', 'Change the labels'],
    ['an expression', known({ ...none, cluster: { labels: { env: 'prod', region: 'us' } } }), 'SELECTOR', 'asks for region!=us, and cluster eu-1 has region=us.', 'Change the labels'],
    ['facts that are unknown', known({ ...none, application: { selector: { ...PROD, matchExpressions: [{ key: 'facts.capstan.dev/region', operator: 'Exists', values: [] }] } }, cluster: { facts: undefined } }), 'SELECTOR', 'has reported no facts yet', 'Wait until the agent'],
    ['facts that match no more', known({ application: { selector: { ...PROD, matchExpressions: [{ key: 'facts.capstan.dev/region', operator: 'In', values: ['eu'] }] } }, cluster: { facts: { region: 'us' } } }), 'SELECTOR', 'has facts.capstan.dev/region=us.', 'confirmFactMismatch'],
    ['a selector without words', known({ ...none, application: { selector: { all: false, matchLabels: {}, matchExpressions: [] } } }), 'SELECTOR', 'says nothing', 'all: true'],
    ['a cluster that is removed', known({ cluster: { isLeaving: true } }), 'SELECTOR', 'being removed', 'being removed'],
    ['an application that is deleted', known({ application: { isDeleting: true } }), 'APPLICATION', 'being deleted', 'being deleted'],
    ['a repository that does not answer', known({ application: { reason: 'REPOSITORY_UNREACHABLE', message: 'fleet does not answer' } }), 'APPLICATION', 'its newest content: fleet does not answer.', 'Check the URL'],
    ['no release', known({ newest: undefined, target: PENDING, rollout: undefined }), 'RELEASE', 'no release yet', 'first look'],
    ['a hold', known({ target: aTarget({ assigned: 5, hold: { at: NOW, by: 'ada', reason: 'broken' } }) }), 'HOLD', 'held by ada after a rollback: broken.', 'liftHold'],
    ['an agent that was never there', known({ cluster: { isConnected: false, lastSeenAt: undefined } }), 'CONNECTION', 'never connected', 'capstan cluster join eu-1'],
    ['an agent that is away', known({ cluster: { isConnected: false } }), 'CONNECTION', 'is away', 'Bring the agent'],
    ['a stage that is not open', known({ target: PENDING, rollout: aRollout({ state: 'PENDING', hurdles: [GATE] }) }), 'HURDLE', 'waits for 1 more approval', 'approveGate'],
    ['a gate for one that was sent ahead before, and failed', known({ target: PENDING, rollout: aRollout({ state: 'PENDING', named: { by: 'ada', reason: 'a customer waits', isUsedUp: true }, hurdles: [GATE] }) }), 'HURDLE', 'waits for 1 more approval', 'approveGate'],
    ['a maintenance window for one that was sent ahead before', known({ target: PENDING, rollout: aRollout({ state: 'PENDING', named: { by: 'ada', reason: 'a customer waits', isUsedUp: true } }), maintenance }), 'MAINTENANCE', 'Cluster eu-1 is outside', 'Wait for the maintenance windows'],
    ['a maintenance window that is closed', known({ target: PENDING, rollout: aRollout({ state: 'PENDING' }), maintenance }), 'MAINTENANCE', 'Cluster eu-1 is outside of the maintenance window nights of the project: nights is closed until 2026-11-26 10:00 UTC', 'Wait for the maintenance windows'],
    ['a rollout that has halted', known({ target: aTarget({ assigned: 6 }), rollout: aRollout({ phase: 'HALTED', reason: 'too many failed', state: 'PENDING', hurdles: [{ ...GATE, message: 'It has halted: retry.' }] }) }), 'ROLLOUT', 'Rollout 3 is HALTED: too many failed.', 'It has halted: retry.'],
    ['a rollout that was aborted before it came here', known({ target: aTarget({ assigned: 6 }), rollout: aRollout({ phase: 'ABORTED', reason: 'not yet', state: 'PENDING' }) }), 'ROLLOUT', 'Rollout 3 is ABORTED: not yet.', 'send the newest release once more'],
    ['no stage', known({ target: PENDING, rollout: aRollout({ placement: 'NO_STAGE', state: 'SKIPPED', stateReason: 'NO_STAGE' }) }), 'STAGE', 'No stage of the rollout takes the cluster', 'No stage of the rollout takes this cluster'],
    ['its own failure', known({ rollout: aRollout({ phase: 'HALTED', state: 'FAILED', stateReason: 'DEADLINE_EXCEEDED' }) }), 'STAGE', 'FAILED (DEADLINE_EXCEEDED)', 'within the deadline'],
    ['a deadline of late comers, as long as it is not well', known({ target: aTarget({ health: 'PROGRESSING' }), rollout: aRollout({ cause: 'LATE_MATCH', phase: 'FAILED', state: 'FAILED', stateReason: 'DEADLINE_EXCEEDED' }) }), 'STAGE', 'FAILED (DEADLINE_EXCEEDED)', 'within the deadline'],
    ['what the agent said', known({ target: aTarget({ sync: 'FAILED', reason: 'INVALID_YAML', message: 'a.yaml:3: bad indent' }) }), 'TARGET', 'FAILED (INVALID_YAML): a.yaml:3: bad indent.', 'file and line'],
    ['what keeps an order from being made', known({ target: { ...PENDING, sync: 'FAILED', reason: 'PARAMETER_MISSING', message: 'label zone' }, rollout: undefined }), 'TARGET', 'The target is FAILED (PARAMETER_MISSING): label zone.', 'Set the label'],
    ['a removal', known({ target: aTarget({ isRemoving: true, sync: 'REMOVING', reason: 'REMOVING' }) }), 'TARGET', 'REMOVING', 'the agent removes'],
    ['the worst object', known({ target: aTarget({ health: 'DEGRADED', unhealthy: [{ ref: pod, health: 'PROGRESSING', message: '' }, { ref: deployment, health: 'DEGRADED', message: 'no image' }] }) }), 'HEALTH', 'DEGRADED; Deployment.apps shop/web is DEGRADED: no image.', 'Look at the listed objects'],
    ['health that nobody can judge', known({ target: aTarget({ health: 'UNKNOWN', healthMessage: 'rule 1 failed' }) }), 'HEALTH', 'UNKNOWN; rule 1 failed.', 'could not be judged'],
  ])('says that %s stands in the way, and the way on', (_name, input, kind, words, next) => {
    const explanation = explainTarget(input);
    const first = explanation.steps.find((step) => !step.isOk);
    expect(first).toMatchObject({ kind, message: expect.stringContaining(words) });
    expect(explanation.next.message).toContain(next);
  });

  it('says that nothing does when all is well', () => {
    const { steps, next } = explainTarget(known());
    expect(steps.map(({ kind, isOk, message }) => `${isOk} ${kind} ${message}`)).toEqual([
      'true SELECTOR The selector env=prod,region!=us selects cluster eu-1.',
      'true APPLICATION Application shop has no problem.',
      'true RELEASE Release 7 (abcdef012345 "a fix") is the newest, and what the target is assigned.',
      'true CONNECTION The agent of cluster eu-1 is connected.',
      'true ROLLOUT Rollout 3 is SUCCEEDED.',
      'true STAGE The target is in stage rest, the first stage that selects the cluster; there it is HEALTHY.',
      'true TARGET The last answer of the agent makes the target SYNCED (SYNCED).',
      'true HEALTH Everything that it runs is HEALTHY.',
    ]);
    expect(next).toEqual({ message: 'Nothing to do: the next release comes with a rollout.', at: undefined });
  });

  it('holds a deadline of a rollout that is over against nobody who is well by now', () => {
    const { steps, next } = explainTarget(known({ rollout: aRollout({ cause: 'LATE_MATCH', phase: 'FAILED', state: 'FAILED', stateReason: 'DEADLINE_EXCEEDED' }) }));
    expect(steps.filter(({ isOk }) => !isOk)).toEqual([]);
    expect(next.message).toContain('Nothing to do');
  });

  it('says of a selected cluster without a target that it comes by itself', () => expect(explainTarget(known(none)).next.message).toContain('makes the target shop@eu-1 by itself'));

  it('names every term that fails, with key and value', () => {
    const { steps } = explainTarget(known({ ...none, cluster: { labels: { region: 'us' } } }));
    expect(steps.filter((step) => step.kind === 'SELECTOR')).toMatchObject([{ key: 'env', value: undefined }, { key: 'region', value: 'us' }]);
  });

  it.each(['SPILLED', 'JOINED_LATE'] as const)('says why a target is in its stage: %s', (placement) => {
    const [stage] = explainTarget(known({ rollout: aRollout({ placement }) })).steps.filter((step) => step.kind === 'STAGE');
    expect(stage?.message).toContain({ SPILLED: 'was full', JOINED_LATE: 'while the rollout ran' }[placement]);
  });

  it.each<[string, KnownToExplain]>([
    ['of who has moved', known({ maintenance })],
    ['of what goes back', known({ target: aTarget({ assigned: 6 }), rollout: aRollout({ cause: 'ROLLBACK', state: 'PENDING' }), maintenance })],
    ['that is open', known({ maintenance: { ...maintenance, judgement: judgeMaintenance(NIGHTS, LATER) } })],
  ])('lets a maintenance window %s stand in nobody\'s way', (_name, input) => {
    expect(explainTarget(input).steps.filter((step) => step.kind === 'MAINTENANCE')).toMatchObject([{ isOk: true }]);
  });
  it('tells until when a maintenance window is closed', () => expect(explainTarget(known({ target: PENDING, rollout: aRollout({ state: 'PENDING' }), maintenance })).next.at).toEqual(LATER));
  it('says who sent a target ahead, and lets nothing stand in its way that others wait for', () => {
    const { steps } = explainTarget(known({ target: PENDING, rollout: aRollout({ state: 'PENDING', named: { by: 'ada', reason: 'a customer waits', isUsedUp: false }, hurdles: [GATE] }) }));
    expect(steps.filter((step) => step.kind === 'STAGE' || step.kind === 'HURDLE')).toMatchObject([{ isOk: true, message: expect.stringContaining('It was sent ahead by ada: a customer waits.') }, { isOk: true }]);
  });

  it('says of gates that asked nobody that they have said nothing', () => {
    const { steps } = explainTarget(known({ rollout: aRollout({ skippedGates: ['Gate errors at the end of stage canary is skipped, not passed.'] }) }));
    expect(steps.filter(({ kind }) => kind === 'STAGE')).toMatchObject([{ isOk: true, message: expect.stringMatching(/there it is HEALTHY\. Gate errors at the end of stage canary is skipped, not passed\.$/) }]);
  });

  it('tells when what comes next is known', () => expect(explainTarget(known({ target: PENDING, rollout: aRollout({ state: 'PENDING', hurdles: [GATE] }) })).next.at).toEqual(LATER));

  it('lets a rollout that goes on elsewhere stand in the way of nobody who has moved', () =>
    expect(explainTarget(known({ rollout: aRollout({ phase: 'PAUSED', hurdles: [GATE] }) })).steps.every((step) => step.isOk)).toBe(true));
});
