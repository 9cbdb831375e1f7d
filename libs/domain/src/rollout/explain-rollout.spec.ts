import { explainRollout, type RolloutHurdle, type RolloutState } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, anApproval, NOW } from './testing/rollout-rows.js';

type Kinds = readonly RolloutHurdle['kind'][];
const MINUTE = 60_000;
const next = aStage({ name: 'next', position: 1, state: 'PENDING' });
const rest = aTarget('z', 'PENDING', { stage: 'next' });
const away = aTarget('a', 'SKIPPED', { reason: 'CLUSTER_OFFLINE', offlineSince: 'NEVER' });
const held = aTarget('b', 'SKIPPED', { reason: 'HELD', isHeld: true });
const soaking = aStage({ soakMs: MINUTE, settledAt: NOW, gates: [anApproval('AFTER', { state: 'WAITING' })] });

describe('explainRollout', () => {
  it.each<[string, RolloutState, Kinds]>([
    ['is over', aRollout([aTarget('a', 'FAILED')], { phase: 'FAILED' }), []],
    ['is paused, and what it will wait for then', aRollout([aTarget('a', 'MOVING')], { phase: 'PAUSED' }), ['PAUSED', 'TARGETS']],
    ['has halted', aRollout([aTarget('a', 'FAILED')], { phase: 'HALTED' }), ['HALTED']],
    ['goes back', aRollout([aTarget('a', 'REVERTING')], { phase: 'ROLLING_BACK' }), ['REVERTING']],
    ['has targets under way', aRollout([aTarget('a', 'MOVING'), aTarget('b', 'HEALTHY')]), ['TARGETS']],
    ['waits before a stage', aRollout([rest], { stages: [{ ...next, gates: [anApproval('BEFORE', { state: 'WAITING' })] }] }), ['APPROVAL']],
    ['soaks, and has a gate behind', aRollout([aTarget('a', 'HEALTHY')], { stages: [soaking] }), ['SOAK', 'APPROVAL']],
    ['soaks while one has gone dark', aRollout([aTarget('a', 'HEALTHY', { offlineSince: NOW })], { stages: [{ ...soaking, gates: [] }] }), ['SOAK', 'CLUSTERS_AWAY']],
    ['was let pass by a person', aRollout([aTarget('a', 'HEALTHY')], { stages: [{ ...soaking, isPromoted: true }] }), []],
    ['has a canary that is away', aRollout([away, rest], { stages: [aStage(), next] }), ['CLUSTERS_AWAY']],
    ['has a canary that is away, and one that is held', aRollout([away, held, rest], { stages: [aStage(), next] }), ['CLUSTERS_AWAY', 'HELD']],
    ['came to nobody', aRollout([held]), ['HELD']],
    ['waits for no dead cluster at its end, only for its gate', aRollout([away, aTarget('z', 'HEALTHY', { stage: 'next' })], { stages: [{ ...next, state: 'CLOSED' }, aStage({ position: 2, gates: [anApproval('AFTER', { state: 'WAITING' })] })] }), ['APPROVAL']],
    ['waits for a gate in a stage of which all are being removed', aRollout([aTarget('a', 'SKIPPED', { reason: 'REMOVING', isActive: false })], { stages: [aStage({ gates: [anApproval('AFTER', { state: 'WAITING' })] })] }), ['APPROVAL']],
    ['catches up', aRollout([aTarget('a', 'MOVING')], { stages: [aStage({ state: 'CLOSED' })] }), ['TARGETS']],
  ])('says of one that %s', (_name, rollout, kinds) => {
    expect(explainRollout(rollout, undefined, NOW).map(({ kind }) => kind)).toEqual(kinds);
  });

  it.each(['SYNC', 'ROLLOUT'] as const)('says of one that has not begun what it waits for: %s', (waitsFor) => {
    expect(explainRollout(aRollout([aTarget('a', 'PENDING')], { phase: 'PENDING' }), waitsFor, NOW).map(({ kind }) => kind)).toEqual([waitsFor]);
  });

  it('says which stage and gate, until when, and the way on', () => {
    expect(explainRollout(aRollout([aTarget('a', 'MOVING', { startedAt: after(-1) }), aTarget('b', 'PENDING', { offlineSince: NOW }), aTarget('c', 'PENDING')]), undefined, NOW)).toEqual([
      { kind: 'TARGETS', stage: 'all', gate: undefined, message: '1 target under way and 2 to come in stage all; 1 cluster of them away.', until: after(MINUTE - 1) },
    ]);
    expect(explainRollout(aRollout([aTarget('a', 'HEALTHY')], { stages: [soaking] }), undefined, NOW)).toEqual([
      { kind: 'SOAK', stage: 'all', gate: undefined, message: 'All of stage all must stay healthy; promoteStage skips the rest of it.', until: after(MINUTE) },
      { kind: 'APPROVAL', stage: 'all', gate: 'release-manager', message: 'Gate release-manager at the end of stage all waits for 1 more approval: approveGate.', until: undefined },
    ]);
    expect(explainRollout(aRollout([held, rest], { stages: [aStage(), next] }), undefined, NOW)[0]?.message).toBe('1 target of stage all is held after a rollback: lift the hold, or promote the stage to leave it out.');
  });
});
