import type { ReasonCode } from '../target/reason-code.js';
import { isGone, judgeReverting, wayBackOf } from './judge-rollout-target.js';
import type { RolloutState, RolloutTargetRow, RolloutTransition, StageRow } from './rollout.types.js';

/**
 * Takes back what a rollout moved: the last stage first, every target to the release that it had before, all of a stage at once. Pure, as
 * `planRollout` is. What cannot go back is named and holds up nobody: past the deadline of its stage the others go on, and behind a cluster that is
 * away at once, which has its order for when it comes back. What a person gave another release meanwhile, and holds there, stays there.
 */
export function planWayBack(rollout: RolloutState, now: Date): readonly RolloutTransition[] {
  const context = { now, hearsSince: rollout.hearsSince };
  for (const stage of rollout.stages.toSorted((a, b) => b.position - a.position)) {
    const targets = rollout.targets.filter((target) => target.stage === stage.name);
    const marks = targets.flatMap((target) => markOf(target, stage, context));
    if (marks.length > 0) return marks;
    const assigns = targets.flatMap(assignOf);
    if (assigns.length > 0) return assigns;
    if (targets.some((target) => target.state === 'REVERTING' && !isGone(target, context))) return [];
  }
  return rollout.targets.some((target) => target.state === 'REVERTING') ? [] : [{ kind: 'finish', phase: 'ROLLED_BACK' }];
}

function markOf(target: RolloutTargetRow, stage: StageRow, context: Parameters<typeof judgeReverting>[2]): readonly RolloutTransition[] {
  const mark = (to: RolloutTargetRow['state'], reason: ReasonCode): readonly RolloutTransition[] => [
    { kind: 'mark-target', target: target.id, from: target.state, to, reason },
  ];
  if (target.state === 'REVERTING') {
    const { state, reason } = judgeReverting(target, stage, context);
    return state === 'REVERTING' ? [] : mark(state, reason);
  }
  if (!isMoved(target)) return target.state === 'PENDING' ? mark('SKIPPED', 'ROLLED_BACK') : [];
  if (!target.isActive) return mark('SKIPPED', 'REMOVING');
  if (target.isHeld) return mark('SKIPPED', 'HELD');
  return wayBackOf(target) === undefined ? mark('REVERT_FAILED', 'NOTHING_TO_GO_BACK_TO') : [];
}

function assignOf(target: RolloutTargetRow): readonly RolloutTransition[] {
  const release = wayBackOf(target);
  return isMoved(target) && release !== undefined ? [{ kind: 'assign', target: target.id, release, to: 'REVERTING' }] : [];
}

/** It holds an order of this rollout, or will take one as soon as its cluster is back; also while it waits to be tried again. */
function isMoved({ state, assignedAs, reason }: RolloutTargetRow): boolean {
  if (assignedAs === undefined) return false;
  return state === 'PENDING' || state === 'MOVING' || state === 'HEALTHY' || state === 'FAILED' || (state === 'SKIPPED' && reason === 'CLUSTER_OFFLINE');
}
