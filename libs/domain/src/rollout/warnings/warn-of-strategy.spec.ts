import { DEFAULT_STRATEGY, strategyOf, warnOfStrategy, type KnownToGates, type RolloutStrategy, type StageInput, type TargetToPlace } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resolveStages } from '../resolve-stages.js';
import { idOf, NOW } from '../testing/rollout-rows.js';

const ALL = { all: true } as const;
const byRegion = (region: string): StageInput['selector'] => ({ matchLabels: { region } });
const aCluster = (cluster: string, labels: Readonly<Record<string, string>> = {}): TargetToPlace => ({ id: idOf(cluster), cluster, labels, facts: undefined, isOnline: true });
const eu = (n: number): TargetToPlace => aCluster(`eu-${n}`, { region: 'eu' });
const us = (n: number): TargetToPlace => aCluster(`us-${n}`, { region: 'us' });
const FLEET = [eu(1), eu(2), us(1), us(2)];
const staged = (...stages: readonly StageInput[]): RolloutStrategy => {
  const { value, issues } = strategyOf({ kind: 'STAGED', stages });
  expect(issues).toEqual([]);
  return value;
};
const at = (schedule: string): StageInput['before'] => [{ name: 'hours', window: { windows: [{ kind: 'ALLOW', schedule, duration: '1h', timeZone: 'UTC' }] } }];
const KNOWN: KnownToGates = { approvers: 1, isNotByAuthor: false, validators: ['change-board'], applications: ['queue', 'database'] };
const said = (strategy: RolloutStrategy, targets: readonly TargetToPlace[] = FLEET, known: Partial<KnownToGates> = {}): readonly string[] =>
  warnOfStrategy(strategy, targets, { ...KNOWN, ...known }, NOW).map(({ code, severity, path, message }) => `${severity} ${code} ${path.join('.')}: ${message}`);

describe('warnOfStrategy', () => {
  it.each<[string, RolloutStrategy, readonly TargetToPlace[]]>([
    ['a canary and the rest', staged({ name: 'canary', selector: byRegion('eu') }, { name: 'rest', selector: ALL, maxConcurrency: '50%', failureBudget: '20%' }), FLEET],
    ['stages by region', staged({ name: 'eu', selector: byRegion('eu') }, { name: 'us', selector: byRegion('us') }), FLEET],
    ['what nobody wrote, over one cluster alone', DEFAULT_STRATEGY, [eu(1)]],
    ['all at once', { kind: 'ALL_AT_ONCE' }, FLEET],
    ['a limit over the only cluster there is', staged({ name: 'canary', selector: ALL, limit: 1 }), [eu(1)]],
    ['a budget below the size of its stage', staged({ name: 'all', selector: ALL, failureBudget: 3 }), FLEET],
    ['a window that opens in a week', staged({ name: 'all', selector: ALL, before: at('0 11 8 11 *') }), FLEET],
    ['as many approvals as people', staged({ name: 'all', selector: ALL, after: [{ name: 'qa', approval: {} }] }), FLEET],
    ['a validator and an application that are there', staged({ name: 'all', selector: ALL, after: [{ name: 'board', validator: { name: 'change-board' } }, { name: 'first', rollout: { application: 'queue' } }] }), FLEET],
  ])('has nothing to say of %s', (_name, strategy, targets) => expect(said(strategy, targets)).toEqual([]));

  it.each<[string, RolloutStrategy, readonly string[], (readonly TargetToPlace[])?, Partial<KnownToGates>?]>([
    ['an application without clusters', DEFAULT_STRATEGY, ['NOTE NO_CLUSTER selector: The selector of the application matches no cluster yet: a release goes nowhere until one comes to match.'], []],
    ['a stage that selects nobody', staged({ name: 'asia', selector: byRegion('asia') }, { name: 'rest', selector: ALL }), [
      'WARNING STAGE_MATCHES_NOTHING strategy.stages.0.selector: Stage asia selects none of the 4 clusters of the application: it moves nobody and soaks nobody, and only its gates hold it up. Look at its selector, or at the labels of the clusters.',
    ]],
    ['a stage whose clusters are all taken', staged({ name: 'all', selector: ALL }, { name: 'us', selector: byRegion('us') }), [
      'WARNING STAGE_TAKEN strategy.stages.1.selector: Stage us gets no cluster: of the 2 that it selects all go with earlier stages, 2 with all (us-1, us-2). The first stage that selects a cluster takes it: put us before them, or narrow their selectors, if that is not meant.',
    ]],
    ['a stage of which one cluster goes earlier', staged({ name: 'canary', selector: { matchLabels: { tier: 'canary' } } }, { name: 'eu', selector: byRegion('eu') }, { name: 'rest', selector: ALL }), [
      'NOTE STAGES_OVERLAP strategy.stages.1.selector: Of the 2 clusters that stage eu selects 1 goes with earlier stages: 1 with canary (eu-9). The first stage that selects a cluster takes it: put eu before them, or narrow their selectors, if that is not meant.',
    ], [eu(1), us(1), aCluster('eu-9', { region: 'eu', tier: 'canary' })]],
    ['clusters in no stage', staged({ name: 'eu', selector: byRegion('eu') }), [
      'WARNING NO_STAGE strategy.stages: 4 clusters of the application are in no stage and get no release: us-1, us-2, us-3 and 1 more. Add a last stage with selector: { all: true } for the rest.',
    ], [us(2), us(1), us(4), us(3), eu(1)]],
    ['a limit that rounds to all', staged({ name: 'some', selector: ALL, limit: '60%' }), [
      'WARNING LIMIT_IS_ALL strategy.stages.0.limit: Stage some takes all 2 clusters in spite of its limit: 60% of 2, rounded up, is 2. Nothing is left for another stage; give a smaller limit.',
    ], [eu(1), us(1)]],
    ['a limit beyond all', staged({ name: 'some', selector: ALL, limit: 9 }), [
      'WARNING LIMIT_IS_ALL strategy.stages.0.limit: Stage some takes all 4 clusters in spite of its limit: 9 is no fewer. Nothing is left for another stage; give a smaller limit.',
    ]],
    ['a share that moves at once and rounds to all', staged({ name: 'all', selector: ALL, maxConcurrency: '80%' }), [
      'WARNING CONCURRENCY_IS_ALL strategy.stages.0.maxConcurrency: All 4 clusters of stage all move at once: 80% of 4, rounded up, is 4. Give a number, or a smaller percentage, to move fewer.',
    ]],
    ['a budget that never halts', staged({ name: 'all', selector: ALL, failureBudget: 4 }), [
      'WARNING BUDGET_IS_ALL strategy.stages.0.failureBudget: Stage all never halts: it has 4 clusters and lets 4 fail, so that the next stage gets the release even if it worked nowhere. Give a budget below the size of the stage.',
    ]],
    ['more approvals than people', staged({ name: 'all', selector: ALL, before: [{ name: 'cab', approval: { approvals: 2 } }] }), [
      'WARNING TOO_FEW_APPROVERS strategy.stages.0.before.0.approval.approvals: Gate cab before stage all waits for 2 approvals, and only 1 person has the permission rollout:approve: it stays closed until more do, or until promoteStage lets the stage pass.',
    ]],
    ['an approval of nobody', staged({ name: 'all', selector: ALL, after: [{ name: 'cab', approval: {} }] }), [
      'WARNING TOO_FEW_APPROVERS strategy.stages.0.after.0.approval.approvals: Gate cab at the end of stage all waits for 1 approval, and nobody has the permission rollout:approve: it stays closed until more do, or until promoteStage lets the stage pass.',
    ], FLEET, { approvers: 0 }],
    ['as many approvals as people, of whom any may be the author', staged({ name: 'all', selector: ALL, before: [{ name: 'cab', approval: { approvals: 2 } }] }), [
      'WARNING TOO_FEW_APPROVERS strategy.stages.0.before.0.approval.approvals: Gate cab before stage all waits for 2 approvals, and only 2 people may give them: the project lets nobody approve what he wrote (approvals.notByAuthor), so what one of them writes stays there until one more has the permission rollout:approve, or until promoteStage lets the stage pass.',
    ], FLEET, { approvers: 2, isNotByAuthor: true }],
    ['more approvals than people with an address', staged({ name: 'all', selector: ALL, before: [{ name: 'cab', approval: { approvals: 2 } }] }), [
      'WARNING TOO_FEW_APPROVERS strategy.stages.0.before.0.approval.approvals: Gate cab before stage all waits for 2 approvals, and only 1 person has the permission rollout:approve and an e-mail address on the token, which the project asks for: it stays closed until more do, or until promoteStage lets the stage pass.',
    ], FLEET, { approvers: 1, isNotByAuthor: true }],
    ['a validator that is not there', staged({ name: 'all', selector: ALL, before: [{ name: 'board', validator: { name: 'chnge-board' } }] }), [
      'WARNING VALIDATOR_UNKNOWN strategy.stages.0.before.0.validator: Gate board before stage all asks validator chnge-board, which the project does not have: it waits until there is one of that name, and fails at its deadline. Did you mean change-board? The validators of a project are listed by: capstan validator list',
    ]],
    ['an application that is not there', staged({ name: 'all', selector: ALL, after: [{ name: 'first', rollout: { application: 'billing' } }] }), [
      'WARNING APPLICATION_UNKNOWN strategy.stages.0.after.0.rollout.application: Gate first at the end of stage all waits for application billing, which the project does not have: it waits until there is one of that name, and has no deadline. The applications are listed by: capstan get apps',
    ]],
    ['a window that another one covers as far as anybody looks', staged({ name: 'all', selector: ALL, before: [{ name: 'hours', window: { windows: [
      { kind: 'ALLOW', schedule: '0 8 * * *', duration: '1h', timeZone: 'UTC' }, { kind: 'DENY', schedule: '0 0 * * *', duration: '24h', timeZone: 'UTC' },
    ] } }] }), [expect.stringMatching(/^WARNING WINDOW_OPENS_LATE strategy\.stages\.0\.before\.0\.window: Gate hours before stage all does not open before 2\d{3}-/) as unknown as string]],
    ['a window that opens in months', staged({ name: 'all', selector: ALL, before: at('0 8 1 3 *') }), [
      'WARNING WINDOW_OPENS_LATE strategy.stages.0.before.0.window: Gate hours before stage all opens next at 2027-03-01T08:00:00.000Z, it is closed until 2027-03-01 08:00 UTC (window "0 8 1 3 *" for 1h): until then only promoteStage lets the stage pass.',
    ]],
  ])('tells of %s', (_name, strategy, expected, targets = FLEET, known = {}) => expect(said(strategy, targets, known)).toEqual(expected));

  it('says of a stage that nobody is in what is empty, and nothing of its numbers', () => {
    const warnings = warnOfStrategy(staged({ name: 'asia', selector: byRegion('asia'), failureBudget: 3, maxConcurrency: '80%', limit: 5 }, { name: 'rest', selector: ALL }), FLEET, KNOWN, NOW);
    expect(warnings.map(({ code }) => code)).toEqual(['STAGE_MATCHES_NOTHING']);
  });

  it('says that a stage gets nobody exactly when it gets nobody, and that clusters are left out exactly when some are', () => {
    const selector = fc.constantFrom<StageInput['selector']>(ALL, byRegion('eu'), byRegion('us'), byRegion('asia'));
    const stages = fc.array(fc.record({ selector, limit: fc.constantFrom(undefined, 1, '20%', '50%') }), { minLength: 1, maxLength: 5 });
    const fleet = fc.array(fc.constantFrom('eu', 'us', 'mars'), { minLength: 1, maxLength: 9 });
    fc.assert(fc.property(stages, fleet, (inputs, regions) => {
      const strategy = staged(...inputs.map((input, n) => ({ ...input, name: `s${n}` })));
      if (strategy.kind !== 'STAGED') throw new Error('staged');
      const targets = regions.map((region, n) => aCluster(`c${n}`, { region }));
      const placed = resolveStages(strategy.stages, targets);
      const warnings = warnOfStrategy(strategy, targets, KNOWN, NOW);
      const empty = warnings.filter(({ code }) => code === 'STAGE_MATCHES_NOTHING' || code === 'STAGE_TAKEN').map(({ path }) => `s${path[2]}`);
      expect(empty).toEqual(strategy.stages.map(({ name }) => name).filter((name) => placed.every(({ stage }) => stage !== name)));
      expect(warnings.some(({ code }) => code === 'NO_STAGE')).toBe(placed.some(({ stage }) => stage === undefined));
    }), { numRuns: 200 });
  });
});
