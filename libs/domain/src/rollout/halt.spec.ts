import { planRollout, type RolloutState, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, anApproval, assign, idOf, mark, NOW, WELL } from './testing/rollout-rows.js';

const strict = (failureBudget: number) => ({ stages: [aStage({ failureBudget })] });
const halt = (to: 'HALTED' | 'ROLLING_BACK', ...failed: readonly string[]): RolloutTransition => ({ kind: 'halt', stage: 'all', failed: failed.map(idOf), to });

describe('a rollout that fails', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['goes on within the failure budget', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'PENDING')], strict(1)), [assign('b')]],
    ['halts past it', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'FAILED'), aTarget('c', 'PENDING')], strict(1)), [halt('HALTED', 'a', 'b')]],
    ['halts at the first one where there is no budget', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'PENDING')], strict(0)), [halt('HALTED', 'a')]],
    ['goes back where the strategy says so', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'PENDING')], { ...strict(0), onFailure: 'ROLLBACK' }), [halt('ROLLING_BACK', 'a')]],
    ['hears everybody before it halts', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'MOVING', { observed: WELL })], strict(0)), [mark('b', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['halts while it is paused', aRollout([aTarget('a', 'FAILED')], { ...strict(0), phase: 'PAUSED' }), [halt('HALTED', 'a')]],
    ['halts in spite of a person who let the stage pass', aRollout([aTarget('a', 'FAILED')], { stages: [aStage({ failureBudget: 0, isPromoted: true })] }), [halt('HALTED', 'a')]],
    ['counts each stage by itself', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'FAILED', { stage: 'x' }), aTarget('c', 'PENDING', { stage: 'x' })], { stages: [aStage({ state: 'CLOSED', failureBudget: 1 }), aStage({ name: 'x', position: 1, failureBudget: 1 })] }), [assign('c')]],
    ['counts nobody who is left out', aRollout([aTarget('a', 'SKIPPED', { reason: 'REMOVING', isActive: false }), aTarget('b', 'PENDING')], strict(0)), [assign('b')]],
    ['halts at a gate that failed before its stage', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ state: 'PENDING', gates: [anApproval('BEFORE', { state: 'FAILED' })] })] }), [halt('HALTED')]],
    ['goes back from a gate that failed after its stage', aRollout([aTarget('a', 'HEALTHY')], { onFailure: 'ROLLBACK', stages: [aStage({ gates: [anApproval('AFTER', { state: 'FAILED' })] })] }), [halt('ROLLING_BACK')]],
  ])('%s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['assigns nothing', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'PENDING')], strict(0)), []],
    ['assigns nothing after the failure has healed either', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'PENDING')], strict(0)), []],
    ['still hears who is under way', aRollout([aTarget('a', 'FAILED'), aTarget('b', 'MOVING', { observed: WELL })], strict(0)), [mark('b', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['still hears that a failure has healed', aRollout([aTarget('a', 'FAILED', { observed: WELL })], strict(0)), [mark('a', 'FAILED', 'HEALTHY', 'SYNCED')]],
    ['closes no stage', aRollout([aTarget('a', 'HEALTHY')], strict(0)), []],
    ['opens no stage', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ state: 'PENDING' })] }), []],
  ])('once it is halted %s', (_name, rollout, expected) => {
    expect(planRollout({ ...rollout, phase: 'HALTED' }, NOW)).toEqual(expected);
  });

  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['assigns nothing', aRollout([aTarget('a', 'PENDING')]), []],
    ['still hears who is under way', aRollout([aTarget('a', 'MOVING', { observed: WELL })]), [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['closes and opens no stage', aRollout([aTarget('a', 'HEALTHY')]), []],
    ['asks no gate', aRollout([aTarget('a', 'HEALTHY')], { stages: [aStage({ gates: [anApproval('AFTER', { approvals: 1 })] })] }), []],
    ['does not end', aRollout([aTarget('a', 'HEALTHY')], { stages: [aStage({ state: 'CLOSED' })] }), []],
  ])('while it is paused %s', (_name, rollout, expected) => {
    expect(planRollout({ ...rollout, phase: 'PAUSED' }, NOW)).toEqual(expected);
  });

  it.each<[string, number, readonly RolloutTransition[]]>([
    ['is waited for', 59_999, []],
    ['has failed', 60_000, [mark('a', 'MOVING', 'FAILED', 'DEADLINE_EXCEEDED')]],
    ['is waited for where a clock went back', -1, []],
  ])('a target that is silent until its deadline %s', (_name, ms, expected) => {
    expect(planRollout(aRollout([aTarget('a', 'MOVING')]), after(ms))).toEqual(expected);
    expect(planRollout(aRollout([aTarget('a', 'MOVING', { observed: { ...WELL, health: 'PROGRESSING' } })]), after(ms))).toEqual(expected);
  });

  it('a target without a deadline is waited for', () => {
    expect(planRollout(aRollout([aTarget('a', 'MOVING')], { stages: [aStage({ deadlineMs: undefined })] }), after(1e12))).toEqual([]);
  });
});
