import { warnOfRollout, type GateRow, type RolloutState } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aRollout, aStage, aTarget, anApproval, NOW } from '../testing/rollout-rows.js';

const NEVER: GateRow = { spec: { kind: 'WINDOW', name: 'hours', windows: [{ kind: 'ALLOW', schedule: '0 8 * * *', duration: 'nonsense', timeZone: 'UTC' }] }, side: 'BEFORE', state: 'PENDING', approvals: 0 };
const two = anApproval('BEFORE', { spec: { kind: 'APPROVAL', name: 'cab', approvals: 2 } });

describe('warnOfRollout', () => {
  it.each<[string, RolloutState, readonly string[]]>([
    ['a plain one', aRollout([aTarget('a', 'PENDING')]), []],
    ['a stage without targets', aRollout([], { stages: [aStage({ state: 'PENDING' })] }), ['STAGE_MATCHES_NOTHING stages.0']],
    ['a stage without targets that is closed, as it is at once', aRollout([], { stages: [aStage({ state: 'CLOSED', gates: [two] })] }), ['STAGE_MATCHES_NOTHING stages.0']],
    ['a budget that never halts', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ failureBudget: 1 })] }), ['BUDGET_IS_ALL stages.0']],
    ['targets in no stage', aRollout([aTarget('a', 'PENDING'), aTarget('b', 'SKIPPED', { stage: undefined, reason: 'NO_STAGE' })]), ['NO_STAGE targets']],
    ['a window that nothing opens', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ gates: [NEVER] })] }), ['WINDOW_NEVER_OPENS stages.0.gates.0.window']],
    ['one that a person let pass', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ gates: [NEVER, two], isPromoted: true })] }), []],
    ['one that has been waived', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ gates: [{ ...NEVER, state: 'WAIVED' }] })] }), []],
    ['too few people', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ gates: [two] })] }), ['TOO_FEW_APPROVERS stages.0.gates.0.approval.approvals']],
    ['too few people by now, after enough have said yes', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ gates: [{ ...two, approvals: 2 }] })] }), []],
    ['a gate that was skipped, also when it is past', aRollout([aTarget('a', 'PENDING')], { stages: [aStage({ state: 'CLOSED', gates: [{ ...two, spec: { kind: 'JOB', name: 'smoke', job: 'smoke', deadlineSeconds: 60 }, state: 'SKIPPED' }] })] }), ['GATE_ASKS_NOBODY stages.0.gates.0']],
    ['one that is over', aRollout([], { phase: 'SUCCEEDED', stages: [aStage({ state: 'PENDING' })] }), []],
    ['one that goes back', aRollout([], { phase: 'ROLLING_BACK', stages: [aStage({ state: 'PENDING' })] }), []],
    ['one all at once', aRollout([], { offlineWaitMs: undefined }), []],
  ])('tells of %s', (_name, rollout, expected) => {
    expect(warnOfRollout(rollout, { approvers: 1, isNotByAuthor: false, validators: [], applications: [] }, NOW).map(({ code, path }) => `${code} ${path.join('.')}`)).toEqual(expected);
  });
});
