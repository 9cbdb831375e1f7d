import { isAppliedByUs, objectKey, removalWishesOf, type DriftedObject, type InventoryEntry, type LiveEntry } from '#domain';
import { inParallel } from '../apply/in-parallel.js';
import { healObjects, type Drifted } from '../drift/heal-objects.js';
import { observeObject } from '../health/observe-object.js';
import { saveInventory } from './save-inventory.js';
import type { StepContext } from './step.js';

/** How long until objects that could not be read are looked at again. */
const UNREAD_RETRY_MS = 5_000;

export interface Inspection {
  /** When to look again because of what was seen; undefined: when the cluster says something. */
  readonly againInMs: number | undefined;
}

/**
 * Looks at objects of the inventory: one GET each for health and drift, then heals what drifted if the policy says so. A look that fails
 * leaves what was seen before: it is repeated, and never taken for an object that is gone.
 *
 * @param onDrift called between seeing drift and healing it, so that it can be reported
 */
export async function inspectTarget(context: StepContext, keys: ReadonlySet<string>, onDrift: () => void): Promise<Inspection> {
  const { runtime, inForce, reader, judge, ports, owner, signal } = context;
  const entries = (runtime.inventory?.entries ?? []).filter((entry): entry is LiveEntry => entry.state === 'LIVE' && keys.has(objectKey(entry.ref)));
  const drifted: (Drifted & { readonly key: string; readonly drift: DriftedObject })[] = [];
  const adopted = new Map<string, InventoryEntry>();
  let isUnread = false;
  await inParallel(entries, ports.settings.maxCalls, async (entry) => {
    const key = objectKey(entry.ref);
    const sent = runtime.sent.get(key);
    const read = await reader.read(entry, { signal });
    if (!read.ok) {
      runtime.touched.add(key);
      if (!runtime.observed.has(key)) runtime.observed.set(key, { ref: entry.ref, health: 'UNKNOWN', message: 'It could not be read', drift: undefined, resourceVersion: undefined });
      isUnread = true;
      return;
    }
    const live = read.value;
    const observed = observeObject(entry.ref, sent, live, await judge.judge(runtime.target, inForce.order, live));
    runtime.observed.set(key, observed);
    const uid = live?.metadata.uid;
    // Created by us under a new UID, and not recorded before a crash.
    if (live !== undefined && uid !== undefined && uid !== entry.uid && isAppliedByUs(live.metadata, owner)) adopted.set(key, { ...entry, uid, ...removalWishesOf(live.metadata) });
    if (observed.drift !== undefined && sent !== undefined) drifted.push({ key, sent, live, drift: observed.drift });
  });
  const again = isUnread ? UNREAD_RETRY_MS : undefined;
  if (adopted.size > 0 && runtime.inventory !== undefined) {
    const saved = await saveInventory(context, { ...runtime.inventory, entries: runtime.inventory.entries.map((entry) => adopted.get(objectKey(entry.ref)) ?? entry) });
    if (saved.kind !== 'done') return { againInMs: UNREAD_RETRY_MS };
  }
  if (drifted.length === 0) return { againInMs: again };
  onDrift();
  if (context.inForce.order.kind !== 'ASSIGNMENT' || context.inForce.order.sync.drift !== 'HEAL') return { againInMs: again };
  return heal(context, drifted, again);
}

async function heal(context: StepContext, drifted: readonly (Drifted & { readonly key: string; readonly drift: DriftedObject })[], again: number | undefined): Promise<Inspection> {
  const { runtime, ports } = context;
  const nowMs = ports.monotonic.nowMs();
  const due = drifted.filter(({ key }) => runtime.pacing.nextAtMs(key, nowMs) <= nowMs);
  const pauses = drifted.filter((one) => !due.includes(one)).map(({ key }) => {
    runtime.touched.add(key);
    return runtime.pacing.nextAtMs(key, nowMs) - nowMs;
  });
  const healed = due.length === 0 ? undefined : await healObjects(context, due);
  runtime.healFailure = healed === undefined ? runtime.healFailure : healed.kind === 'done' ? undefined : healed.why;
  const isBack = ({ key }: { readonly key: string }): boolean => runtime.observed.get(key)?.drift === undefined;
  const back = due.filter(isBack);
  runtime.healedCount += back.length;
  if (back.length > 0) runtime.lastHealed = back.map(({ drift }) => ({ ...drift, healedAt: ports.clock.now() }));
  for (const one of due.filter((candidate) => !isBack(candidate))) {
    runtime.touched.add(one.key);
    pauses.push(Math.max(UNREAD_RETRY_MS, runtime.pacing.nextAtMs(one.key, nowMs) - nowMs));
  }
  const waits = [...pauses, ...(again === undefined ? [] : [again])];
  return { againInMs: waits.length === 0 ? undefined : Math.min(...waits) };
}
