import { applyRolloutTransition, planRollout, type ObservedTarget, type RolloutState, type RolloutTransition, type StageRow } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, anApproval, idOf, mark, NOW, ORDER, WELL } from './testing/rollout-rows.js';

const soaking = (rest: Partial<StageRow> = {}): Partial<RolloutState> => ({ stages: [aStage({ soakMs: 60_000, settledAt: NOW, ...rest })] });
const settle = (at: Date | undefined): RolloutTransition => ({ kind: 'settle-stage', stage: 'all', at });
const close: RolloutTransition = { kind: 'close-stage', stage: 'all' };
const busy: ObservedTarget = { ...WELL, health: 'PROGRESSING', reason: 'PROGRESSING' };
const ill: ObservedTarget = { ...WELL, health: 'DEGRADED' };

describe('the soak of a stage', () => {
  it.each<[string, RolloutState, number, readonly RolloutTransition[]]>([
    ['begins when all its targets have settled', aRollout([aTarget('a', 'HEALTHY')], soaking({ settledAt: undefined })), 0, [settle(NOW)]],
    ['does not begin while one moves', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'MOVING')], soaking({ settledAt: undefined })), 0, []],
    ['lasts', aRollout([aTarget('a', 'HEALTHY')], soaking()), 59_999, []],
    ['ends', aRollout([aTarget('a', 'HEALTHY')], soaking()), 60_000, [close]],
    ['lasts longer where a clock went back', aRollout([aTarget('a', 'HEALTHY')], soaking()), -60_000, []],
    ['ends at once where a person says so', aRollout([aTarget('a', 'HEALTHY')], soaking({ isPromoted: true })), 1, [close]],
    ['need not begin where a person says so', aRollout([aTarget('a', 'HEALTHY')], soaking({ isPromoted: true, settledAt: undefined })), 1, [close]],
    ['is over before its gates are asked', aRollout([aTarget('a', 'HEALTHY')], soaking({ gates: [anApproval('AFTER')] })), 1, []],
    ['sees who is at work again', aRollout([aTarget('a', 'HEALTHY', { observed: busy })], soaking()), 1, [mark('a', 'HEALTHY', 'MOVING', 'PROGRESSING')]],
    ['sees who failed after all', aRollout([aTarget('a', 'HEALTHY', { observed: ill })], soaking()), 1, [mark('a', 'HEALTHY', 'FAILED', 'OBJECTS_DEGRADED')]],
    ['minds no pass of healing', aRollout([aTarget('a', 'HEALTHY', { observed: { ...WELL, sync: 'APPLYING', reason: 'APPLYING' } })], soaking()), 1, []],
    ['begins anew when one is at work again', aRollout([aTarget('a', 'MOVING', { observed: busy })], soaking()), 1, [settle(undefined)]],
    ['begins anew before one that is well again is marked', aRollout([aTarget('a', 'MOVING', { observed: WELL })], soaking()), 1, [settle(undefined)]],
    ['begins anew when a late one joins', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'PENDING')], soaking()), 1, [settle(undefined)]],
    ['begins anew while nothing may be assigned', aRollout([aTarget('a', 'MOVING')], { ...soaking(), phase: 'PAUSED' }), 1, [settle(undefined)]],
    ['ends nothing while it is paused', aRollout([aTarget('a', 'HEALTHY')], { ...soaking(), phase: 'PAUSED' }), 60_000, []],
    ['ends in spite of a failure within the budget', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'FAILED')], soaking()), 60_000, [close]],
    ['halts at a failure past the budget', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'FAILED')], soaking({ failureBudget: 0 })), 60_000, [{ kind: 'halt', stage: 'all', failed: [idOf('b')], to: 'HALTED' }]],
  ])('%s', (_name, rollout, ms, expected) => {
    expect(planRollout(rollout, after(ms))).toEqual(expected);
  });

  it('gives who is at work again a time of its own', () => {
    const again = applyRolloutTransition(aRollout([aTarget('a', 'HEALTHY')], soaking()), mark('a', 'HEALTHY', 'MOVING', 'PROGRESSING'), () => ORDER, after(50_000));
    expect(again.targets[0]?.startedAt).toEqual(after(50_000));
    const settled = applyRolloutTransition(again, settle(undefined), () => ORDER, after(50_000));
    expect(planRollout(settled, after(109_999))).toEqual([]);
    expect(planRollout(settled, after(110_000))).toEqual([mark('a', 'MOVING', 'FAILED', 'DEADLINE_EXCEEDED')]);
  });
});
