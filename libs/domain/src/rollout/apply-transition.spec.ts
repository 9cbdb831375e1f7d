import { applyRolloutTransition, applyRolloutTransitions, type OrderVersion, type RolloutState, type RolloutTargetRow, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, anApproval, assign, mark, NOW, OLDER, ORDER, sendBack } from './testing/rollout-rows.js';

const next: OrderVersion = { epoch: 1n, generation: 6n };
const later = after(1_000);
const apply = (rollout: RolloutState, transition: RolloutTransition): RolloutState => applyRolloutTransition(rollout, transition, () => next, later);
const onTarget = (target: RolloutTargetRow, transition: RolloutTransition): RolloutTargetRow | undefined => apply(aRollout([target, aTarget('z', 'PENDING')]), transition).targets[0];

describe('applyRolloutTransition', () => {
  it.each<[string, RolloutTargetRow, RolloutTransition, Partial<RolloutTargetRow>]>([
    ['an order starts the time of a target', aTarget('a', 'PENDING'), assign('a'), { state: 'MOVING', assignedAs: next, startedAt: later, reason: undefined }],
    ['an order to go back too', aTarget('a', 'FAILED', { reason: 'OBJECTS_DEGRADED' }), sendBack('a'), { state: 'REVERTING', assignedAs: next, startedAt: later, reason: undefined, fromRelease: OLDER }],
    ['who became healthy keeps its order', aTarget('a', 'MOVING'), mark('a', 'MOVING', 'HEALTHY', 'SYNCED'), { state: 'HEALTHY', assignedAs: ORDER, startedAt: NOW, reason: undefined }],
    ['who failed says why', aTarget('a', 'MOVING'), mark('a', 'MOVING', 'FAILED', 'INVALID_YAML'), { state: 'FAILED', assignedAs: ORDER, reason: 'INVALID_YAML' }],
    ['who is left out says why', aTarget('a', 'MOVING'), mark('a', 'MOVING', 'SKIPPED', 'CLUSTER_OFFLINE'), { state: 'SKIPPED', assignedAs: ORDER, reason: 'CLUSTER_OFFLINE' }],
    ['who could not go back says why', aTarget('a', 'REVERTING'), mark('a', 'REVERTING', 'REVERT_FAILED', 'DEADLINE_EXCEEDED'), { state: 'REVERT_FAILED', reason: 'DEADLINE_EXCEEDED' }],
    ['who waits again has no order', aTarget('a', 'SKIPPED', { reason: 'HELD' }), mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT'), { state: 'PENDING', assignedAs: undefined, startedAt: undefined, reason: undefined }],
    ['who waits again to be tried again keeps what has to be taken back', aTarget('a', 'SKIPPED', { reason: 'CLUSTER_OFFLINE', startedAt: undefined }), mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT'), { state: 'PENDING', assignedAs: ORDER, startedAt: undefined, reason: undefined }],
    ['who moves again has a time of its own', aTarget('a', 'SKIPPED', { reason: 'CLUSTER_OFFLINE' }), mark('a', 'SKIPPED', 'MOVING', 'WAITING_FOR_AGENT'), { state: 'MOVING', assignedAs: ORDER, startedAt: later, reason: undefined }],
  ])('%s', (_name, target, transition, expected) => {
    expect(onTarget(target, transition)).toEqual({ ...target, ...expected });
  });

  it.each<[string, RolloutTransition, Partial<RolloutState>]>([
    ['opens a stage', { kind: 'open-stage', stage: 'all' }, { stages: [aStage({ gates: [anApproval('AFTER')] })] }],
    ['closes a stage', { kind: 'close-stage', stage: 'all' }, { stages: [aStage({ state: 'CLOSED', gates: [anApproval('AFTER')] })] }],
    ['starts a soak', { kind: 'settle-stage', stage: 'all', at: later }, { stages: [aStage({ state: 'PENDING', settledAt: later, gates: [anApproval('AFTER')] })] }],
    ['judges a gate', { kind: 'judge-gate', stage: 'all', gate: 'release-manager', to: 'WAITING' }, { stages: [aStage({ state: 'PENDING', gates: [anApproval('AFTER', { state: 'WAITING', since: later })] })] }],
    ['judges no gate of another stage', { kind: 'judge-gate', stage: 'other', gate: 'release-manager', to: 'WAITING' }, {}],
    ['halts', { kind: 'halt', stage: 'all', failed: [], to: 'HALTED' }, { phase: 'HALTED' }],
    ['halts, and goes back', { kind: 'halt', stage: 'all', failed: [], to: 'ROLLING_BACK' }, { phase: 'ROLLING_BACK' }],
    ['ends', { kind: 'finish', phase: 'ROLLED_BACK' }, { phase: 'ROLLED_BACK' }],
  ])('%s', (_name, transition, expected) => {
    const rollout = aRollout([aTarget('a', 'MOVING')], { stages: [aStage({ state: 'PENDING', gates: [anApproval('AFTER')] })] });
    expect(apply(rollout, transition)).toEqual({ ...rollout, ...expected });
  });

  it('leaves the rows that it was given as they are', () => {
    const rollout = Object.freeze(aRollout([Object.freeze(aTarget('a', 'PENDING'))]));
    expect(apply(rollout, assign('a'))).not.toBe(rollout);
    expect(rollout.targets[0]?.state).toBe('PENDING');
  });

  it('makes of many what it makes of each in turn', () => {
    const rollout = aRollout([aTarget('a', 'MOVING'), aTarget('b', 'FAILED'), aTarget('c', 'PENDING')], { stages: [aStage({ gates: [anApproval('AFTER')] }), aStage({ name: 'next', state: 'PENDING' })] });
    const many: readonly RolloutTransition[] = [
      mark('a', 'MOVING', 'SKIPPED', 'HELD'), { kind: 'judge-gate', stage: 'all', gate: 'release-manager', to: 'WAITING' }, mark('a', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT'), assign('a'), sendBack('b'),
      { kind: 'settle-stage', stage: 'all', at: later }, { kind: 'close-stage', stage: 'all' }, { kind: 'open-stage', stage: 'next' }, { kind: 'halt', stage: 'next', failed: [], to: 'HALTED' },
    ];
    expect(applyRolloutTransitions(rollout, many, () => next, later)).toEqual(many.reduce(apply, rollout));
    expect(applyRolloutTransitions(rollout, [], () => next, later)).toEqual(rollout);
  });

  it('takes ten thousand reports at once', () => {
    const names = Array.from({ length: 10_000 }, (_, n) => String(n));
    const done = applyRolloutTransitions(aRollout(names.map((name) => aTarget(name, 'MOVING'))), names.map((name) => mark(name, 'MOVING', 'HEALTHY', 'SYNCED')), () => next, later);
    expect(done.targets.filter(({ state }) => state !== 'HEALTHY')).toEqual([]);
  });
});
