import { argoSyncOption } from '../object/argo-sync-options.js';
import { AUTHOR_ANNOTATIONS } from '../object/author-annotations.js';
import { isKept } from '../object/helm-annotations.js';
import type { ObjectMeta } from '../object/kube-object.js';
import { isProtected } from '../object/ownership.js';

/** What becomes of an object that is to go: it stays and is let go, it waits for a person, or it is removed. */
export type RemovalPolicy = 'KEEP' | 'CONFIRM' | 'REMOVE';
/** PRUNE: a release no longer declares it. TOMBSTONE: its target is ordered away. */
export type RemovalCause = 'PRUNE' | 'TOMBSTONE';

/** What an object was last known to ask for; what is absent was not asked for. */
export interface RemovalWishes {
  /** Whether the object carried the protect annotation, as rendered last or as seen live. */
  readonly isProtected: boolean;
  /** What other annotations say about a prune. */
  readonly onPrune?: 'KEEP' | 'CONFIRM' | undefined;
  /** What they say about the removal of the target. */
  readonly onDelete?: 'KEEP' | 'CONFIRM' | undefined;
}

/** Values of `capstan.dev/prune`. `enabled` answers a chart's own wish to stay, which one cannot always take out of the chart. */
export const PRUNE_VALUES: readonly string[] = ['disabled', 'enabled'];
const STRICTNESS: readonly RemovalPolicy[] = ['REMOVE', 'CONFIRM', 'KEEP'];

/**
 * What the annotations of one object ask for. Who speaks first decides, in the order capstan.dev, Argo CD, Helm; protection then turns a
 * removal into a question, and never a wish to stay into one. Argo's `Prune` speaks of prunes and its `Delete` of removals; the two others
 * speak of both. A value of ours that nobody knows is taken for the wish to stay: it was written to keep something. Pure.
 */
export function removalPolicyOf(meta: ObjectMeta, cause: RemovalCause): RemovalPolicy {
  const stated = policyOfCapstan(meta) ?? policyOfArgo(meta, cause === 'PRUNE' ? 'prune' : 'delete') ?? (isKept(meta) ? 'KEEP' : 'REMOVE');
  return stated === 'REMOVE' && isProtected(meta) ? 'CONFIRM' : stated;
}

/** The wishes as an inventory keeps them. */
export function removalWishesOf(meta: ObjectMeta): RemovalWishes {
  const shielded = isProtected(meta);
  const onPrune = worthKeeping(removalPolicyOf(meta, 'PRUNE'), shielded);
  const onDelete = worthKeeping(removalPolicyOf(meta, 'TOMBSTONE'), shielded);
  return { isProtected: shielded, ...(onPrune === undefined ? {} : { onPrune }), ...(onDelete === undefined ? {} : { onDelete }) };
}

/** What an inventory's wishes come to. */
export function policyOfWishes(wishes: RemovalWishes, cause: RemovalCause): RemovalPolicy {
  const stated = (cause === 'PRUNE' ? wishes.onPrune : wishes.onDelete) ?? 'REMOVE';
  return stated === 'REMOVE' && wishes.isProtected ? 'CONFIRM' : stated;
}

/**
 * An entry that knows what its live object asks for too. Of what was rendered last and what stands there now the safer reading wins: an
 * annotation that somebody took off the live object, or out of Git together with the object, still counts, and so does one that was put on by hand.
 */
export function withLiveWishes<T extends RemovalWishes>(entry: T, live: ObjectMeta): T {
  const seen = removalWishesOf(live);
  const onPrune = stricter(entry.onPrune, seen.onPrune);
  const onDelete = stricter(entry.onDelete, seen.onDelete);
  const isShielded = entry.isProtected || seen.isProtected;
  if (onPrune === entry.onPrune && onDelete === entry.onDelete && isShielded === entry.isProtected) return entry;
  return { ...entry, isProtected: isShielded, ...(onPrune === undefined ? {} : { onPrune }), ...(onDelete === undefined ? {} : { onDelete }) };
}

function policyOfCapstan(meta: ObjectMeta): RemovalPolicy | undefined {
  const value = meta.annotations?.[AUTHOR_ANNOTATIONS.prune];
  if (value === undefined) return undefined;
  return value === 'enabled' ? 'REMOVE' : 'KEEP';
}

function policyOfArgo(meta: ObjectMeta, option: 'prune' | 'delete'): RemovalPolicy | undefined {
  const stated = argoSyncOption(meta, option);
  if (stated.includes('false')) return 'KEEP';
  return stated.includes('confirm') ? 'CONFIRM' : undefined;
}

function worthKeeping(policy: RemovalPolicy, shielded: boolean): 'KEEP' | 'CONFIRM' | undefined {
  return policy === 'REMOVE' || (policy === 'CONFIRM' && shielded) ? undefined : policy;
}

function stricter<T extends RemovalPolicy>(a: T | undefined, b: T | undefined): T | undefined {
  return STRICTNESS.indexOf(b ?? 'REMOVE') > STRICTNESS.indexOf(a ?? 'REMOVE') ? b : a;
}
