import { OFFLINE_GRACE_MS, planRollout, type ObservedTarget, type RolloutState, type RolloutTargetRow, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aReleaseId, aRollout, aStage, aTarget, mark, NOW, OLDER, ORDER, RELEASE, sendBack, WELL } from './testing/rollout-rows.js';

const MINUTE = 60_000;
const away = { offlineSince: after(-OFFLINE_GRACE_MS) };
const back: ObservedTarget = { ...WELL, release: OLDER };
const over: RolloutTransition = { kind: 'finish', phase: 'ROLLED_BACK' };
const stages = [aStage({ state: 'CLOSED' }), aStage({ name: 'second', position: 1 }), aStage({ name: 'third', position: 2, state: 'PENDING' })];
const goingBack = (targets: readonly RolloutTargetRow[], rest: Partial<RolloutState> = {}): RolloutState => aRollout(targets, { phase: 'ROLLING_BACK', stages, ...rest });
const second = { stage: 'second' };

describe('the way back', () => {
  it.each<[string, readonly RolloutTargetRow[], readonly RolloutTransition[]]>([
    ['gives up what has not begun', [aTarget('a', 'HEALTHY'), aTarget('b', 'PENDING', second)], [mark('b', 'PENDING', 'SKIPPED', 'ROLLED_BACK')]],
    ['takes along who waited to be tried again, and holds its order', [aTarget('a', 'PENDING', { assignedAs: ORDER })], [sendBack('a')]],
    ['begins with the last stage, all of it at once', [aTarget('a', 'HEALTHY'), aTarget('b', 'MOVING', second), aTarget('c', 'FAILED', second)], [sendBack('b'), sendBack('c')]],
    ['waits for the last stage', [aTarget('a', 'HEALTHY'), aTarget('b', 'REVERTING', second)], []],
    ['goes on with the stage before it', [aTarget('a', 'HEALTHY'), aTarget('b', 'REVERTED', second)], [sendBack('a')]],
    ['goes on past one that could not go back', [aTarget('a', 'HEALTHY'), aTarget('b', 'REVERT_FAILED', second)], [sendBack('a')]],
    ['leads each to the release that it had before', [aTarget('a', 'HEALTHY', { fromRelease: aReleaseId(7) }), aTarget('b', 'FAILED', { fromRelease: aReleaseId(8) })], [sendBack('a', aReleaseId(7)), sendBack('b', aReleaseId(8))]],
    ['needs something to go back to', [aTarget('a', 'FAILED', { fromRelease: undefined })], [mark('a', 'FAILED', 'REVERT_FAILED', 'NOTHING_TO_GO_BACK_TO')]],
    ['never leads to the release that is being left', [aTarget('a', 'FAILED', { fromRelease: RELEASE })], [mark('a', 'FAILED', 'REVERT_FAILED', 'NOTHING_TO_GO_BACK_TO')]],
    ['is not for what is being removed', [aTarget('a', 'FAILED', { isActive: false })], [mark('a', 'FAILED', 'SKIPPED', 'REMOVING')]],
    ['leaves what a person gave another release', [aTarget('a', 'HEALTHY', { isHeld: true })], [mark('a', 'HEALTHY', 'SKIPPED', 'HELD')]],
    ['is not for what never had an order', [aTarget('a', 'FAILED', { assignedAs: undefined, reason: 'PARAMETER_MISSING', blockedBy: 'PARAMETER_MISSING' }), aTarget('b', 'SKIPPED', { reason: 'CLUSTER_OFFLINE', assignedAs: undefined })], [over]],
    ['is for what will take its order when it is back', [aTarget('a', 'SKIPPED', { reason: 'CLUSTER_OFFLINE', ...away })], [sendBack('a')]],
    ['is not for who took no part', [aTarget('a', 'SKIPPED', { reason: 'HELD', isHeld: true }), aTarget('b', 'SKIPPED', { reason: 'NO_STAGE', stage: undefined, assignedAs: undefined })], [over]],
    ['is not held up by a cluster that is away', [aTarget('a', 'HEALTHY'), aTarget('b', 'REVERTING', { ...second, ...away })], [sendBack('a')]],
    ['is held up for a moment by a blip', [aTarget('a', 'HEALTHY'), aTarget('b', 'REVERTING', { ...second, offlineSince: NOW })], []],
    ['does not end before the last one has answered, or its time is up', [aTarget('a', 'REVERTED'), aTarget('b', 'REVERTING', { ...second, ...away })], []],
    ['ends', [aTarget('a', 'REVERTED'), aTarget('b', 'REVERT_FAILED', second), aTarget('c', 'SKIPPED', { reason: 'ROLLED_BACK', assignedAs: undefined })], [over]],
  ])('%s', (_name, targets, expected) => {
    expect(planRollout(goingBack(targets), NOW)).toEqual(expected);
  });

  it.each<[string, Partial<RolloutTargetRow>, number, readonly RolloutTransition[]]>([
    ['well again', { observed: back }, 0, [mark('a', 'REVERTING', 'REVERTED', 'SYNCED')]],
    ['well, though held: the hold is its own', { observed: back, isHeld: true }, 0, [mark('a', 'REVERTING', 'REVERTED', 'SYNCED')]],
    ['still on the way', { observed: { ...back, sync: 'APPLYING', reason: 'APPLYING' } }, 59_999, []],
    ['not ready yet', { observed: { ...back, health: 'PROGRESSING' } }, 0, []],
    ['what it said of the release that it leaves', { observed: { ...WELL, generation: 4n } }, 0, []],
    ['ill there too', { observed: { ...back, health: 'DEGRADED' } }, 0, [mark('a', 'REVERTING', 'REVERT_FAILED', 'OBJECTS_DEGRADED')]],
    ['does not render any more', { observed: { ...back, sync: 'KEPT_LAST_GOOD', reason: 'COMMIT_UNREACHABLE', release: RELEASE } }, 0, [mark('a', 'REVERTING', 'REVERT_FAILED', 'COMMIT_UNREACHABLE')]],
    ['cannot be ordered', { blockedBy: 'PARAMETER_MISSING' }, 0, [mark('a', 'REVERTING', 'REVERT_FAILED', 'PARAMETER_MISSING')]],
    ['is being removed', { isActive: false }, 0, [mark('a', 'REVERTING', 'SKIPPED', 'REMOVING')]],
    ['silent past its deadline', {}, MINUTE, [mark('a', 'REVERTING', 'REVERT_FAILED', 'DEADLINE_EXCEEDED')]],
    ['away past its deadline', away, MINUTE, [mark('a', 'REVERTING', 'REVERT_FAILED', 'CLUSTER_OFFLINE')]],
  ])('hears of a target: %s', (_name, rest, ms, expected) => {
    expect(planRollout(goingBack([aTarget('a', 'REVERTING', rest)]), after(ms))).toEqual(expected);
  });

  it('has an end where the stage has no deadline', () => {
    const forEver = [aStage({ deadlineMs: undefined })];
    expect(planRollout(goingBack([aTarget('a', 'REVERTING', away)], { stages: forEver }), after(10 * MINUTE - 1))).toEqual([]);
    expect(planRollout(goingBack([aTarget('a', 'REVERTING', away)], { stages: forEver }), after(10 * MINUTE))).toEqual([mark('a', 'REVERTING', 'REVERT_FAILED', 'CLUSTER_OFFLINE')]);
  });
});
