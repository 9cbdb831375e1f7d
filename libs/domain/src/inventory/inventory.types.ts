import type { Digest } from '#kernel';
import type { HookLedger } from '../hooks/hook-ledger.types.js';
import type { HubId, ReleaseId, TargetId } from '../ids.js';
import type { ObjectRef } from '../object/kube-object.js';
import type { RemovalWishes } from '../prune/removal-policy.js';
import type { TakenAlong } from '../prune/taken-along.js';
import type { OrderVersion } from '../target/assignment.js';

interface EntryBase {
  readonly ref: ObjectRef;
  /** The version under which it was applied last: the one to read and delete it by. */
  readonly apiVersion: string;
  /** Digest of the object as it was sent last. */
  readonly appliedHash: Digest;
  /** Number of its wave: removal goes the other way. Absent: 0. */
  readonly wave?: number | undefined;
}

/** About to be created. It may exist or not, and has no UID yet: never deleted by name. */
export interface IntendedEntry extends EntryBase {
  readonly state: 'INTENDED';
}

/** Exists, or did when we looked last, under this UID. */
export interface LiveEntry extends EntryBase, RemovalWishes {
  readonly state: 'LIVE';
  readonly uid: string;
  /**
   * Digest of the removal plan in which this very object was shown to people. An approval of that plan covers what is left of
   * it after a crash halfway, and nothing else. Cleared when the object is declared again.
   */
  readonly listedIn?: Digest | undefined;
  /** How many other objects were shown to go with it in the plan `listedIn`; absent: none. */
  readonly takesAlong?: TakenAlong | undefined;
  /** Something else than `appliedHash` was sent, or was about to be, and nobody knows whether it arrived: it is sent again, whatever the next release says. */
  readonly isInDoubt?: true | undefined;
  /** Some of its fields were left as they were live. Which ones, only the process knows that sent it: another one sends it again to know. */
  readonly keepsLive?: true | undefined;
}

/** One object that a target owns in its cluster. */
export type InventoryEntry = IntendedEntry | LiveEntry;

/** Where a part of a target's entries is kept. The name holds the digest: a shard is never changed, only replaced. */
export interface ShardRef {
  readonly name: string;
  readonly digest: Digest;
}

/** What was applied completely. */
export interface AppliedRelease {
  readonly release: ReleaseId;
  readonly commit: string;
  readonly contentKey: string;
  readonly renderDigest: Digest;
  /** It has hooks that run when the target is removed; where objects of it without a namespace go. */
  readonly removalHooksIn?: string | undefined;
}

/** What the head knows of one target. */
export interface TargetHead {
  readonly target: TargetId;
  /** Value of the owner annotation on its objects. */
  readonly owner: string;
  /** The order that it holds. */
  readonly held: OrderVersion & { readonly digest: Digest };
  readonly applied: AppliedRelease | undefined;
  /** How far the hooks of a release have come; absent where there never were any. */
  readonly hooks?: HookLedger | undefined;
  readonly shards: readonly ShardRef[];
}

/** The one mutable object of an agent's inventory, replaced by compare-and-swap. */
export interface InventoryHead {
  readonly hub: HubId;
  /** Rises with every take-over of the lease: a writer that was replaced fails its next compare-and-swap. */
  readonly leaseEpoch: number;
  /** The highest version of any tombstone that was completed here. */
  readonly floor: OrderVersion;
  /** By target id, ascending. */
  readonly targets: readonly TargetHead[];
}
