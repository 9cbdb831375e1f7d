import { planRollout, type RolloutState, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aRollout, aStage, aTarget, assign, idOf, mark, NOW, OLDER, ORDER, WELL } from './testing/rollout-rows.js';

const closed = { stages: [aStage({ state: 'CLOSED' })] };
const limited = { stages: [aStage({ maxConcurrency: 2 })] };

describe('planRollout', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['waits for its person', aRollout([aTarget('a', 'PENDING')], { phase: 'PENDING' }), []],
    ['rests when it is over', aRollout([aTarget('a', 'MOVING', { observed: WELL })], { phase: 'SUPERSEDED' }), []],
    ['opens the first stage', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ state: 'PENDING' })] }), [{ kind: 'open-stage', stage: 'all' }]],
    ['opens stages by position', aRollout([], { stages: [aStage({ name: 'z', position: 2, state: 'PENDING' }), aStage({ name: 'y', position: 1, state: 'PENDING' }), aStage({ name: 'x', state: 'CLOSED' })] }), [{ kind: 'open-stage', stage: 'y' }]],
    ['opens none beside an open one', aRollout([aTarget('a', 'MOVING')], { stages: [aStage(), aStage({ name: 'y', position: 1, state: 'PENDING' })] }), []],
    ['assigns all at once', aRollout([aTarget('a', 'PENDING'), aTarget('b', 'PENDING')]), [assign('a'), assign('b')]],
    ['assigns only what max concurrency leaves free', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'PENDING'), aTarget('c', 'PENDING')], limited), [assign('b')]],
    ['assigns nobody beside as many as may move', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'MOVING'), aTarget('c', 'PENDING')], limited), []],
    ['assigns nobody beside more than may move, who came back', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'MOVING'), aTarget('c', 'MOVING'), aTarget('d', 'PENDING')], limited), []],
    ['assigns nothing of another stage', aRollout([aTarget('a', 'PENDING', { stage: 'later' }), aTarget('b', 'PENDING')]), [assign('b')]],
    ['assigns to each the release that is its own', aRollout([aTarget('a', 'PENDING', { release: OLDER })]), [{ kind: 'assign', target: idOf('a'), release: OLDER, to: 'MOVING' }]],
    ['assigns others past a silent one', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'PENDING')]), [assign('b')]],
    ['waits for a silent one at the end', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'HEALTHY')]), []],
    ['closes a settled stage', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'FAILED'), aTarget('c', 'SKIPPED', { reason: 'REMOVING' })]), [{ kind: 'close-stage', stage: 'all' }]],
    ['closes an empty stage', aRollout([]), [{ kind: 'close-stage', stage: 'all' }]],
    ['succeeds', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'SKIPPED', { reason: 'REMOVING' })], closed), [{ kind: 'finish', phase: 'SUCCEEDED' }]],
    ['fails with one that failed', aRollout([aTarget('a', 'HEALTHY'), aTarget('b', 'FAILED')], closed), [{ kind: 'finish', phase: 'FAILED' }]],
    ['marks before it decides', aRollout([aTarget('a', 'MOVING', { observed: WELL }), aTarget('b', 'PENDING')]), [mark('a', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['fails what its agent does not take', aRollout([aTarget('a', 'MOVING', { observed: { ...WELL, generation: 4n }, refused: { ...ORDER, reason: 'UNSUPPORTED_ASSIGNMENT' } })]), [mark('a', 'MOVING', 'FAILED', 'UNSUPPORTED_ASSIGNMENT')]],
    ['skips what is being removed', aRollout([aTarget('a', 'PENDING', { isActive: false })]), [mark('a', 'PENDING', 'SKIPPED', 'REMOVING')]],
    ['fails what cannot be ordered', aRollout([aTarget('a', 'PENDING', { blockedBy: 'PARAMETER_MISSING' })]), [mark('a', 'PENDING', 'FAILED', 'PARAMETER_MISSING')]],
    ['takes back a failure that healed', aRollout([aTarget('a', 'FAILED', { reason: 'OBJECTS_DEGRADED', observed: WELL }), aTarget('b', 'MOVING')]), [mark('a', 'FAILED', 'HEALTHY', 'SYNCED')]],
    ['leaves a healthy one that fell ill later', aRollout([aTarget('a', 'HEALTHY', { observed: { ...WELL, health: 'DEGRADED' } }), aTarget('b', 'MOVING')]), []],
    ['leaves a failure of a closed stage that healed', aRollout([aTarget('a', 'FAILED', { observed: WELL }), aTarget('b', 'MOVING', { stage: 'next' })], { stages: [aStage({ state: 'CLOSED' }), aStage({ name: 'next', position: 1 })] }), []],
  ])('%s', (_name, state, expected) => {
    expect(planRollout(state, NOW)).toEqual(expected);
  });
});
