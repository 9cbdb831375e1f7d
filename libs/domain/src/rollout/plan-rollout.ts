import { judgeRolloutTarget } from './judge-rollout-target.js';
import type { RolloutState, RolloutTargetRow, RolloutTargetState, RolloutTransition, StageRow } from './rollout.types.js';

/**
 * Decides the next transitions of a rollout from its rows alone. Pure and repeatable: a planner that crashed is simply asked again,
 * and one that is asked again after every transition is written comes to rest at []. The open stage is the one whose row says so; what
 * clusters report only moves the target rows of that stage, never the choice of stage. A target that never answers stays MOVING and holds
 * up no other target of its stage, only the end of the stage.
 *
 * @param rollout rows as loaded in one transaction
 */
export function planRollout(rollout: RolloutState): readonly RolloutTransition[] {
  if (rollout.phase !== 'RUNNING') return [];
  const stage = rollout.stages.find((candidate) => candidate.state === 'OPEN');
  if (stage === undefined) return openNextStage(rollout);

  const targets = rollout.targets.filter((target) => target.stage === stage.name);
  const marks = targets.flatMap((target) => markOf(target, rollout));
  if (marks.length > 0) return marks;

  const failed = inState(targets, 'FAILED');
  if (stage.failureBudget !== 'UNLIMITED' && failed.length > stage.failureBudget) {
    return [{ kind: 'halt', stage: stage.name, failed: failed.map((target) => target.id) }];
  }
  const pending = inState(targets, 'PENDING');
  const moving = inState(targets, 'MOVING');
  if (pending.length > 0) {
    return pending.slice(0, roomIn(stage, moving.length)).map((target) => ({ kind: 'assign', target: target.id, release: rollout.release }));
  }
  return moving.length > 0 ? [] : [{ kind: 'close-stage', stage: stage.name }];
}

function openNextStage(rollout: RolloutState): readonly RolloutTransition[] {
  const next = rollout.stages.filter((stage) => stage.state === 'PENDING').toSorted((a, b) => a.position - b.position)[0];
  if (next !== undefined) return [{ kind: 'open-stage', stage: next.name }];
  return [{ kind: 'finish', phase: rollout.targets.some((target) => target.state === 'FAILED') ? 'FAILED' : 'SUCCEEDED' }];
}

function markOf(target: RolloutTargetRow, rollout: RolloutState): readonly RolloutTransition[] {
  // A target that was healthy once has done its part: what happens to it later belongs to the target, not to the rollout.
  if (target.state === 'HEALTHY' || target.state === 'SKIPPED') return [];
  const { state, reason } = judgeRolloutTarget(target, rollout.release);
  return state === target.state ? [] : [{ kind: 'mark-target', target: target.id, from: target.state, to: state, reason }];
}

function inState(targets: readonly RolloutTargetRow[], state: RolloutTargetState): readonly RolloutTargetRow[] {
  return targets.filter((target) => target.state === state);
}

function roomIn(stage: StageRow, moving: number): number {
  return stage.maxConcurrency === 'UNLIMITED' ? Number.POSITIVE_INFINITY : Math.max(0, stage.maxConcurrency - moving);
}
