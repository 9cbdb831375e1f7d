import { applyRolloutTransition, planRollout, type RolloutState, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aRollout, aStage, aTarget, assign, mark, NOW, ORDER, WELL } from './testing/rollout-rows.js';

const held = { isHeld: true } as const;

describe('a target that is held at another release', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['is left out', aRollout([aTarget('a', 'PENDING', held), aTarget('b', 'PENDING')]), [mark('a', 'PENDING', 'SKIPPED', 'HELD')]],
    ['is left out in the middle of its move', aRollout([aTarget('a', 'MOVING', { ...held, observed: WELL })]), [mark('a', 'MOVING', 'SKIPPED', 'HELD')]],
    ['is no failure any more', aRollout([aTarget('a', 'FAILED', held)], { stages: [aStage({ failureBudget: 0 })] }), [mark('a', 'FAILED', 'SKIPPED', 'HELD')]],
    ['is held rather than away', aRollout([aTarget('a', 'SKIPPED', { ...held, reason: 'CLUSTER_OFFLINE', offlineSince: 'NEVER' })]), [mark('a', 'SKIPPED', 'SKIPPED', 'HELD')]],
    ['is being removed rather than held', aRollout([aTarget('a', 'SKIPPED', { ...held, reason: 'HELD', isActive: false })]), [mark('a', 'SKIPPED', 'SKIPPED', 'REMOVING')]],
    ['is not marked twice', aRollout([aTarget('a', 'SKIPPED', { ...held, reason: 'HELD' }), aTarget('b', 'MOVING')]), []],
    ['waits for its turn again when the hold is lifted', aRollout([aTarget('a', 'SKIPPED', { reason: 'HELD' }), aTarget('b', 'MOVING')]), [mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
    ['also in a stage that is closed', aRollout([aTarget('a', 'SKIPPED', { reason: 'HELD' })], { stages: [aStage({ state: 'CLOSED' })] }), [mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
    ['is judged again even while all stands still', aRollout([aTarget('a', 'MOVING', held)], { phase: 'HALTED' }), [mark('a', 'MOVING', 'SKIPPED', 'HELD')]],
  ])('%s', (_name, rollout, expected) => {
    expect(planRollout(rollout, NOW)).toEqual(expected);
  });

  it('gets a new order when the hold is lifted, as what it had was overtaken', () => {
    const lifted = aRollout([aTarget('a', 'SKIPPED', { reason: 'HELD', observed: WELL })]);
    const again = applyRolloutTransition(lifted, mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT'), () => ORDER, NOW);
    expect(planRollout(again, NOW)).toEqual([assign('a')]);
  });
});
