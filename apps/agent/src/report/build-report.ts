import { aggregateHealth, type DriftedObject, type TargetHealth, type TargetReport } from '#domain';
import type { VerifiedOrder } from '../session/session.ports.js';
import type { SyncStatus, TargetRuntime } from '../reconcile/target-runtime.js';

const MAX_MESSAGE = 2_000;
const MAX_DRIFTED = 50;

/**
 * The whole state of a target as a report. Its texts were made from names, fields and what the server says of objects that are no Secrets; no value
 * of an object is in it. Pure.
 *
 * @param order the order that the state answers
 */
export function buildReport(runtime: TargetRuntime, order: VerifiedOrder, observedAt: Date): TargetReport {
  const drifted = driftOf(runtime);
  const health = healthOfTarget(runtime);
  const status = statusWithDrift(runtime, drifted);
  const applied = runtime.inventory?.head.applied;
  return {
    target: runtime.target,
    epoch: order.order.epoch,
    generation: order.order.generation,
    release: applied?.release,
    commit: applied?.commit ?? '',
    renderDigest: applied?.renderDigest,
    sync: status.sync,
    reason: status.sync === 'SYNCED' && status.reason === 'SYNCED' ? reasonOfHealth(health) : status.reason,
    message: status.message.slice(0, MAX_MESSAGE),
    health: health.health,
    healthMessage: health.message.slice(0, MAX_MESSAGE),
    objectCount: runtime.inventory?.entries.length ?? 0,
    unhealthy: health.unhealthy,
    drifted: (drifted.length > 0 ? drifted : runtime.lastHealed).slice(0, MAX_DRIFTED),
    healedCount: runtime.healedCount,
    pendingRemoval: runtime.pendingRemoval,
    observedAt,
  };
}

export function driftOf(runtime: TargetRuntime): readonly DriftedObject[] {
  return [...runtime.observed.values()].flatMap(({ drift }) => (drift === undefined ? [] : [drift]));
}

export function healthOfTarget(runtime: TargetRuntime): TargetHealth {
  return aggregateHealth([...runtime.observed.values()].map(({ ref, health, message }) => ({ ref, health, message })));
}

function statusWithDrift(runtime: TargetRuntime, drifted: readonly DriftedObject[]): SyncStatus {
  if (runtime.status.sync !== 'SYNCED' || drifted.length === 0) return runtime.status;
  const { healFailure } = runtime;
  return healFailure === undefined
    ? { sync: 'DRIFTED', reason: 'DRIFT_DETECTED', message: `${drifted.length} ${drifted.length === 1 ? 'object differs' : 'objects differ'} from what was applied` }
    : { sync: 'DRIFTED', reason: healFailure.reason, message: healFailure.message };
}

function reasonOfHealth({ health }: TargetHealth): TargetReport['reason'] {
  switch (health) {
    case 'PROGRESSING':
      return 'PROGRESSING';
    case 'DEGRADED':
      return 'OBJECTS_DEGRADED';
    case 'MISSING':
      return 'OBJECTS_MISSING';
    default:
      return 'SYNCED';
  }
}
