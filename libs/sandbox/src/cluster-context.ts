import type { Clock, Ids } from '#kernel';
import type { PodLogs } from './logs/pod-logs.js';
import type { ResourceRegistry } from './resources/resource-registry.js';
import type { ObjectStore } from './store/object-store.js';

/** What every verb and controller of one cluster works on. */
export interface ClusterContext {
  readonly store: ObjectStore;
  readonly registry: ResourceRegistry;
  readonly logs: PodLogs;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** Now as object metadata spells it: RFC 3339 without fractions. */
export function timestamp(clock: Clock): string {
  return clock.now().toISOString().replace(/\.\d+Z$/, 'Z');
}
