import type { DriftedObject, KubeObject } from '#domain';
import { explainTerminating } from '../apply/explain-terminating.js';
import type { StepContext } from '../reconcile/step.js';
import { healObjects } from './heal-objects.js';
import { takesOf, type Take } from './heal-pacing.js';

/** An object that was found to differ. */
export interface Found {
  readonly key: string;
  readonly sent: KubeObject;
  /** undefined: the server says it is gone. */
  readonly live: KubeObject | undefined;
  readonly drift: DriftedObject;
}

interface Due extends Found {
  readonly takes: readonly Take[];
  /** Fields whose pause is not over. */
  readonly keep: readonly string[];
}

/** How long until an object that could not be put back is tried again, at the earliest. */
const RETRY_MS = 5_000;

/**
 * Puts back what differs, each field at its own pace: one that is fought over waits and stays as it is, while the rest of its object is healed at
 * once. Answers with the time until something is to be tried again; undefined: when the cluster says something.
 */
export async function healDrift(context: StepContext, drifted: readonly Found[]): Promise<number | undefined> {
  const { runtime, ports } = context;
  const nowMs = ports.monotonic.nowMs();
  const waits: number[] = [];
  const due = drifted.flatMap((found): Due[] => {
    const takes = takesOf(found.drift);
    const paused = takes.filter((take) => runtime.pacing.nextAtMs(found.key, take, nowMs) > nowMs);
    noteContests(context, found, takes, nowMs);
    if (paused.length > 0) {
      runtime.touched.add(found.key);
      waits.push(Math.min(...paused.map((take) => runtime.pacing.nextAtMs(found.key, take, nowMs) - nowMs)));
    }
    return paused.length > 0 && paused.length === takes.length ? [] : [{ ...found, takes: takes.filter((take) => !paused.includes(take)), keep: paused.map(({ field }) => field) }];
  });
  const healed = due.length === 0 ? undefined : await explainTerminating(await healObjects(context, due), context.reader, context.signal);
  for (const { key, takes } of due) for (const take of takes) runtime.pacing.tried(key, take, ports.monotonic.nowMs());
  runtime.healFailure = healed === undefined ? runtime.healFailure : healed.kind === 'done' ? undefined : healed.why;

  const isBack = ({ key, keep }: Due): boolean => (runtime.observed.get(key)?.drift?.fields ?? []).every((field) => keep.includes(field)) && runtime.observed.get(key)?.drift?.kind !== 'DELETED';
  const back = due.filter(isBack);
  runtime.healedCount += back.length;
  if (back.length > 0) runtime.lastHealed = back.map(({ drift }) => ({ ...drift, healedAt: ports.clock.now() }));
  for (const one of due.filter((candidate) => !isBack(candidate))) {
    runtime.touched.add(one.key);
    waits.push(Math.max(RETRY_MS, ...one.takes.map((take) => runtime.pacing.nextAtMs(one.key, take, nowMs) - nowMs)));
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}

function noteContests({ runtime, ports }: StepContext, { key, drift }: Found, takes: readonly Take[], nowMs: number): void {
  const contested = takes.filter((take) => runtime.pacing.isContested(key, take, nowMs));
  if (contested.length === 0) return;
  runtime.contested.set(key, contested);
  ports.log.debug('a field is put back again and again by somebody else', { target: runtime.target, kind: drift.ref.kind, name: drift.ref.name, fields: contested.map(({ field, manager }) => `${field} by ${manager ?? 'nobody'}`) });
}
