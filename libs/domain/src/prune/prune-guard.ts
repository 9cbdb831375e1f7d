import { digestOfJson, type Digest } from '#kernel';
import type { TargetId } from '../ids.js';
import type { LiveEntry } from '../inventory/inventory.types.js';
import { objectKey, type ObjectRef } from '../object/kube-object.js';
import { shownWith } from './say-waiting.js';
import { isWithinShown, type TakenAlong } from './taken-along.js';
import { policyOfWishes, type RemovalCause } from './removal-policy.js';

/** A removal that someone wants to make; `entries` are what the plan would remove, nothing else. */
export interface RemovalRequest {
  readonly target: TargetId;
  /** A prune is counted here; a tombstone was counted by the hub. */
  readonly cause: RemovalCause;
  readonly entries: readonly LiveEntry[];
  /** LIVE entries in the target's inventory, those of the request included. */
  readonly inventorySize: number;
  /** What goes along with entries, by object key, as counted just now; absent: nothing does. */
  readonly takenAlong?: ReadonlyMap<string, TakenAlong>;
  /** Digests of plans that a person approved, from the signed order. */
  readonly approvals: readonly Digest[];
}

export interface RemovalDecision {
  readonly removeNow: readonly LiveEntry[];
  /** What waits for a person, marked with the plan in which it is listed: to be stored before it is reported. */
  readonly waiting: readonly LiveEntry[];
  /** Digest to approve; undefined when nothing waits. */
  readonly digest: Digest | undefined;
  /** Why it waits. */
  readonly because: 'COUNT' | 'KIND' | undefined;
}

const GUARDED_KINDS: readonly string[] = ['/Namespace', '/PersistentVolume', '/PersistentVolumeClaim', 'apps/StatefulSet', 'apiextensions.k8s.io/CustomResourceDefinition'];

/**
 * Decides what may go at once. A prune goes whole or waits whole: too many objects, or one that holds data, and nothing is
 * removed until a person approved exactly that plan. A tombstone was counted by the hub: only what holds data waits, the rest goes.
 * An approval counts for the plan whose digest it names and for what is left of that plan after a crash halfway; one more object is another plan.
 */
export function guardRemoval(request: RemovalRequest): RemovalDecision {
  const guarded = request.entries.filter((entry) => guardOf(entry, request.cause) !== undefined);
  const isTooMany = request.cause === 'PRUNE' && exceedsCap(request.entries.length, request.inventorySize);
  if (guarded.length === 0 && !isTooMany) return go(request.entries);

  const counts = request.takenAlong ?? new Map<string, TakenAlong>();
  // Of a large plan people are shown the beginning: what they must not miss comes first.
  const inQuestion = request.cause === 'PRUNE' ? [...guarded, ...request.entries.filter((entry) => guardOf(entry, request.cause) === undefined)] : guarded;
  const digest = removalDigest(request.target, inQuestion, counts);
  if (request.approvals.includes(digest)) return go(request.entries.map((entry) => (inQuestion.includes(entry) ? listEntry(entry, digest, counts.get(objectKey(entry.ref))) : entry)));
  if (isRestOfApproved(inQuestion, request)) return go(request.entries);
  return {
    removeNow: request.entries.filter((entry) => !inQuestion.includes(entry)),
    waiting: inQuestion.map((entry) => listEntry(entry, digest, counts.get(objectKey(entry.ref)))),
    digest,
    because: isTooMany ? 'COUNT' : 'KIND',
  };
}

/**
 * The digest that a person approves: the target and its objects by UID, in one order, each with how many others go along with it. Objects that
 * come into being after the plan was shown make another plan.
 */
export function removalDigest(target: TargetId, entries: readonly LiveEntry[], takenAlong: ReadonlyMap<string, TakenAlong> = new Map()): Digest {
  const objects = entries.map(({ ref, uid }) => {
    const along = takenAlong.get(objectKey(ref)) ?? 0;
    return { key: `${objectKey(ref)}/${uid}`, row: [ref.group, ref.kind, ref.namespace, ref.name, uid, ...(along === 0 ? [] : [along])] };
  });
  return digestOfJson({ target, objects: objects.toSorted((a, b) => (a.key < b.key ? -1 : 1)).map(({ row }) => row) });
}

/** More than max(10, 20 %) of the inventory, or more than half of one of 4 or more. */
export function exceedsCap(removed: number, inventorySize: number): boolean {
  const isMany = removed > 10 && removed * 5 > inventorySize;
  const isHalf = inventorySize >= 4 && removed * 2 > inventorySize;
  return isMany || isHalf;
}

/** Kinds whose removal takes data or other objects with it. */
export function isGuardedKind(ref: ObjectRef): boolean {
  return GUARDED_KINDS.includes(`${ref.group}/${ref.kind}`);
}

/** Why one object is not removed without a person, however few go with it; undefined: nothing holds it back. */
export function guardOf(entry: LiveEntry, cause: RemovalCause): 'KIND' | 'PROTECTED' | undefined {
  if (policyOfWishes(entry, cause) !== 'REMOVE') return 'PROTECTED';
  return isGuardedKind(entry.ref) ? 'KIND' : undefined;
}

function isRestOfApproved(entries: readonly LiveEntry[], { approvals, takenAlong }: RemovalRequest): boolean {
  const isCovered = (entry: LiveEntry, approval: Digest): boolean => entry.listedIn === approval && isWithinShown(takenAlong?.get(objectKey(entry.ref)) ?? 0, shownWith(entry));
  return approvals.some((approval) => entries.every((entry) => isCovered(entry, approval)));
}

function listEntry({ takesAlong: _before, ...entry }: LiveEntry, digest: Digest, takesAlong: TakenAlong | undefined): LiveEntry {
  return { ...entry, listedIn: digest, ...(takesAlong === undefined || takesAlong === 0 ? {} : { takesAlong }) };
}

function go(entries: readonly LiveEntry[]): RemovalDecision {
  return { removeNow: entries, waiting: [], digest: undefined, because: undefined };
}
