import { formatObjectRef, objectKey } from '../object/kube-object.js';
import type { ObjectHealth } from '../target/target-report.js';
import { HEALTH_STATES, type HealthState } from '../target/target-state.js';
import type { Health } from './health.types.js';

/** A target's health, with the objects that are not healthy: worst first, at most 50. */
export interface TargetHealth extends Health {
  readonly unhealthy: readonly ObjectHealth[];
}

const UNHEALTHY_LIMIT = 50;
const NAMED_LIMIT = 3;

/**
 * The worst health of a target's objects, in the order of HEALTH_STATES; the message names the first three that are so.
 * Nothing to judge is UNKNOWN, not HEALTHY: a release is never empty, so it means that nothing was looked at yet.
 * Independent of the order of its argument.
 */
export function aggregateHealth(objects: readonly ObjectHealth[]): TargetHealth {
  if (objects.length === 0) return { health: 'UNKNOWN', message: 'No object was looked at yet', unhealthy: [] };
  const worstFirst = objects.toSorted((a, b) => rank(b.health) - rank(a.health) || compareText(objectKey(a.ref), objectKey(b.ref)));
  const health = worstFirst[0]?.health ?? 'UNKNOWN';
  if (health === 'HEALTHY') return { health, message: `${objects.length} objects are healthy`, unhealthy: [] };

  const worst = worstFirst.filter((object) => object.health === health);
  const named = worst.slice(0, NAMED_LIMIT).map((object) => `${formatObjectRef(object.ref)}: ${object.message}`);
  const rest = worst.length > NAMED_LIMIT ? ` and ${worst.length - NAMED_LIMIT} more` : '';
  return { health, message: `${named.join('; ')}${rest}`, unhealthy: worstFirst.filter((object) => object.health !== 'HEALTHY').slice(0, UNHEALTHY_LIMIT) };
}

function rank(health: HealthState): number {
  return HEALTH_STATES.indexOf(health);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
