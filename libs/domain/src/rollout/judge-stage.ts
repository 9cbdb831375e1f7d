import { isReachable } from './judge-rollout-target.js';
import type { RolloutState, RolloutTargetRow, StageRow } from './rollout.types.js';

/** Whether what became healthy must stay so until the stage ends. Pure, as all of these are. */
export function isWatched(stage: StageRow): boolean {
  return !stage.isPromoted && (stage.soakMs > 0 || stage.gates.some((gate) => gate.side === 'AFTER'));
}

/** Who is to stay well, and has just gone dark: each is back in a moment, or is left out. */
export function outOfSight(rollout: RolloutState, stage: StageRow): readonly RolloutTargetRow[] {
  return isWatched(stage) ? rollout.targets.filter((target) => target.stage === stage.name && target.state === 'HEALTHY' && !isReachable(target, rollout)) : [];
}

/**
 * Whether a stage has shown nothing of the release: all that would have is away or held. The next stage must not be the first to find out, and a
 * rollout that came to nobody has not succeeded. The last ones that are away hold up nobody, once others are well.
 */
export function provesNothing(rollout: RolloutState, stage: StageRow): boolean {
  const targets = rollout.targets.filter((target) => target.stage === stage.name);
  const isMissing = (target: RolloutTargetRow): boolean => target.state === 'SKIPPED' && (target.reason === 'CLUSTER_OFFLINE' || target.reason === 'HELD');
  if (stage.isPromoted || rollout.offlineWaitMs === undefined || !targets.some(isMissing) || targets.some((target) => target.state !== 'SKIPPED')) return false;
  const isLast = !rollout.stages.some((later) => later.state === 'PENDING' && rollout.targets.some((target) => target.stage === later.name));
  return !isLast || !rollout.targets.some((target) => target.state === 'HEALTHY');
}
