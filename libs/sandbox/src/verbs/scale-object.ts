import type { JsonObject, Result } from '#kernel';
import type { KubeObject } from '#domain';
import type { ClusterContext } from '../cluster-context.js';
import type { ApiFailure } from '../http/api-failure.js';
import { numberAt, objectAt, stringMapAt } from '../json/read-json.js';
import { mergePatchObject, replaceObject } from './update-object.js';
import type { WriteTarget } from './write-target.js';

/** The `Scale` through which an autoscaler sees a workload. */
export function scaleOf(workload: KubeObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const labels = stringMapAt(workload, 'spec', 'selector', 'matchLabels');
  const replicas = numberAt(workload, 'spec', 'replicas') ?? 0;
  const selector = Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp: creationTimestamp ?? null },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(workload, 'status', 'replicas') ?? 0, selector },
  };
}

/** Sets the replicas of a workload through its `Scale`; the writer owns that field from then on. */
export function scaleObject(cluster: ClusterContext, target: WriteTarget, live: KubeObject, scale: JsonObject, isPatch: boolean): Result<KubeObject, ApiFailure> {
  const replicas = numberAt(scale, 'spec', 'replicas') ?? (isPatch ? numberAt(live, 'spec', 'replicas') : 0) ?? 0;
  const { resourceVersion, uid } = objectAt(scale, 'metadata');
  const metadata = { ...(resourceVersion === undefined ? {} : { resourceVersion }), ...(uid === undefined ? {} : { uid }) };
  if (isPatch) return mergePatchObject(cluster, target, { metadata, spec: { replicas } });
  const { resourceVersion: _version, ...kept } = live.metadata;
  return replaceObject(cluster, target, { ...live, metadata: { ...kept, ...metadata }, spec: { ...objectAt(live, 'spec'), replicas } });
}
