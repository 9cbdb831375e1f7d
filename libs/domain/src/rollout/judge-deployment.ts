import { err, ok, type Result } from '#kernel';
import type { ReasonCode } from '../target/reason-code.js';
import type { ControlFailure } from './control-rollout.js';
import { isRolloutOver, type RolloutState, type RolloutTargetRow } from './rollout.types.js';

export type DeploymentFailure =
  | ControlFailure
  /** It runs the release already. */
  | { readonly code: 'ALREADY_AT_RELEASE' }
  | { readonly code: 'TARGET_HELD' }
  | { readonly code: 'CLUSTER_OFFLINE' }
  /** No order can be made for it. */
  | { readonly code: 'TARGET_BLOCKED'; readonly reason: ReasonCode }
  /** It has failed in this rollout, and is tried again by `retry`. */
  | { readonly code: 'TARGET_FAILED'; readonly reason: ReasonCode }
  /** It takes no part in the rollout. */
  | { readonly code: 'TARGET_LEFT_OUT'; readonly reason: ReasonCode };

/** NAME: the target is to be named. UNDER_WAY: it was, or moves already, so that what was asked for is so. */
export type DeploymentVerdict = 'NAME' | 'UNDER_WAY';

/**
 * Whether a person may send a target its release now, ahead of its stage. Pure. It passes whatever stage, gates, windows and others that move would have it
 * wait for; never a hold, a pause, or a halt, and where it cannot be done at once it is refused, not put off.
 */
export function judgeDeployment(rollout: Pick<RolloutState, 'phase'>, target: RolloutTargetRow): Result<DeploymentVerdict, DeploymentFailure> {
  const { phase } = rollout;
  if (phase !== 'RUNNING') return err({ code: isRolloutOver(phase) ? 'ROLLOUT_OVER' : 'ROLLOUT_NOT_READY', phase });
  if (!target.isActive) return err({ code: 'TARGET_LEFT_OUT', reason: 'REMOVING' });
  if (target.isHeld) return err({ code: 'TARGET_HELD' });
  if (target.blockedBy !== undefined) return err({ code: 'TARGET_BLOCKED', reason: target.blockedBy });
  switch (target.state) {
    case 'HEALTHY':
      return err({ code: 'ALREADY_AT_RELEASE' });
    case 'MOVING':
      return ok('UNDER_WAY');
    case 'FAILED':
      return err({ code: 'TARGET_FAILED', reason: target.reason ?? 'INTERNAL_ERROR' });
    case 'PENDING':
      if (target.offlineSince !== undefined) return err({ code: 'CLUSTER_OFFLINE' });
      return ok(target.isNamed ? 'UNDER_WAY' : 'NAME');
    case 'SKIPPED':
      if (target.reason === 'HELD') return err({ code: 'TARGET_HELD' });
      return err(target.reason === 'CLUSTER_OFFLINE' ? { code: 'CLUSTER_OFFLINE' } : { code: 'TARGET_LEFT_OUT', reason: target.reason ?? 'INTERNAL_ERROR' });
    default:
      return err({ code: 'ROLLOUT_NOT_READY', phase }); // it goes back
  }
}
