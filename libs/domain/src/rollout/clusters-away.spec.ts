import { OFFLINE_GRACE_MS, planRollout, type RolloutState, type RolloutTargetRow, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, assign, mark, NOW, WELL } from './testing/rollout-rows.js';

const MINUTE = 60_000;
const away = { offlineSince: after(-OFFLINE_GRACE_MS) };
const blip = { offlineSince: after(-OFFLINE_GRACE_MS + 1) };
const left = { state: 'SKIPPED', reason: 'CLUSTER_OFFLINE' } as const;
const close: RolloutTransition = { kind: 'close-stage', stage: 'all' };
const next = aStage({ name: 'next', position: 1, state: 'PENDING' });
const skipped = (name: string, rest: Partial<RolloutTargetRow> = {}): RolloutTargetRow => aTarget(name, 'SKIPPED', { reason: 'CLUSTER_OFFLINE', ...away, ...rest });
const leaveOut = (name: string, from: 'PENDING' | 'MOVING' | 'HEALTHY'): RolloutTransition => mark(name, from, left.state, left.reason);

describe('a cluster that is away', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['is left out', aRollout([aTarget('a', 'PENDING', away)]), [leaveOut('a', 'PENDING')]],
    ['is left out at once where it never came', aRollout([aTarget('a', 'PENDING', { offlineSince: 'NEVER' })], { offlineWaitMs: MINUTE }), [leaveOut('a', 'PENDING')]],
    ['is not left out for a blip, and gets no order', aRollout([aTarget('a', 'PENDING', blip)]), []],
    ['is waited for as long as the strategy says', aRollout([aTarget('a', 'PENDING', { offlineSince: after(-MINUTE + 1) })], { offlineWaitMs: MINUTE }), []],
    ['is waited for no longer', aRollout([aTarget('a', 'PENDING', { offlineSince: after(-MINUTE) })], { offlineWaitMs: MINUTE }), [leaveOut('a', 'PENDING')]],
    ['takes the room of nobody', aRollout([aTarget('a', 'PENDING', blip), aTarget('b', 'PENDING')], { stages: [aStage({ maxConcurrency: 1 })] }), [assign('b')]],
    ['has its deadline in the middle of a move', aRollout([aTarget('a', 'MOVING', away)]), []],
    ['is left out at its deadline, and has not failed', aRollout([aTarget('a', 'MOVING', { ...away, startedAt: after(-MINUTE) })]), [leaveOut('a', 'MOVING')]],
    ['has a moment to come back at its deadline', aRollout([aTarget('a', 'MOVING', { ...blip, startedAt: after(-MINUTE) })]), []],
    ['failed where it said so before', aRollout([aTarget('a', 'MOVING', { ...away, observed: { ...WELL, health: 'DEGRADED' } })]), [mark('a', 'MOVING', 'FAILED', 'OBJECTS_DEGRADED')]],
    ['gets its order like any other where nobody asks', aRollout([aTarget('a', 'PENDING', { offlineSince: 'NEVER' })], { offlineWaitMs: undefined }), [assign('a')]],
    ['is never left out where nobody asks', aRollout([aTarget('a', 'MOVING', { ...away, startedAt: after(-MINUTE) })], { offlineWaitMs: undefined, stages: [aStage({ deadlineMs: undefined })] }), []],
    ['is waited for no longer than the deadline of a rollback by hand, which leaves out nobody', aRollout([aTarget('a', 'MOVING', { ...away, startedAt: after(-MINUTE) })], { offlineWaitMs: undefined }), [mark('a', 'MOVING', 'FAILED', 'CLUSTER_OFFLINE')]],
  ])('%s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['waits again for its turn', aRollout([skipped('a', { assignedAs: undefined, offlineSince: undefined })]), [mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
    ['waits to be tried again, whatever it said before', aRollout([skipped('a', { offlineSince: undefined, startedAt: undefined, observed: { ...WELL, health: 'DEGRADED' } })]), [mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
    ['goes on with the order that it holds', aRollout([skipped('a', { offlineSince: undefined })]), [mark('a', 'SKIPPED', 'MOVING', 'WAITING_FOR_AGENT')]],
    ['is well at once if it was', aRollout([skipped('a', { offlineSince: undefined, observed: WELL })]), [mark('a', 'SKIPPED', 'HEALTHY', 'SYNCED')]],
    ['has failed if it did', aRollout([skipped('a', { offlineSince: undefined, observed: { ...WELL, health: 'DEGRADED' } })]), [mark('a', 'SKIPPED', 'FAILED', 'OBJECTS_DEGRADED')]],
    ['is caught up in a stage that is closed', aRollout([skipped('a', { assignedAs: undefined, offlineSince: undefined })], { stages: [aStage({ state: 'CLOSED' }), { ...next, state: 'OPEN' }] }), [mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
    ['gets its order in a stage that is closed, within its limits', aRollout([aTarget('a', 'PENDING'), aTarget('b', 'PENDING'), aTarget('c', 'PENDING', { stage: 'next' })], { stages: [aStage({ state: 'CLOSED', maxConcurrency: 1 }), { ...next, state: 'OPEN' }] }), [assign('a'), { ...assign('c') }]],
    ['is waited for once it is caught up', aRollout([aTarget('a', 'MOVING')], { stages: [aStage({ state: 'CLOSED' })] }), []],
    ['may fail while it is caught up', aRollout([aTarget('a', 'FAILED')], { stages: [aStage({ state: 'CLOSED', failureBudget: 0 }), { ...next, state: 'OPEN' }] }), [{ kind: 'halt', stage: 'all', failed: [aTarget('a', 'FAILED').id], to: 'HALTED' }]],
    ['stays out where no stage takes it', aRollout([aTarget('a', 'SKIPPED', { stage: undefined, reason: 'NO_STAGE' })]), [close]],
  ])('that is back %s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  const canary = { stages: [aStage(), next] };
  const rest = aTarget('z', 'PENDING', { stage: 'next' });
  const done = aTarget('z', 'HEALTHY', { stage: 'next' });
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['a canary that is away proves nothing', aRollout([skipped('a'), rest], canary), []],
    ['nor one that is held', aRollout([aTarget('a', 'SKIPPED', { reason: 'HELD', isHeld: true }), rest], canary), []],
    ['a person may say that it need not', aRollout([skipped('a'), rest], { stages: [aStage({ isPromoted: true }), next] }), [close]],
    ['one that is being removed is not waited for', aRollout([aTarget('a', 'SKIPPED', { reason: 'REMOVING', isActive: false }), rest], canary), [close]],
    ['another one of the stage proves it', aRollout([skipped('a'), aTarget('b', 'HEALTHY'), rest], canary), [close]],
    ['one that failed within the budget shows enough', aRollout([skipped('a'), aTarget('b', 'FAILED'), rest], canary), [close]],
    ['the last ones hold up nobody', aRollout([skipped('a'), done], { stages: [{ ...next, state: 'CLOSED' }, aStage({ position: 2 })] }), [close]],
    ['a stage in the middle that is all away proves nothing, though the one before it did', aRollout([done, skipped('a'), aTarget('y', 'PENDING', { stage: 'last' })], { stages: [{ ...next, state: 'CLOSED' }, aStage({ position: 2 }), aStage({ name: 'last', position: 3, state: 'PENDING' })] }), []],
    ['stages behind that took nobody make no difference', aRollout([skipped('a'), done], { stages: [{ ...next, state: 'CLOSED' }, aStage({ position: 2 }), aStage({ name: 'empty', position: 3, state: 'PENDING' })] }), [close]],
    ['a rollout that came to nobody has not succeeded', aRollout([skipped('a')]), []],
    ['where nobody asks, nobody waits', aRollout([skipped('a', { offlineSince: undefined, reason: 'REMOVING' })], { offlineWaitMs: undefined }), [close]],
    ['its soak begins when it is back', aRollout([skipped('a'), rest], { stages: [aStage({ soakMs: 1, settledAt: after(-MINUTE) }), next] }), [{ kind: 'settle-stage', stage: 'all', at: undefined }]],
  ])('%s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  it.each<[string, RolloutTargetRow, RolloutTransition]>([
    ['who is away', aTarget('a', 'PENDING', { offlineSince: after(-60 * MINUTE) }), leaveOut('a', 'PENDING')],
    ['who never came', aTarget('a', 'PENDING', { offlineSince: 'NEVER' }), leaveOut('a', 'PENDING')],
    ['who was well', aTarget('a', 'HEALTHY', { offlineSince: after(-60 * MINUTE), observed: WELL }), leaveOut('a', 'HEALTHY')],
    ['who is away past its deadline', aTarget('a', 'MOVING', { offlineSince: after(-60 * MINUTE), startedAt: after(-60 * MINUTE) }), leaveOut('a', 'MOVING')],
    ['who is back past its deadline, and had no time to say how it went', aTarget('a', 'MOVING', { startedAt: after(-60 * MINUTE) }), mark('a', 'MOVING', 'FAILED', 'DEADLINE_EXCEEDED')],
    ['who is on its way back', aTarget('a', 'REVERTING', { startedAt: after(-60 * MINUTE) }), mark('a', 'REVERTING', 'REVERT_FAILED', 'DEADLINE_EXCEEDED')],
  ])('is judged only after a hub that was down has had time to hear %s', (_name, target, verdict) => {
    const at = (hearsSince: Date | undefined): readonly RolloutTransition[] => planRollout(aRollout([target], { hearsSince, phase: target.state === 'REVERTING' ? 'ROLLING_BACK' : 'RUNNING', stages: [aStage({ soakMs: MINUTE })] }), NOW);
    expect(at(after(-OFFLINE_GRACE_MS + 1))).not.toContainEqual(verdict);
    expect(at(after(-OFFLINE_GRACE_MS))).toEqual([verdict]);
    expect(at(undefined)).toEqual([verdict]);
  });

  it('is waited for at the end of a soak, until it is back or left out', () => {
    const soaked = { offlineWaitMs: MINUTE, stages: [aStage({ soakMs: 1, settledAt: after(-MINUTE) })] };
    expect(planRollout(aRollout([aTarget('a', 'HEALTHY', blip), aTarget('b', 'HEALTHY')], soaked), NOW)).toEqual([]);
    expect(planRollout(aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'HEALTHY')], soaked), NOW)).toEqual([close]);
    expect(planRollout(aRollout([skipped('a'), aTarget('b', 'HEALTHY')], soaked), NOW)).toEqual([close]);
  });

  it('holds up no stage that a person lets pass', () => {
    const promoted = { offlineWaitMs: MINUTE, stages: [aStage({ isPromoted: true }), next] };
    expect(planRollout(aRollout([aTarget('a', 'PENDING', blip), aTarget('b', 'MOVING', blip), rest], promoted), NOW)).toEqual([close]);
    expect(planRollout(aRollout([aTarget('a', 'PENDING', blip), aTarget('b', 'MOVING'), rest], promoted), NOW)).toEqual([]);
  });

  it.each([{ soakMs: MINUTE, settledAt: NOW }, { gates: [{ spec: { kind: 'APPROVAL', name: 'qa', approvals: 1 }, side: 'AFTER', state: 'WAITING', approvals: 0 }] }] as const)('no longer counts as well while the stage is watched', (watched) => {
    expect(planRollout(aRollout([aTarget('a', 'HEALTHY', { ...away, observed: WELL })], { stages: [aStage(watched)] }), NOW)).toEqual([leaveOut('a', 'HEALTHY')]);
    expect(planRollout(aRollout([aTarget('a', 'HEALTHY', { ...blip, observed: WELL })], { stages: [aStage(watched)] }), NOW)).not.toContainEqual(leaveOut('a', 'HEALTHY'));
  });
});
