import { isAppliedByUs, objectKey, removalWishesOf, type InventoryEntry, type LiveEntry } from '#domain';
import type { KubeFailure } from '#kube';
import { inParallel } from '../apply/in-parallel.js';
import { findTolerance } from '../drift/find-tolerance.js';
import { healDrift, type Found } from '../drift/heal-drift.js';
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
  const drifted: Found[] = [];
  const adopted = new Map<string, InventoryEntry>();
  let isUnread = false;
  await inParallel(entries, ports.settings.maxCalls, async (entry) => {
    const key = objectKey(entry.ref);
    const sent = runtime.sent.get(key);
    const read = await reader.read(entry, { signal });
    if (!read.ok) {
      runtime.touched.add(key);
      const unread = whyUnread(entry, read.error);
      if (unread !== undefined || !runtime.observed.has(key)) runtime.observed.set(key, { ref: entry.ref, health: 'UNKNOWN', message: unread ?? 'It could not be read', drift: undefined, resourceVersion: undefined });
      isUnread = true;
      return;
    }
    const live = read.value;
    const tolerance = await findTolerance(context, sent, live);
    if (!tolerance.ok) {
      runtime.touched.add(key);
      isUnread = true;
      return;
    }
    const observed = observeObject(entry.ref, sent, live, await judge.judge(runtime.target, inForce.order, live), tolerance.value);
    runtime.observed.set(key, observed);
    const uid = live?.metadata.uid;
    // Created by us under a new UID, and not recorded before a crash.
    if (live !== undefined && uid !== undefined && uid !== entry.uid && isAppliedByUs(live.metadata, owner)) adopted.set(key, { ...entry, uid, ...removalWishesOf(live.metadata) });
    runtime.contested.delete(key);
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
  const pausedMs = await healDrift(context, drifted);
  const waits = [pausedMs, again].filter((ms) => ms !== undefined);
  return { againInMs: waits.length === 0 ? undefined : Math.min(...waits) };
}

/** The server says that it has no such objects at all: what was seen of one before is of another time. Any other failure leaves that as it is. */
function whyUnread({ apiVersion }: LiveEntry, { code }: KubeFailure): string | undefined {
  return code === 'KIND_NOT_FOUND' ? `the cluster does not serve ${apiVersion} any more` : undefined;
}
