import type { KubeObject } from '#domain';
import { numberAt } from '../json/read-json.js';
import { counts, isReady } from './conditions.js';
import { podFromTemplate, type SimulatorWrites } from './simulator-writes.js';

/** Keeps the number of pods and counts them. */
export function runReplicaSet(writes: SimulatorWrites, set: KubeObject): undefined {
  const replicas = numberAt(set, 'spec', 'replicas') ?? 1;
  const pods = writes.dependentsOf(set, '/pods');
  for (const pod of pods.toSorted((a, b) => Number(isReady(a)) - Number(isReady(b))).slice(0, Math.max(0, pods.length - replicas))) writes.remove('/pods', pod);
  for (let missing = replicas - pods.length; missing > 0; missing -= 1) {
    writes.create('/pods', podFromTemplate(set, `${set.metadata.name}-${writes.cluster.ids.uuid().slice(-5)}`, {}));
  }
  const live = writes.dependentsOf(set, '/pods');
  const ready = live.filter(isReady).length;
  writes.setStatus('apps/replicasets', set, {
    replicas: live.length,
    ...counts({ fullyLabeledReplicas: live.length, readyReplicas: ready, availableReplicas: ready }),
    observedGeneration: set.metadata.generation,
  });
}
