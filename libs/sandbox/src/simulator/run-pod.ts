import type { Json, JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { isObject, listAt, stringAt } from '../json/read-json.js';
import { withTimes, type Condition } from './conditions.js';
import type { SimulatorSettings } from './simulator-settings.js';
import type { SimulatorWrites } from './simulator-writes.js';

/** Plays scheduler and kubelet for one pod: it starts at once, is ready after a while, and succeeds later if it is meant to end. */
export function runPod(writes: SimulatorWrites, settings: SimulatorSettings, ageMs: number, pod: KubeObject): number | undefined {
  if (stringAt(pod, 'spec', 'nodeName') === undefined) {
    writes.patch('/pods', pod, { spec: { nodeName: settings.nodes[0] ?? 'node-1' } });
    return 0;
  }
  if (['Succeeded', 'Failed'].includes(stringAt(pod, 'status', 'phase') ?? '')) return undefined;
  const isBroken = listAt(pod, 'spec', 'containers').some((container) => (stringAt(container, 'image') ?? '').endsWith(`:${settings.brokenTag}`));
  if (isBroken || ageMs < settings.readyAfterMs) {
    writes.setStatus('/pods', pod, podStatus(pod, writes.now(), 'Pending', isBroken));
    return isBroken ? undefined : settings.readyAfterMs - ageMs;
  }
  const endsAt = settings.readyAfterMs + settings.jobRunsMs;
  const isEnding = (stringAt(pod, 'spec', 'restartPolicy') ?? 'Always') !== 'Always';
  const isOver = isEnding && ageMs >= endsAt;
  writes.setStatus('/pods', pod, podStatus(pod, writes.now(), isOver ? 'Succeeded' : 'Running', false));
  return isEnding && !isOver ? endsAt - ageMs : undefined;
}

function podStatus(pod: KubeObject, now: string, phase: 'Pending' | 'Running' | 'Succeeded', isBroken: boolean): JsonObject {
  const isRunning = phase === 'Running';
  const ready: Pick<Condition, 'status' | 'reason' | 'message'> = isRunning
    ? { status: 'True', reason: '', message: '' }
    : { status: 'False', reason: phase === 'Succeeded' ? 'PodCompleted' : 'ContainersNotReady', message: '' };
  const conditions: readonly Condition[] = [
    { type: 'PodScheduled', status: 'True', reason: '', message: '' },
    { type: 'Initialized', status: 'True', reason: '', message: '' },
    { type: 'ContainersReady', ...ready },
    { type: 'Ready', ...ready },
  ];
  const startedAt = stringAt(pod, 'status', 'startTime') ?? now;
  const containers = listAt(pod, 'spec', 'containers').filter(isObject);
  return {
    phase,
    startTime: startedAt,
    hostIP: '192.0.2.1',
    ...(isRunning ? { podIP: '192.0.2.2', podIPs: [{ ip: '192.0.2.2' }] } : {}),
    conditions: withTimes(pod, conditions, now),
    containerStatuses: containers.map((container) => ({
      name: container['name'] ?? '',
      image: container['image'] ?? '',
      imageID: '',
      restartCount: 0,
      ready: isRunning,
      started: isRunning,
      state: containerState(phase, isBroken, container, startedAt),
    })),
  };
}

function containerState(phase: 'Pending' | 'Running' | 'Succeeded', isBroken: boolean, container: JsonObject, startedAt: string): Json {
  if (isBroken) return { waiting: { reason: 'ErrImagePull', message: `failed to pull image ${JSON.stringify(container['image'] ?? '')}: not found` } };
  if (phase === 'Pending') return { waiting: { reason: 'ContainerCreating' } };
  if (phase === 'Running') return { running: { startedAt } };
  return { terminated: { exitCode: 0, reason: 'Completed', startedAt, finishedAt: startedAt } };
}
