import type { ReleaseId } from '../ids.js';
import { compareVersions } from '../target/accept-order.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { RolloutTargetRow } from './rollout.types.js';

/**
 * Failures that the agent tries again by itself and that say nothing about the release: the target goes on moving. Everything
 * else that an agent calls FAILED or KEPT_LAST_GOOD is an answer.
 */
const PASSING: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  'REPOSITORY_UNREACHABLE', 'REPOSITORY_RATE_LIMITED', 'CLUSTER_UNAVAILABLE', 'CLUSTER_BUSY', 'WEBHOOK_UNAVAILABLE', 'NAMESPACE_TERMINATING', 'CRD_NOT_ESTABLISHED', 'INTERNAL_ERROR', 'ASSIGNMENT_EXPIRED',
]);

/** SILENT: the agent has said nothing of this order yet. BUSY: it works on it. RESTLESS: it is applied, and not all of it is ready. */
export interface ReportVerdict {
  readonly answer: 'HEALTHY' | 'FAILED' | 'SILENT' | 'BUSY' | 'RESTLESS';
  readonly reason: ReasonCode;
}

/**
 * What the agent's last report says about a release. Pure. Only a report of the order that this rollout gave counts: an older one says nothing
 * about the release. An order that the agent refused, or cannot be given, is an answer too, until it reports of it after all.
 */
export function judgeReport({ assignedAs, observed, refused }: Pick<RolloutTargetRow, 'assignedAs' | 'observed' | 'refused'>, release: ReleaseId): ReportVerdict {
  if (assignedAs === undefined) return { answer: 'SILENT', reason: 'WAITING_FOR_ROLLOUT' };
  if (observed === undefined || compareVersions(observed, assignedAs) < 0) {
    const isRefused = refused !== undefined && compareVersions(refused, assignedAs) >= 0 && !PASSING.has(refused.reason);
    return isRefused ? { answer: 'FAILED', reason: refused.reason } : { answer: 'SILENT', reason: 'WAITING_FOR_AGENT' };
  }
  const { sync, reason, health } = observed;
  if (sync === 'FAILED' || sync === 'KEPT_LAST_GOOD') return { answer: PASSING.has(reason) ? 'BUSY' : 'FAILED', reason };
  if ((sync !== 'SYNCED' && sync !== 'DRIFTED') || observed.release !== release) return { answer: 'BUSY', reason };
  if (health === 'HEALTHY' || health === 'SUSPENDED') return { answer: 'HEALTHY', reason: 'SYNCED' };
  return health === 'DEGRADED' ? { answer: 'FAILED', reason: 'OBJECTS_DEGRADED' } : { answer: 'RESTLESS', reason };
}
