import { applyRolloutTransition, judgeDeployment, OFFLINE_GRACE_MS, planRollout, type DeploymentFailure, type RolloutState, type RolloutTargetRow, type RolloutTransition } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { after, aRollout, aStage, aTarget, anApproval, assign, mark, NOW, ORDER, sendBack, WELL } from './testing/rollout-rows.js';

const named = { isNamed: true } as const;
const later = { stage: 'later', ...named };
const freeze = { spec: { kind: 'WINDOW', name: 'freeze', windows: [{ kind: 'DENY', from: after(-60_000).toISOString(), to: after(60_000).toISOString() }] }, side: 'BEFORE', state: 'WAITING', approvals: 0 } as const;
const stages = [aStage({ failureBudget: 0 }), aStage({ name: 'later', position: 1, state: 'PENDING', failureBudget: 0, gates: [anApproval('BEFORE')] })];
const canary = aTarget('a', 'MOVING');
const of = (...targets: readonly RolloutTargetRow[]): RolloutState => aRollout([canary, ...targets], { stages });

describe('a target that a person sends ahead', () => {
  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['goes before its stage and the gates of it', of(aTarget('z', 'PENDING', later), aTarget('y', 'PENDING', { stage: 'later' })), [assign('z')]],
    ['goes while no stage is open', aRollout([aTarget('a', 'PENDING', named)], { stages: [aStage({ state: 'PENDING', gates: [anApproval('BEFORE')] })] }), [assign('a')]],
    ['goes outside of a window', aRollout([aTarget('a', 'PENDING', named), aTarget('b', 'PENDING')], { stages: [aStage({ gates: [freeze as never] })] }), [assign('a')]],
    ['goes beside as many as may move', aRollout([canary, aTarget('b', 'PENDING', named), aTarget('c', 'PENDING')], { stages: [aStage({ maxConcurrency: 1 })] }), [assign('b')]],
    ['counts as one that moves', aRollout([aTarget('a', 'PENDING'), aTarget('b', 'PENDING', named)], { stages: [aStage({ maxConcurrency: 1 })] }), [assign('b')]],
    ['is judged before its stage begins', of(aTarget('z', 'MOVING', { ...later, observed: WELL })), [mark('z', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['has the deadline of its stage', of(aTarget('z', 'MOVING', { ...later, startedAt: after(-60_000) })), [mark('z', 'MOVING', 'FAILED', 'DEADLINE_EXCEEDED')]],
    ['counts against the budget of its stage', of(aTarget('z', 'FAILED', { ...later, reason: 'OBJECTS_DEGRADED' })), [{ kind: 'halt', stage: 'later', failed: [aTarget('z', 'FAILED').id], to: 'HALTED' }]],
    ['does not go where a budget is exceeded', of(aTarget('b', 'FAILED'), aTarget('z', 'PENDING', later)), [{ kind: 'halt', stage: 'all', failed: [aTarget('b', 'FAILED').id], to: 'HALTED' }]],
    ['does not go while it is held', of(aTarget('z', 'PENDING', { ...later, isHeld: true })), [mark('z', 'PENDING', 'SKIPPED', 'HELD')]],
    ['does not go while its cluster is away', of(aTarget('z', 'PENDING', { ...later, offlineSince: NOW })), []],
    ['does not go while the rollout is paused, nor when it is resumed', { ...of(aTarget('z', 'PENDING', later)), phase: 'PAUSED' }, [{ kind: 'forget-name', target: aTarget('z', 'PENDING').id }]],
    ['does not go when a rollout that has halted in that moment is tried again', { ...of(aTarget('z', 'PENDING', later)), phase: 'HALTED' }, [{ kind: 'forget-name', target: aTarget('z', 'PENDING').id }]],
    ['goes back with the others', aRollout([aTarget('z', 'HEALTHY', later)], { phase: 'ROLLING_BACK', stages }), [sendBack('z')]],
  ])('%s', (_name, rollout, expected) => expect(planRollout(rollout, NOW)).toEqual(expected));

  it.each<[string, RolloutState, RolloutTransition, boolean]>([
    ['with the order that it allows', of(aTarget('z', 'PENDING', later)), assign('z'), false],
    ['with its failure', of(aTarget('z', 'PENDING', later)), mark('z', 'PENDING', 'FAILED', 'PARAMETER_MISSING'), false],
    ['when it is left out', of(aTarget('z', 'PENDING', later)), mark('z', 'PENDING', 'SKIPPED', 'HELD'), false],
    ['when its cluster is away, also where that is waited for', of(aTarget('z', 'PENDING', later)), { kind: 'forget-name', target: aTarget('z', 'PENDING').id }, false],
    ['not with what happens to others', of(aTarget('y', 'PENDING', { stage: 'later' }), aTarget('z', 'PENDING', later)), assign('y'), true],
  ])('is named no more %s', (_name, rollout, transition, isNamed) => {
    const { targets } = applyRolloutTransition(rollout, transition, () => ORDER, NOW);
    expect(targets.find(({ id }) => id === aTarget('z', 'PENDING').id)?.isNamed).toBe(isNamed);
  });

  const away = (offlineSince: Date, offlineWaitMs: number): RolloutState => ({ ...of(aTarget('z', 'PENDING', { ...later, offlineSince })), offlineWaitMs });

  it.each<[string, RolloutState, readonly RolloutTransition[]]>([
    ['is not sent when it comes back from more than a blip', away(after(-OFFLINE_GRACE_MS), 3_600_000), [{ kind: 'forget-name', target: aTarget('z', 'PENDING').id }]],
    ['is sent after a blip', away(after(1 - OFFLINE_GRACE_MS), 3_600_000), []],
    ['that failed and is tried again waits for its stage', of(aTarget('z', 'PENDING', { stage: 'later', assignedAs: ORDER })), []],
    ['is judged before its stage begins, also without its name', of(aTarget('z', 'MOVING', { stage: 'later', observed: WELL })), [mark('z', 'MOVING', 'HEALTHY', 'SYNCED')]],
    ['that was left out comes back before its stage begins, and waits', of(aTarget('z', 'SKIPPED', { stage: 'later', reason: 'CLUSTER_OFFLINE', assignedAs: undefined })), [mark('z', 'SKIPPED', 'PENDING', 'WAITING_FOR_ROLLOUT')]],
  ])('%s', (_name, rollout, expected) => expect(planRollout(rollout, NOW)).toEqual(expected));

  it('is waited for at the end', () => {
    const closed = { stages: [aStage({ state: 'CLOSED' }), aStage({ name: 'later', position: 1, state: 'CLOSED' })] };
    expect(planRollout(aRollout([aTarget('a', 'HEALTHY'), aTarget('z', 'MOVING', later)], closed), NOW)).toEqual([]);
  });

  it.each<[string, RolloutTargetRow, 'NAME' | 'UNDER_WAY' | DeploymentFailure]>([
    ['may be one that waits', aTarget('a', 'PENDING'), 'NAME'],
    ['may be named twice', aTarget('a', 'PENDING', named), 'UNDER_WAY'],
    ['may be on its way', aTarget('a', 'MOVING'), 'UNDER_WAY'],
    ['is not one that has the release', aTarget('a', 'HEALTHY'), { code: 'ALREADY_AT_RELEASE' }],
    ['is not one that is held', aTarget('a', 'PENDING', { isHeld: true }), { code: 'TARGET_HELD' }],
    ['is not one that was left out for a hold', aTarget('a', 'SKIPPED', { reason: 'HELD' }), { code: 'TARGET_HELD' }],
    ['is not one that has just gone away', aTarget('a', 'PENDING', { offlineSince: NOW }), { code: 'CLUSTER_OFFLINE' }],
    ['is not one that was left out for being away', aTarget('a', 'SKIPPED', { reason: 'CLUSTER_OFFLINE' }), { code: 'CLUSTER_OFFLINE' }],
    ['is not one without an order', aTarget('a', 'FAILED', { blockedBy: 'PARAMETER_MISSING' }), { code: 'TARGET_BLOCKED', reason: 'PARAMETER_MISSING' }],
    ['is not one that failed', aTarget('a', 'FAILED', { reason: 'OBJECTS_DEGRADED' }), { code: 'TARGET_FAILED', reason: 'OBJECTS_DEGRADED' }],
    ['is not one that no stage takes', aTarget('a', 'SKIPPED', { stage: undefined, reason: 'NO_STAGE' }), { code: 'TARGET_LEFT_OUT', reason: 'NO_STAGE' }],
    ['is not one that is being removed', aTarget('a', 'PENDING', { isActive: false }), { code: 'TARGET_LEFT_OUT', reason: 'REMOVING' }],
  ])('%s', (_name, target, expected) => {
    const verdict = judgeDeployment({ phase: 'RUNNING' }, target);
    expect(verdict.ok ? verdict.value : verdict.error).toEqual(expected);
  });

  it.each([['PENDING', 'ROLLOUT_NOT_READY'], ['PAUSED', 'ROLLOUT_NOT_READY'], ['HALTED', 'ROLLOUT_NOT_READY'], ['ROLLING_BACK', 'ROLLOUT_NOT_READY'], ['SUCCEEDED', 'ROLLOUT_OVER'], ['ABORTED', 'ROLLOUT_OVER']] as const)('waits for nobody to resume: a rollout that is %s answers %s', (phase, code) => {
    expect(judgeDeployment({ phase }, aTarget('a', 'PENDING'))).toEqual({ ok: false, error: { code, phase } });
  });
});
