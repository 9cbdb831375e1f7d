import { applyRolloutTransitions, explainRollout, gateDeadline, planRollout, subjectsOf, type CheckedGateSpec, type GateCheck, type GateRow, type RolloutState, type RolloutTargetRow, type StageRow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, assign, idOf, NOW, ORDER, WELL } from './testing/rollout-rows.js';

const METRIC: CheckedGateSpec = { kind: 'METRIC', name: 'errors', query: 'sum(rate(errors[5m]))', max: 0.01, intervalSeconds: 10, count: 1, failureLimit: 0, deadlineSeconds: 60 };
const DEPENDENCE: CheckedGateSpec = { kind: 'ROLLOUT', name: 'queue-first', application: 'queue' };
const NAMED: CheckedGateSpec = { ...DEPENDENCE, clusters: { all: true, matchLabels: {}, matchExpressions: [] } };
const VALIDATOR: CheckedGateSpec = { kind: 'VALIDATOR', name: 'board', validator: 'change-board', intervalSeconds: 10, deadlineSeconds: 60 };

const well = (name: string): RolloutTargetRow => aTarget(name, 'HEALTHY', { observed: WELL });
const open = (name: string, rest: Partial<RolloutTargetRow> = {}): RolloutTargetRow => aTarget(name, 'PENDING', rest);
const says = (name: string, verdict: GateCheck['verdict'], message = ''): GateCheck => ({ subject: idOf(name), verdict, message });
const gate = (side: GateRow['side'], spec: CheckedGateSpec, rest: Partial<GateRow> = {}): GateRow => ({ spec, side, state: 'WAITING', approvals: 0, since: NOW, ...rest });
const behind = (targets: readonly RolloutTargetRow[], one: GateRow): RolloutState => aRollout(targets, { stages: [aStage({ gates: [one] })] });
const before = (targets: readonly RolloutTargetRow[], one: GateRow): RolloutState => aRollout(targets, { stages: [aStage({ state: 'PENDING', gates: [one] })] });
const judged = (to: GateRow['state'], name = 'errors'): unknown => [{ kind: 'judge-gate', stage: 'all', gate: name, to }];

describe('whom a gate asks', () => {
  it.each<[string, readonly RolloutTargetRow[], GateRow, readonly string[]]>([
    ['behind a stage: who is well', [well('a'), aTarget('b', 'FAILED'), aTarget('c', 'SKIPPED', { reason: 'CLUSTER_OFFLINE' })], gate('AFTER', METRIC), [idOf('a')]],
    ['before a stage: who is to move and is there', [open('a'), open('b', { offlineSince: NOW }), open('c', { isHeld: true }), open('d', { isActive: false })], gate('BEFORE', METRIC), [idOf('a')]],
    ['for another application too: nobody who is away', [open('a'), open('b', { offlineSince: NOW })], gate('BEFORE', DEPENDENCE), [idOf('a')]],
    ['for another application somewhere else: the hub', [open('a')], gate('BEFORE', NAMED), ['HUB']],
    ['for a validator: the hub', [open('a')], gate('BEFORE', VALIDATOR), ['HUB']],
    ['not the targets of other stages', [{ ...well('a'), stage: 'other' }], gate('AFTER', METRIC), []],
  ])('%s', (_name, targets, one, expected) => {
    expect(subjectsOf(aRollout(targets), aStage(), one)).toEqual(expected);
  });
});

describe('what checks come to', () => {
  it.each<[string, RolloutState, number, unknown]>([
    ['all have passed', behind([well('a'), well('b')], gate('AFTER', METRIC, { checks: [says('a', 'PASSED'), says('b', 'PASSED')] })), 0, judged('PASSED')],
    ['one has not answered', behind([well('a'), well('b')], gate('AFTER', METRIC, { checks: [says('a', 'PASSED')] })), 0, []],
    ['one has answered and is not decided', behind([well('a')], gate('AFTER', METRIC, { checks: [says('a', undefined)] })), 0, []],
    ['one has failed, whoever is missing', behind([well('a'), well('b')], gate('AFTER', METRIC, { checks: [says('a', 'FAILED')] })), 0, judged('FAILED')],
    ['nobody has answered by the deadline', behind([well('a')], gate('AFTER', METRIC)), 60_000, judged('FAILED')],
    ['the last moment before it', behind([well('a')], gate('AFTER', METRIC)), 59_999, []],
    ['one that comes late has to pass too', behind([well('a'), well('b')], gate('AFTER', METRIC, { state: 'PASSED', checks: [says('a', 'PASSED')] })), 0, judged('WAITING')],
    ['one that went away is not asked', behind([well('a'), aTarget('b', 'SKIPPED', { reason: 'CLUSTER_OFFLINE', offlineSince: NOW })], gate('AFTER', METRIC, { checks: [says('a', 'PASSED')] })), 0, judged('PASSED')],
    ['a dependence without a deadline waits', before([open('a')], gate('BEFORE', DEPENDENCE)), 1e10, []],
    ['the hub has passed it', before([open('a')], gate('BEFORE', VALIDATOR, { checks: [{ subject: 'HUB', verdict: 'PASSED', message: '' }] })), 0, judged('PASSED', 'board')],
    ['everybody is away: it waits, past any deadline', before([open('a', { offlineSince: NOW })], gate('BEFORE', METRIC)), 1e7, []],
    ['nobody is to move: nothing to ask', before([], gate('BEFORE', METRIC)), 0, judged('SKIPPED')],
    ['all that were to move have gone ahead: nothing to ask', before([aTarget('a', 'HEALTHY')], gate('BEFORE', METRIC)), 0, judged('SKIPPED')],
    ['nobody was there: nothing to ask', behind([aTarget('a', 'SKIPPED', { reason: 'REMOVING', isActive: false })], gate('AFTER', METRIC)), 0, judged('SKIPPED')],
    ['an empty stage: no cluster to ask about another application', behind([], gate('AFTER', DEPENDENCE)), 0, judged('SKIPPED', 'queue-first')],
    ['an empty stage: the hub asks all the same', behind([], gate('AFTER', VALIDATOR)), 0, []],
    ['an empty stage: another application somewhere else is asked all the same', before([], gate('BEFORE', NAMED)), 0, []],
    ['a stage let pass by a person: what asks nobody is not waived', aRollout([], { stages: [aStage({ isPromoted: true, gates: [gate('AFTER', METRIC)] })] }), 0, judged('SKIPPED')],
    ['all have failed within the budget: that is no answer, it waits', behind([aTarget('a', 'FAILED', { reason: 'OBJECTS_DEGRADED' })], gate('AFTER', METRIC)), 59_999, []],
    ['all have failed within the budget: it fails at its deadline', behind([aTarget('a', 'FAILED', { reason: 'OBJECTS_DEGRADED' })], gate('AFTER', METRIC)), 60_000, judged('FAILED')],
    ['somebody has come: it is asked', behind([well('a')], gate('AFTER', METRIC, { state: 'SKIPPED' })), 0, judged('WAITING')],
  ])('%s', (_name, rollout, ms, expected) => {
    expect(planRollout(rollout, after(ms))).toEqual(expected);
  });

  it('holds nothing against a gate for the time in which nobody listened', () => {
    const waiting = gate('AFTER', METRIC);
    expect(gateDeadline(aRollout([], { hearsSince: after(-1e9) }), { ...waiting, missedMs: 30_000 }, METRIC)).toEqual(after(90_000));
    expect(gateDeadline(aRollout([]), { ...waiting, state: 'PENDING' }, METRIC)).toBeUndefined();
  });

  it('begins no deadline anew for another planner, which only listens for a moment first', () => {
    const waiting = gate('AFTER', METRIC);
    const deadlines = [0, 29_000, 31_000, 59_000].map((ms) => gateDeadline(aRollout([], { hearsSince: after(ms) }), waiting, METRIC));
    expect(deadlines).toEqual([after(60_000), after(60_000), after(61_000), after(89_000)]);
  });

  it('counts the time of a gate that waits again from then on', () => {
    const longAgo = behind([well('a'), well('b')], gate('AFTER', METRIC, { state: 'PASSED', since: after(-1e9), checks: [says('a', 'PASSED')] }));
    const waiting = applyRolloutTransitions(longAgo, planRollout(longAgo, NOW), () => ({ epoch: 1n, generation: 1n }), NOW);
    expect(planRollout(waiting, after(59_999))).toEqual([]);
    expect(planRollout(waiting, after(60_000))).toEqual(judged('FAILED'));
  });

  it('halts the rollout when it has failed', () => {
    expect(planRollout(behind([well('a')], gate('AFTER', METRIC, { state: 'FAILED' })), NOW)).toEqual([{ kind: 'halt', stage: 'all', failed: [], to: 'HALTED' }]);
  });
});

describe('what it waits for, in words', () => {
  it.each<[string, RolloutState, string, Date | undefined]>([
    ['a metric', behind([well('a'), well('b')], gate('AFTER', METRIC, { checks: [says('a', 'PASSED'), says('b', undefined, 'no answer from Prometheus.')] })), 'Gate errors at the end of stage all waits for its measurements, 1 of 2 have passed: no answer from Prometheus.', after(60_000)],
    ['another application', before([open('a')], gate('BEFORE', { ...DEPENDENCE, release: 7 })), 'Gate queue-first before stage all waits for application queue to have release 7 or a later one.', undefined],
    ['clusters that are away', before([open('a', { offlineSince: NOW })], gate('BEFORE', METRIC)), 'Gate errors before stage all waits for its measurements, and every cluster that could be asked is away.', after(60_000)],
  ])('%s', (_name, rollout, message, until) => {
    expect(explainRollout(rollout, undefined, NOW)).toMatchObject([{ message, until, stage: 'all' }]);
  });
});

describe('a gate before a stage that found nobody to ask, in a stage that has begun', () => {
  const skipped = gate('BEFORE', METRIC, { state: 'SKIPPED' });
  const begun = (targets: readonly RolloutTargetRow[], one: GateRow, rest: Partial<StageRow> = {}): RolloutState => aRollout(targets, { stages: [aStage({ failureBudget: 1, gates: [one], ...rest })] });
  const again = open('a', { assignedAs: ORDER }); // was sent ahead, failed, and is tried again

  it.each<[string, RolloutState, number, unknown]>([
    ['is asked when one that was sent ahead is tried again', begun([again], skipped), 0, judged('WAITING')],
    ['is asked for one whose hold is lifted after the stage was closed', begun([well('a'), open('b')], skipped, { state: 'CLOSED' }), 0, judged('WAITING')],
    ['holds the order while it waits', begun([again], gate('BEFORE', METRIC)), 59_999, []],
    ['lets it go when it has passed', begun([again], gate('BEFORE', METRIC, { checks: [says('a', 'PASSED')] })), 0, judged('PASSED')],
    ['then gives the order', begun([again], gate('BEFORE', METRIC, { state: 'PASSED' })), 0, [assign('a')]],
    ['fails at its deadline', begun([again], gate('BEFORE', METRIC)), 60_000, judged('FAILED')],
    ['halts the rollout when it has failed', begun([again], gate('BEFORE', METRIC, { state: 'FAILED' })), 0, [{ kind: 'halt', stage: 'all', failed: [], to: 'HALTED' }]],
    ['is waived when a person lets the stage pass', begun([again], gate('BEFORE', METRIC), { isPromoted: true }), 0, judged('WAIVED')],
    ['is asked about nobody whom a person sends', begun([{ ...again, isNamed: true }], skipped), 0, [assign('a')]],
    ['waits no longer when nobody is to move any more', begun([well('a')], gate('BEFORE', METRIC)), 0, judged('SKIPPED')],
    ['says nothing where nobody is to move', begun([aTarget('a', 'MOVING')], skipped), 0, []],
  ])('%s', (_name, rollout, ms, expected) => {
    expect(planRollout(rollout, after(ms))).toEqual(expected);
  });
});
