import type { KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import { inVersion } from '../http/representation.js';
import { tableOf } from '../resources/resource-type.js';
import type { WriteTarget } from './write-target.js';

/** What a write meets, in the version through which it comes. */
export function liveObject(cluster: ClusterContext, target: Pick<WriteTarget, 'type' | 'namespace' | 'name'>): KubeObject | undefined {
  const stored = cluster.store.get(tableOf(target.type), target.namespace, target.name);
  return stored === undefined ? undefined : inVersion(target.type, stored);
}
