import type { ReleaseId } from '../ids.js';
import { compareVersions } from '../target/accept-order.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { RolloutTargetRow, RolloutTargetState } from './rollout.types.js';

/**
 * Failures that the agent tries again by itself and that say nothing about the release: the target goes on moving. Everything
 * else that an agent calls FAILED or KEPT_LAST_GOOD is an answer.
 */
const PASSING: ReadonlySet<ReasonCode> = new Set<ReasonCode>(['REPOSITORY_UNREACHABLE', 'CLUSTER_UNAVAILABLE', 'CRD_NOT_ESTABLISHED', 'INTERNAL_ERROR', 'ASSIGNMENT_EXPIRED']);

/**
 * The state that a target has earned in its rollout by what its agent reports. Pure. Only a report of the order that this rollout
 * gave counts: an older one says nothing about the release, and a silent agent keeps its target MOVING. An order that it refused is an answer too.
 */
export function judgeRolloutTarget(target: RolloutTargetRow, release: ReleaseId): { readonly state: RolloutTargetState; readonly reason: ReasonCode } {
  if (!target.isActive) return { state: 'SKIPPED', reason: 'REMOVING' };
  if (target.blockedBy !== undefined) return { state: 'FAILED', reason: target.blockedBy };
  const { assignedAs, observed, refused, state } = target;
  if (assignedAs === undefined) return { state, reason: 'WAITING_FOR_ROLLOUT' };
  if (observed === undefined || compareVersions(observed, assignedAs) < 0) {
    const isRefused = refused !== undefined && compareVersions(refused, assignedAs) >= 0 && !PASSING.has(refused.reason);
    return isRefused ? { state: 'FAILED', reason: refused.reason } : { state, reason: 'WAITING_FOR_AGENT' };
  }
  switch (observed.sync) {
    case 'SYNCED':
    case 'DRIFTED':
      break;
    case 'FAILED':
    case 'KEPT_LAST_GOOD':
      return PASSING.has(observed.reason) ? { state, reason: observed.reason } : { state: 'FAILED', reason: observed.reason };
    default:
      return { state, reason: observed.reason };
  }
  if (observed.release !== release) return { state, reason: observed.reason };
  if (observed.health === 'HEALTHY' || observed.health === 'SUSPENDED') return { state: 'HEALTHY', reason: 'SYNCED' };
  return observed.health === 'DEGRADED' ? { state: 'FAILED', reason: 'OBJECTS_DEGRADED' } : { state, reason: observed.reason };
}
