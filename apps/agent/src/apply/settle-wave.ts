import { done, fieldOf, listOf, objectRefOf, parseApiVersion, textOf, wait, type KubeObject, type StepOutcome, type Wave } from '#domain';
import type { MonotonicClock, Timers } from '#kernel';
import type { KubeClient } from '#kube';
import { explainFailure } from './explain-failure.js';
import type { ObjectReader } from './object-reader.js';

export interface SettleHow {
  readonly reader: ObjectReader;
  /** Whose discovery has to know what a definition serves. */
  readonly client: KubeClient;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

const ASK_MS = 150;
const RETRY_MS = 2_000;

/** Waits, up to the deadline, for what the next wave needs of this one: namespaces that are active, definitions that are served. */
export async function settleWave(wave: Wave, how: SettleHow): Promise<StepOutcome> {
  if (wave.settle === 'none') return done();
  const end = how.monotonic.nowMs() + how.deadlineMs;
  let open = wave.objects;
  for (;;) {
    const still: KubeObject[] = [];
    for (const object of open) {
      const settled = wave.settle === 'established' ? await isServed(object, how) : await isActive(object, how);
      if (settled.kind !== 'done') return settled;
      if (!settled.value) still.push(object);
    }
    if (still.length === 0) return done();
    if (how.monotonic.nowMs() >= end) return wait(RETRY_MS, 'CRD_NOT_ESTABLISHED', `${still[0]?.kind} ${still[0]?.metadata.name} is not ready for what depends on it`);
    open = still;
    await how.timers.sleep(ASK_MS, how.signal);
  }
}

async function isActive(object: KubeObject, how: SettleHow): Promise<StepOutcome<boolean>> {
  const live = await readLive(object, how);
  return live.kind === 'done' ? done(textOf(live.value, 'status', 'phase') === 'Active') : live;
}

async function isServed(object: KubeObject, how: SettleHow): Promise<StepOutcome<boolean>> {
  const live = await readLive(object, how);
  if (live.kind !== 'done') return live;
  const has = (type: string): boolean => listOf(live.value, 'status', 'conditions').some((condition) => fieldOf(condition, 'type') === type && fieldOf(condition, 'status') === 'True');
  if (live.value === undefined || !has('Established') || !has('NamesAccepted')) return done(false);
  const group = textOf(live.value, 'spec', 'group') ?? '';
  const kind = textOf(live.value, 'spec', 'names', 'kind') ?? '';
  how.client.invalidateDiscovery(group);
  for (const version of listOf(live.value, 'spec', 'versions')) {
    if (fieldOf(version, 'served') !== true) continue;
    const resource = await how.client.resolve(group, kind, textOf(version, 'name'), { signal: how.signal });
    // Established comes a moment before the resource is served.
    if (!resource.ok) return resource.error.code === 'KIND_NOT_FOUND' ? done(false) : explainFailure(objectRefOf(object), resource.error);
  }
  return done(true);
}

async function readLive(object: KubeObject, { reader, signal }: SettleHow): Promise<StepOutcome<KubeObject | undefined>> {
  const ref = objectRefOf(object);
  const live = await reader.read({ ref, apiVersion: object.apiVersion }, { signal });
  if (live.ok) return done(live.value);
  // An account that may not read them can still apply them; then their use shows whether they are ready.
  if (live.error.code === 'FORBIDDEN' && parseApiVersion(object.apiVersion).group === '') return done({ ...object, status: { phase: 'Active' } });
  return explainFailure(ref, live.error);
}
