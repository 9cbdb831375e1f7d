import { explainRollout, judgeGate, planRollout, type GateRow, type RolloutState, type RolloutTransition, type StageRow, type TimeWindow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { judgeGates } from './judge-gates.js';
import { after, aRollout, aStage, aTarget, anApproval, assign, mark, NOW, WELL } from './testing/rollout-rows.js';

const named = (name: string, side: GateRow['side'], rest: Partial<GateRow> = {}): GateRow => anApproval(side, { spec: { kind: 'APPROVAL', name, approvals: 2 }, ...rest });
const judged = (gate: string, to: 'WAITING' | 'PASSED' | 'WAIVED'): RolloutTransition => ({ kind: 'judge-gate', stage: 'all', gate, to });
const before = (...gates: readonly GateRow[]): Partial<RolloutState> => ({ stages: [aStage({ state: 'PENDING', gates })] });
const behind = (rest: Partial<StageRow>, ...gates: readonly GateRow[]): Partial<RolloutState> => ({ stages: [aStage({ ...rest, gates })] });
const open: RolloutTransition = { kind: 'open-stage', stage: 'all' };
const close: RolloutTransition = { kind: 'close-stage', stage: 'all' };
const waiting = [aTarget('a', 'PENDING')];
const done = [aTarget('a', 'HEALTHY')];

describe('judgeGate', () => {
  it.each<[string, number, GateRow['state'], GateRow['state']]>([
    ['too few people', 1, 'PENDING', 'WAITING'],
    ['as many as it needs', 2, 'WAITING', 'PASSED'],
    ['more than it needs', 3, 'WAITING', 'PASSED'],
    ['an approval that was taken back', 1, 'PASSED', 'WAITING'],
    ['one that failed stays so', 2, 'FAILED', 'FAILED'],
  ])('%s', (_name, approvals, state, expected) => {
    expect(judgeGate(aRollout([]), aStage(), named('x', 'BEFORE', { approvals, state }), NOW)).toBe(expected);
  });
});

describe('judgeGates', () => {
  it.each<[string, readonly GateRow[], 'PASSED' | 'WAITING' | 'FAILED']>([
    ['none', [], 'PASSED'],
    ['all of them', [named('x', 'BEFORE', { approvals: 2 }), named('y', 'BEFORE', { approvals: 2 })], 'PASSED'],
    ['one that waits', [named('x', 'BEFORE', { approvals: 2 }), named('y', 'BEFORE')], 'WAITING'],
    ['one that failed, whatever waits', [named('x', 'BEFORE'), named('y', 'BEFORE', { state: 'FAILED' })], 'FAILED'],
    ['not those of the other side', [named('x', 'AFTER', { state: 'FAILED' })], 'PASSED'],
  ])('%s', (_name, gates, answer) => {
    expect(judgeGates(aRollout([]), aStage({ gates }), 'BEFORE', NOW).answer).toBe(answer);
  });

  it('passes all of a stage that a person lets pass, also what failed', () => {
    const gates = [named('x', 'BEFORE'), named('y', 'BEFORE', { state: 'FAILED' })];
    expect(judgeGates(aRollout([]), aStage({ isPromoted: true, gates }), 'BEFORE', NOW)).toEqual({ answer: 'PASSED', changes: [judged('x', 'WAIVED'), judged('y', 'WAIVED')] });
  });
});

describe('the gates of a stage', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['before it are asked when its turn has come', aRollout(waiting, before(named('x', 'BEFORE'))), [judged('x', 'WAITING')]],
    ['before it hold it up', aRollout(waiting, before(named('x', 'BEFORE', { state: 'WAITING' }))), []],
    ['before it say that they have passed', aRollout(waiting, before(named('x', 'BEFORE', { state: 'WAITING', approvals: 2 }))), [judged('x', 'PASSED')]],
    ['before it let it open', aRollout(waiting, before(named('x', 'BEFORE', { state: 'PASSED', approvals: 2 }), named('y', 'AFTER'))), [open]],
    ['before a later one are not asked yet', aRollout([...waiting, aTarget('b', 'PENDING', { stage: 'x' })], { stages: [aStage(), aStage({ name: 'x', position: 1, state: 'PENDING', gates: [named('x', 'BEFORE')] })] }), [assign('a')]],
    ['after it are asked when its targets have settled', aRollout(done, behind({}, named('x', 'AFTER'))), [judged('x', 'WAITING')]],
    ['after it are not asked before', aRollout([aTarget('a', 'MOVING')], behind({}, named('x', 'AFTER', { approvals: 2 }))), []],
    ['after it are not asked before it has soaked', aRollout(done, behind({ soakMs: 1, settledAt: after(1) }, named('x', 'AFTER', { approvals: 2 }))), []],
    ['after it hold it up', aRollout(done, behind({}, named('x', 'AFTER', { state: 'WAITING', approvals: 1 }))), []],
    ['after it let it close', aRollout(done, behind({}, named('x', 'AFTER', { state: 'PASSED', approvals: 2 }))), [close]],
    ['after it see that what it waits with falls ill', aRollout([aTarget('a', 'HEALTHY', { observed: { ...WELL, health: 'DEGRADED' } })], behind({}, named('x', 'AFTER', { state: 'WAITING' }))), [mark('a', 'HEALTHY', 'FAILED', 'OBJECTS_DEGRADED')]],
    ['are written down as waived where a person lets it pass', aRollout(done, behind({ isPromoted: true }, named('x', 'AFTER', { state: 'WAITING' }))), [judged('x', 'WAIVED')]],
    ['and then hold up nothing', aRollout(done, behind({ isPromoted: true }, named('x', 'AFTER', { state: 'WAIVED' }))), [close]],
    ['before it too', aRollout(waiting, { stages: [aStage({ state: 'PENDING', isPromoted: true, gates: [named('x', 'BEFORE', { state: 'WAIVED' })] })] }), [open]],
  ])('%s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  it('a person who lets a stage pass does not let go of targets that still move', () => {
    expect(planRollout(aRollout([aTarget('a', 'MOVING'), aTarget('b', 'PENDING')], behind({ isPromoted: true, maxConcurrency: 1 })), NOW)).toEqual([]);
  });
});

describe('a window', () => {
  const windows: readonly TimeWindow[] = [{ kind: 'ALLOW', schedule: '0 8 * * *', duration: '8h', timeZone: 'UTC' }];
  const office = (state: GateRow['state'] = 'PENDING'): GateRow => ({ spec: { kind: 'WINDOW', name: 'office', windows }, side: 'BEFORE', state, approvals: 0 });
  const night = new Date('2026-11-01T20:00:00.000Z');

  it('lets the stage begin inside it alone', () => {
    expect(planRollout(aRollout(waiting, before(office('PASSED'))), NOW)).toEqual([open]);
    expect(planRollout(aRollout(waiting, before(office('WAITING'))), night)).toEqual([]);
  });

  it('holds for every order of the stage, also once it is open', () => {
    expect(planRollout(aRollout(waiting, behind({}, office('PASSED'))), NOW)).toEqual([assign('a')]);
    expect(planRollout(aRollout(waiting, behind({}, office('PASSED'))), night)).toEqual([]);
  });

  it('holds no more once a person has waived it', () => {
    expect(planRollout(aRollout(waiting, behind({}, office('WAIVED'))), night)).toEqual([assign('a')]);
  });

  it('is said with the time at which it opens', () => {
    expect(explainRollout(aRollout(waiting, before(office('WAITING'))), undefined, night)).toMatchObject([{ kind: 'WINDOW', gate: 'office', until: new Date('2026-11-02T08:00:00.000Z'), message: expect.stringMatching(/^Gate office before stage all is closed until 2026-11-02 08:00 UTC/) }]);
  });
});
