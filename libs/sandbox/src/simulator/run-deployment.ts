import { digestOfJson, type JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { at, numberAt, objectAt, stringAt, stringMapAt } from '../json/read-json.js';
import { counts, withTimes, type Condition } from './conditions.js';
import type { SimulatorSettings } from './simulator-settings.js';
import { controllerReference, type SimulatorWrites } from './simulator-writes.js';

const SETS = 'apps/replicasets';
const REVISION = 'deployment.kubernetes.io/revision';

/** When a Deployment last came closer to what is wanted: by generation and counts. */
export interface Progress {
  readonly mark: string;
  readonly atMs: number;
}

/** Rolls a Deployment: a ReplicaSet per template, the old ones go once the new one is available. Says when its deadline has passed. */
export function runDeployment(writes: SimulatorWrites, settings: SimulatorSettings, progress: Map<string, Progress>, deployment: KubeObject): number | undefined {
  const wanted = numberAt(deployment, 'spec', 'replicas') ?? 1;
  const sets = writes.dependentsOf(deployment, SETS);
  const hash = digestOfJson(objectAt(deployment, 'spec', 'template')).slice('sha256:'.length, 'sha256:'.length + 10);
  const isPaused = at(deployment, 'spec', 'paused') === true;
  const current = sets.find((set) => set.metadata.labels?.['pod-template-hash'] === hash) ?? (isPaused ? undefined : createSet(writes, deployment, hash, wanted, sets));
  const old = sets.filter((set) => set.metadata.uid !== current?.metadata.uid);
  if (current !== undefined) scale(writes, current, wanted);
  const available = numberAt(current, 'status', 'availableReplicas') ?? 0;
  const isDone = current !== undefined && available >= wanted;
  if (isDone || stringAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') for (const set of old) scale(writes, set, 0);

  const status = statusOf(deployment, current, old, wanted);
  const mark = `${deployment.metadata.generation ?? 0}/${JSON.stringify(status)}`;
  const uid = deployment.metadata.uid ?? '';
  const last = progress.get(uid);
  const since = last?.mark === mark ? last.atMs : writes.nowMs();
  progress.set(uid, { mark, atMs: since });
  const deadlineMs = Math.min(settings.progressDeadlineMs, (numberAt(deployment, 'spec', 'progressDeadlineSeconds') ?? 600) * 1000);
  const leftMs = since + deadlineMs - writes.nowMs();
  const isComplete = isDone && old.every((set) => (numberAt(set, 'status', 'replicas') ?? 0) === 0);
  const conditions = withTimes(deployment, conditionsOf(deployment, status, wanted, isComplete, leftMs <= 0, current?.metadata.name ?? ''), writes.now(), ['lastUpdateTime', 'lastTransitionTime']);
  const revision = current?.metadata.annotations?.[REVISION];
  writes.setStatus('apps/deployments', deployment, { ...status, conditions }, revision === undefined ? {} : { [REVISION]: revision });
  return isComplete || leftMs <= 0 || isPaused ? undefined : leftMs;
}

function createSet(writes: SimulatorWrites, deployment: KubeObject, hash: string, replicas: number, sets: readonly KubeObject[]): KubeObject | undefined {
  const template = objectAt(deployment, 'spec', 'template');
  const labels = { ...stringMapAt(template, 'metadata', 'labels'), 'pod-template-hash': hash };
  const revision = 1 + Math.max(0, ...sets.map((set) => Number(set.metadata.annotations?.[REVISION] ?? '0')));
  return writes.create(SETS, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `${deployment.metadata.name}-${hash}`, namespace: deployment.metadata.namespace, labels, annotations: { [REVISION]: String(revision) }, ownerReferences: [controllerReference(deployment)] },
    spec: {
      replicas,
      selector: { matchLabels: { ...stringMapAt(deployment, 'spec', 'selector', 'matchLabels'), 'pod-template-hash': hash } },
      template: { ...template, metadata: { ...objectAt(template, 'metadata'), labels } },
    },
  });
}

function scale(writes: SimulatorWrites, set: KubeObject, replicas: number): void {
  if (numberAt(set, 'spec', 'replicas') !== replicas) writes.patch(SETS, set, { spec: { replicas } });
}

function statusOf(deployment: KubeObject, current: KubeObject | undefined, old: readonly KubeObject[], wanted: number): JsonObject {
  const all = current === undefined ? old : [current, ...old];
  const sum = (field: string): number => all.reduce((total, set) => total + (numberAt(set, 'status', field) ?? 0), 0);
  const total = sum('replicas');
  const available = sum('availableReplicas');
  return {
    observedGeneration: deployment.metadata.generation,
    ...counts({
      replicas: total,
      updatedReplicas: numberAt(current, 'status', 'replicas') ?? 0,
      readyReplicas: sum('readyReplicas'),
      availableReplicas: available,
      unavailableReplicas: Math.max(0, Math.max(total, wanted) - available),
    }),
  };
}

function conditionsOf(deployment: KubeObject, status: JsonObject, wanted: number, isComplete: boolean, isLate: boolean, set: string): readonly Condition[] {
  const available = numberAt(status, 'availableReplicas') ?? 0;
  const isAvailable = available >= wanted - Math.floor(wanted * unavailableShare(deployment));
  const name = JSON.stringify(set);
  return [
    isAvailable
      ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
      : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' },
    isComplete
      ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet ${name} has successfully progressed.` }
      : isLate
        ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet ${name} has timed out progressing.` }
        : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet ${name} is progressing.` },
  ];
}

function unavailableShare(deployment: KubeObject): number {
  const share = at(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable');
  return typeof share === 'string' && share.endsWith('%') ? Number(share.slice(0, -1)) / 100 : 0;
}
