import type { KubeObject } from '#domain';
import { at, listAt, stringAt } from '../json/read-json.js';
import { IN_USE_FINALIZERS } from '../kinds/allocations.js';
import type { SimulatorWrites } from './simulator-writes.js';

/** Binds a claim to a volume made for it. */
export function runClaim(writes: SimulatorWrites, readyAfterMs: number, ageMs: number, claim: KubeObject): number | undefined {
  if (stringAt(claim, 'status', 'phase') === 'Bound') return undefined;
  if (ageMs < readyAfterMs) return readyAfterMs - ageMs;
  const volumeName = stringAt(claim, 'spec', 'volumeName') ?? `pvc-${claim.metadata.uid ?? ''}`;
  const capacity = at(claim, 'spec', 'resources', 'requests') ?? {};
  const accessModes = at(claim, 'spec', 'accessModes') ?? [];
  if (writes.cluster.store.get('/persistentvolumes', '', volumeName) === undefined) {
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: claim.metadata.namespace, name: claim.metadata.name, uid: claim.metadata.uid };
    const volume = writes.create('/persistentvolumes', {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName },
      spec: { capacity, accessModes, claimRef, persistentVolumeReclaimPolicy: 'Delete', hostPath: { path: `/sandbox/${volumeName}` } },
    });
    if (volume !== undefined) writes.setStatus('/persistentvolumes', volume, { phase: 'Bound' });
  }
  if (stringAt(claim, 'spec', 'volumeName') === undefined) {
    writes.patch('/persistentvolumeclaims', claim, { spec: { volumeName }, metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } } });
    return 0;
  }
  writes.setStatus('/persistentvolumeclaims', claim, { phase: 'Bound', accessModes, capacity });
  return undefined;
}

/** Lets a claim go that is being deleted once no pod uses it, and its volume with it. */
export function releaseClaim(writes: SimulatorWrites, claim: KubeObject): undefined {
  const { namespace = '', name } = claim.metadata;
  const isUsed = writes.cluster.store.list('/pods', namespace).some((pod) => listAt(pod, 'spec', 'volumes').some((volume) => stringAt(volume, 'persistentVolumeClaim', 'claimName') === name));
  if (isUsed) return;
  releaseFinalizer(writes, '/persistentvolumeclaims', claim, IN_USE_FINALIZERS['/PersistentVolumeClaim'] ?? '');
  const volume = writes.cluster.store.get('/persistentvolumes', '', stringAt(claim, 'spec', 'volumeName') ?? '');
  if (stringAt(volume, 'spec', 'claimRef', 'uid') === claim.metadata.uid && stringAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete' && volume !== undefined) writes.remove('/persistentvolumes', volume);
}

/** Lets a volume go that is being deleted once its claim is gone. */
export function releaseVolume(writes: SimulatorWrites, volume: KubeObject): undefined {
  const claim = writes.cluster.store.get('/persistentvolumeclaims', stringAt(volume, 'spec', 'claimRef', 'namespace') ?? '', stringAt(volume, 'spec', 'claimRef', 'name') ?? '');
  if (claim !== undefined && claim.metadata.uid === stringAt(volume, 'spec', 'claimRef', 'uid')) return;
  releaseFinalizer(writes, '/persistentvolumes', volume, IN_USE_FINALIZERS['/PersistentVolume'] ?? '');
}

function releaseFinalizer(writes: SimulatorWrites, table: string, object: KubeObject, finalizer: string): void {
  const left = (object.metadata.finalizers ?? []).filter((one) => one !== finalizer);
  if (left.length < (object.metadata.finalizers ?? []).length) writes.patch(table, object, { metadata: { finalizers: left } });
}
