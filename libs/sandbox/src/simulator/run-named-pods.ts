import { digestOfJson, type JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { isObject, listAt, numberAt, objectAt, stringAt } from '../json/read-json.js';
import { counts, isReady } from './conditions.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { podFromTemplate, type SimulatorWrites } from './simulator-writes.js';

const REVISION = 'controller-revision-hash';

interface NamedPods {
  readonly updated: number;
  readonly ready: number;
  readonly total: number;
  readonly revision: string;
}

/** A StatefulSet's pods, in order, with a claim each per volume claim template. */
export function runStatefulSet(writes: SimulatorWrites, set: KubeObject): undefined {
  const replicas = numberAt(set, 'spec', 'replicas') ?? 1;
  const names = Array.from({ length: replicas }, (_, ordinal) => `${set.metadata.name}-${ordinal}`);
  const isOrdered = stringAt(set, 'spec', 'podManagementPolicy') !== 'Parallel';
  for (const name of names) claimVolumes(writes, set, name);
  const { updated, ready, total, revision } = keepPods(writes, set, names, isOrdered);
  writes.setStatus('apps/statefulsets', set, {
    observedGeneration: set.metadata.generation,
    replicas: total,
    ...counts({ readyReplicas: ready, currentReplicas: updated === replicas ? updated : total - updated, updatedReplicas: updated }),
    availableReplicas: ready,
    currentRevision: updated === replicas ? revision : (stringAt(set, 'status', 'currentRevision') ?? revision),
    updateRevision: revision,
    collisionCount: 0,
  });
}

/** One pod of a DaemonSet per node. */
export function runDaemonSet(writes: SimulatorWrites, settings: SimulatorSettings, set: KubeObject): undefined {
  const names = settings.nodes.map((node) => `${set.metadata.name}-${node}`);
  const { updated, ready, total } = keepPods(writes, set, names, false);
  writes.setStatus('apps/daemonsets', set, {
    observedGeneration: set.metadata.generation,
    desiredNumberScheduled: names.length,
    currentNumberScheduled: total,
    numberMisscheduled: 0,
    numberReady: ready,
    ...counts({ updatedNumberScheduled: updated, numberAvailable: ready, numberUnavailable: names.length - ready }),
  });
}

/** Exactly the named pods, of the current template: stale ones are replaced one at a time while the others are ready. */
function keepPods(writes: SimulatorWrites, set: KubeObject, names: readonly string[], isOrdered: boolean): NamedPods {
  const revision = `${set.metadata.name}-${digestOfJson(objectAt(set, 'spec', 'template')).slice('sha256:'.length, 'sha256:'.length + 10)}`;
  const isCurrent = (pod: KubeObject): boolean => pod.metadata.labels?.[REVISION] === revision;
  const pods = writes.dependentsOf(set, '/pods');
  for (const pod of pods) if (!names.includes(pod.metadata.name)) writes.remove('/pods', pod);
  const kept = pods.filter((pod) => names.includes(pod.metadata.name));
  const stale = kept.filter((pod) => !isCurrent(pod)).at(-1);
  if (stale !== undefined && kept.filter((pod) => pod !== stale && isCurrent(pod)).every(isReady)) writes.remove('/pods', stale);
  for (const name of names) {
    const pod = writes.cluster.store.get('/pods', set.metadata.namespace ?? '', name);
    if (pod === undefined) writes.create('/pods', podFromTemplate(set, name, { [REVISION]: revision }));
    if (isOrdered && (pod === undefined || !isReady(pod))) break;
  }
  const live = writes.dependentsOf(set, '/pods');
  return { revision, total: live.length, ready: live.filter(isReady).length, updated: live.filter(isCurrent).length };
}

function claimVolumes(writes: SimulatorWrites, set: KubeObject, pod: string): void {
  for (const template of listAt(set, 'spec', 'volumeClaimTemplates').filter(isObject)) {
    const name = `${stringAt(template, 'metadata', 'name') ?? 'data'}-${pod}`;
    const namespace = set.metadata.namespace ?? '';
    if (writes.cluster.store.get('/persistentvolumeclaims', namespace, name) !== undefined) continue;
    const body: JsonObject = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace, labels: objectAt(set, 'spec', 'selector', 'matchLabels') }, spec: objectAt(template, 'spec') };
    writes.create('/persistentvolumeclaims', body);
  }
}
