import { aggregateHealth, FIELD_MANAGER, fitChanges, formatObjectRef, objectKey, VALUE_LIMITS, type DriftedObject, type TargetHealth, type TargetReport } from '#domain';
import type { VerifiedOrder } from '../session/session.ports.js';
import type { SyncStatus, TargetRuntime } from '../reconcile/target-runtime.js';

const MAX_MESSAGE = 2_000;
const MAX_DRIFTED = 50;
const MAX_CONTESTS = 10;

/**
 * The whole state of a target as a report. Its messages were made from names, fields and what the server says of objects that are no Secrets; values of
 * objects are in `drifted` alone, masked and bounded. Pure.
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
    drifted: withinBounds(drifted.length > 0 ? drifted : runtime.lastHealed),
    healedCount: runtime.healedCount,
    pendingRemoval: runtime.pendingRemoval,
    observedAt,
    ...(runtime.kept === undefined ? {} : { kept: runtime.kept }),
  };
}

function withinBounds(drifted: readonly DriftedObject[]): readonly DriftedObject[] {
  let room: number = VALUE_LIMITS.report;
  return drifted.slice(0, MAX_DRIFTED).map((one) => {
    const { changes, used } = fitChanges(one.changes, room);
    room -= used;
    return { ...one, changes };
  });
}

export function driftOf(runtime: TargetRuntime): readonly DriftedObject[] {
  return [...runtime.observed.values()].flatMap(({ drift }) => (drift === undefined ? [] : [drift]));
}

export function healthOfTarget(runtime: TargetRuntime): TargetHealth {
  return aggregateHealth([...runtime.observed.values()].map(({ ref, health, message }) => ({ ref, health, message })));
}

function statusWithDrift(runtime: TargetRuntime, drifted: readonly DriftedObject[]): SyncStatus {
  if (runtime.status.sync === 'SYNCED' && drifted.length === 0 && runtime.status.message === '') return { ...runtime.status, message: runtime.notices.texts().join('; ') };
  if (runtime.status.sync !== 'SYNCED' || drifted.length === 0) return runtime.status;
  const { healFailure } = runtime;
  const contests = sayContests(runtime, drifted);
  if (healFailure === undefined && contests.length > 0) return { sync: 'DRIFTED', reason: 'DRIFT_CONTESTED', message: contests.slice(0, MAX_CONTESTS).join('; ') };
  return healFailure === undefined
    ? { sync: 'DRIFTED', reason: 'DRIFT_DETECTED', message: `${drifted.length} ${drifted.length === 1 ? 'object differs' : 'objects differ'} from what was applied` }
    : { sync: 'DRIFTED', reason: healFailure.reason, message: healFailure.message };
}

/** Fields that both sides put back in turn, with the names of both. */
function sayContests(runtime: TargetRuntime, drifted: readonly DriftedObject[]): readonly string[] {
  return drifted.flatMap(({ ref, fields }) =>
    (runtime.contested.get(objectKey(ref)) ?? [])
      .filter(({ field }) => field === '' || fields.includes(field))
      .map(({ field, manager }) => `${formatObjectRef(ref)}${field === '' ? '' : ` ${field}`}: ${manager ?? 'somebody'} puts it back each time that ${FIELD_MANAGER} does`),
  );
}

function reasonOfHealth({ health, unhealthy }: TargetHealth): TargetReport['reason'] {
  switch (health) {
    case 'PROGRESSING':
      return 'PROGRESSING';
    case 'DEGRADED':
      return 'OBJECTS_DEGRADED';
    case 'MISSING':
      return 'OBJECTS_MISSING';
    case 'UNKNOWN':
      // Before the first look there is nothing to do about it.
      return unhealthy.length === 0 ? 'SYNCED' : 'HEALTH_UNKNOWN';
    default:
      return 'SYNCED';
  }
}
