import { describe, expect, it } from '@jest/globals';
import { lookAgainAt } from './look-again-at.js';
import { LONGEST_UNSEEN_MS, nextLook, nextLookToStore, unaskedLook } from './next-look.js';
import type { CheckedGateSpec } from './strategy/gate-spec.js';
import { FREEZES } from './testing/freezes.js';
import { after, anApproval, aRollout, aRolloutId, aStage, aTarget, NOW } from './testing/rollout-rows.js';
import type { RolloutState } from './rollout.types.js';

const SECOND = 1_000;
const VALIDATOR: CheckedGateSpec = { kind: 'VALIDATOR', name: 'ask', validator: 'qa', intervalSeconds: 5, deadlineSeconds: 90 };
const well = aTarget('a', 'HEALTHY');
const waiting = (rest: Partial<RolloutState> = {}): RolloutState => aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ state: 'PENDING', gates: [anApproval('BEFORE', { state: 'WAITING', since: NOW })] })], ...rest });

describe('lookAgainAt', () => {
  it.each<[string, RolloutState, number | undefined]>([
    ['who waits for a person alone need not be looked at', waiting(), undefined],
    ['nor who is over', aRollout([aTarget('a', 'MOVING')], { phase: 'ABORTED' }), undefined],
    ['a target that moves has its deadline', aRollout([aTarget('a', 'MOVING')]), 60 * SECOND],
    ['of many the first', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'MOVING', { startedAt: after(-10 * SECOND) })]), 50 * SECOND],
    ['none where it is waited for', aRollout([aTarget('a', 'MOVING')], { stages: [aStage({ deadlineMs: undefined })] }), undefined],
    ['but that of the default on the way back', aRollout([aTarget('a', 'REVERTING')], { phase: 'ROLLING_BACK', stages: [aStage({ deadlineMs: undefined })] }), 600 * SECOND],
    ['a cluster that went away counts as such after a moment', aRollout([aTarget('a', 'PENDING', { offlineSince: after(-10 * SECOND) })]), 20 * SECOND],
    ['and is waited for as long as the strategy says', aRollout([aTarget('a', 'PENDING', { offlineSince: after(-40 * SECOND) })], { offlineWaitMs: 120 * SECOND }), 80 * SECOND],
    ['one that was never there when the hub has listened for a moment', aRollout([aTarget('a', 'PENDING', { offlineSince: 'NEVER' })], { hearsSince: after(-5 * SECOND) }), 25 * SECOND],
    ['a soak ends', aRollout([well], { stages: [aStage({ soakMs: 30 * SECOND, settledAt: after(-10 * SECOND) })] }), 20 * SECOND],
    ['a gate that is asked has its deadline', aRollout([well], { stages: [aStage({ gates: [{ spec: VALIDATOR, side: 'AFTER', state: 'WAITING', approvals: 0, since: after(-30 * SECOND) }] })] }), 60 * SECOND],
    ['later by the time without a hub', aRollout([well], { stages: [aStage({ gates: [{ spec: VALIDATOR, side: 'AFTER', state: 'WAITING', approvals: 0, since: after(-30 * SECOND), missedMs: 7 * SECOND }] })] }), 67 * SECOND],
    ['a maintenance window opens', aRollout([aTarget('a', 'PENDING', { labels: { day: 'odd' } })], { maintenance: FREEZES }), 300 * SECOND],
    ['a window opens', aRollout([], { stages: [aStage({ state: 'PENDING', gates: [{ spec: { kind: 'WINDOW', name: 'w', windows: [{ kind: 'DENY', from: NOW.toISOString(), to: after(9 * SECOND).toISOString() }] }, side: 'BEFORE', state: 'WAITING', approvals: 0 }] })] }), 9 * SECOND],
    ['a paused rollout judges who moves, and waits for no gate', aRollout([aTarget('a', 'MOVING'), well], { phase: 'PAUSED', stages: [aStage({ gates: [{ spec: VALIDATOR, side: 'AFTER', state: 'WAITING', approvals: 0, since: after(-80 * SECOND) }] })] }), 60 * SECOND],
  ])('%s', (_name, rollout, ms) => expect(lookAgainAt(rollout, NOW)).toEqual(ms === undefined ? undefined : after(ms)));
});

describe('nextLook', () => {
  it('comes when time changes something', () => expect(nextLook(aRollout([aTarget('a', 'MOVING', { startedAt: after(-50 * SECOND) })]), NOW)).toEqual(after(10 * SECOND)));

  it('comes within a minute whatever it waits for, and not at once for all', () => {
    const looks = Array.from({ length: 0x100 }, (_, n) => nextLook(waiting({ id: aRolloutId(n * 39) }), NOW).getTime() - NOW.getTime());
    expect([Math.max(...looks) <= LONGEST_UNSEEN_MS, Math.min(...looks) >= 45 * SECOND, new Set(looks).size > 100]).toEqual([true, true, true]);
    expect(unaskedLook(aRolloutId(7), NOW)).toEqual(nextLook(waiting({ id: aRolloutId(7) }), NOW));
  });

  it.each([
    ['what is due', 0, 50, 50], ['what would be too late', 55, 50, 50], ['nothing where an earlier one is still to come', 40, 50, undefined], ['nothing where it is the same', 50, 50, undefined],
  ])('is stored anew for %s', (_name, stored, next, written) => {
    expect(nextLookToStore(after(stored * SECOND), after(next * SECOND), NOW)).toEqual(written === undefined ? undefined : after(written * SECOND));
  });
});
