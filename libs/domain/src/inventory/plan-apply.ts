import { digestOfJson, err, ok, type Digest, type Result } from '#kernel';
import { objectKey, objectRefOf, type KubeObject, type ObjectRef } from '../object/kube-object.js';
import { removalWishesOf } from '../prune/removal-policy.js';
import { orderWaves, type Wave } from '../waves/order-waves.js';
import { waveOf } from '../waves/read-wave.js';
import type { IntendedEntry, InventoryEntry, LiveEntry } from './inventory.types.js';

/** What one pass does to the objects of one target. */
export interface ApplyPlan {
  readonly waves: readonly Wave[];
  /** The inventory to record before the first write: what was there, and INTENDED for every declared object that is new. */
  readonly entries: readonly InventoryEntry[];
  /** Entries that are no longer declared: candidates for the prune guard, not yet orders. */
  readonly prune: readonly LiveEntry[];
  /** Intended once, no longer declared, UID unknown: to be looked up (`resolveIntended`), never deleted by name. */
  readonly unresolved: readonly IntendedEntry[];
}

export type PlanFailure = { readonly code: 'NO_OBJECTS' } | { readonly code: 'DUPLICATE_OBJECT'; readonly ref: ObjectRef };

/**
 * Compares a prepared render with the inventory. A render without objects is refused instead of planned: emptiness must never
 * become a prune. Moving an object to another version of its API is not a removal, since the version is no part of its identity.
 *
 * @param rendered prepared objects, namespaces filled in
 * @param aside keys of the release's hooks: what was an ordinary object and is one of them now leaves the inventory and is not pruned
 */
export function planApply(rendered: readonly KubeObject[], inventory: readonly InventoryEntry[], aside: ReadonlySet<string> = new Set()): Result<ApplyPlan, PlanFailure> {
  if (rendered.length === 0) return err({ code: 'NO_OBJECTS' });
  const declared = new Map<string, KubeObject>();
  for (const object of rendered) {
    const ref = objectRefOf(object);
    if (declared.has(objectKey(ref))) return err({ code: 'DUPLICATE_OBJECT', ref });
    declared.set(objectKey(ref), object);
  }
  const known = new Map(inventory.map((entry) => [objectKey(entry.ref), entry]));
  const gone = [...known].filter(([key]) => !declared.has(key) && !aside.has(key)).map(([, entry]) => entry);
  return ok({
    waves: orderWaves(rendered),
    entries: [...gone, ...[...declared].map(([key, object]) => intend(object, known.get(key)))],
    prune: gone.filter((entry) => entry.state === 'LIVE'),
    unresolved: gone.filter((entry) => entry.state === 'INTENDED'),
  });
}

/** Digest of an object as it is sent. */
export function appliedHashOf(object: KubeObject): Digest {
  return digestOfJson(object);
}

/** The entry of an object that was just applied, as the server answered. @param keepsLive some of its fields were left as they were live */
export function liveEntry(applied: KubeObject, uid: string, keepsLive = false): LiveEntry {
  return { ref: objectRefOf(applied), apiVersion: applied.apiVersion, state: 'LIVE', uid, appliedHash: appliedHashOf(applied), ...removalWishesOf(applied.metadata), ...numbered(applied), ...(keepsLive ? { keepsLive } : {}) };
}

/** A live object keeps its UID and its last hash until it is applied again; being declared takes it off every removal plan. */
function intend(object: KubeObject, known: InventoryEntry | undefined): InventoryEntry {
  if (known?.state === 'LIVE') {
    const { listedIn: _listedIn, takesAlong: _takesAlong, ...entry } = known;
    return entry;
  }
  return intendedEntry(object);
}

/** The entry of an object that is about to be created. */
export function intendedEntry(object: KubeObject): IntendedEntry {
  return { ref: objectRefOf(object), apiVersion: object.apiVersion, state: 'INTENDED', appliedHash: appliedHashOf(object), ...numbered(object) };
}

function numbered({ metadata }: KubeObject): { readonly wave?: number } {
  const wave = waveOf(metadata);
  return wave === 0 ? {} : { wave };
}
