import type { Digest } from '#kernel';
import { hasSameHealthRules, objectKey, type DriftedObject, type HealthState, type HookRecord, type IgnoreRule, type InventoryEntry, type KubeObject, type ObjectRef, type ReasonCode, type StepReason, type SyncState, type TargetId, type Tolerance } from '#domain';
import { HealPacing, type Take } from '../drift/heal-pacing.js';
import type { VerifiedOrder } from '../session/session.ports.js';
import type { TargetInventory } from './agent.ports.js';
import { Notices } from './notices.js';

/** What was seen of one object when it was looked at last. */
export interface ObservedObject {
  readonly ref: ObjectRef;
  readonly health: HealthState;
  readonly message: string;
  /** undefined: as applied. */
  readonly drift: DriftedObject | undefined;
  /** undefined: not there. */
  readonly resourceVersion: string | undefined;
}

/** Where the target stands with its order, apart from drift. */
export interface SyncStatus {
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  readonly message: string;
}

export interface PendingRemoval {
  readonly digest: Digest;
  readonly total: number;
  readonly objects: readonly ObjectRef[];
}

/**
 * What this process knows of one target. All of it can be rebuilt from the cluster; nothing here is the only copy. Written by the target's
 * one worker, except for the order and the wishes, which come from outside at any time.
 */
export class TargetRuntime {
  /** The order in force. */
  order: VerifiedOrder;
  /** A whole pass is wanted: a new order, a retry, or something that only a pass can settle. */
  wantsPass = true;
  /** Objects to be looked at. */
  readonly touched = new Set<string>();
  /** Versions that the cluster spoke of: looked at unless that very version has been seen by then, mostly in the answer to our own write. */
  readonly announced = new Map<string, string>();
  /** A write of the inventory failed and may have happened: it is read again before anything else. */
  isInDoubt = false;
  /** The last pass had something to write and was not finished: objects may be of two releases. */
  isPartial = false;
  /** Objects as we sent them last, by key: what is healed to, and what may be taken back by force. */
  readonly sent = new Map<string, KubeObject>();
  readonly observed = new Map<string, ObservedObject>();
  /** What the last apply of an object by this process left as it was live, and what admission made of the rest, where there is any of it. */
  readonly lastApplies = new Map<string, Pick<Tolerance, 'admitted' | 'kept'>>();
  /** Said with the status while nothing else is to be said. */
  readonly notices = new Notices();
  /** Fields that somebody puts back again and again, by object. */
  readonly contested = new Map<string, readonly Take[]>();
  /** Objects of the inventory that the release does not declare: not looked at. Those that are leaving want a pass when the cluster speaks of them. */
  undeclared: ReadonlySet<string> = new Set();
  leaving: ReadonlySet<string> = new Set();
  status: SyncStatus = { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', message: '' };
  pendingRemoval: PendingRemoval | undefined;
  /** What a removal left in the cluster because it asks to stay, as the last report says it; empty: nothing. */
  letGo = '';
  /** The order whose objects were claimed. */
  claimedOrder: VerifiedOrder | undefined;
  /** When the order in force was taken, until its first pass that came to an end was told of; undefined also: it was stored before this process began. */
  takenAt: Date | undefined;
  /** The order that a pass has come to its end with, well or not. */
  settledOrder: VerifiedOrder | undefined;
  /** Since when, by the monotonic clock, a removal of this order waits for others to ask for its objects. */
  removalHeldSinceMs: number | undefined;
  /** Failed passes in a row. */
  failures = 0;
  healedCount = 0;
  lastHealed: readonly DriftedObject[] = [];
  /** Monotonic times: of the next pass, of the next look at everything, of the next look at what is not healthy. */
  passDueAtMs = Number.POSITIVE_INFINITY;
  compareAllAtMs = 0;
  recheckAtMs = Number.POSITIVE_INFINITY;
  /** Hooks that the last pass waits for, by object key. */
  awaited: ReadonlyMap<string, HookRecord> = new Map();
  /** Objects whose health the last pass waits for, before the next wave comes. */
  awaitedWave: ReadonlySet<string> = new Set();
  /** Since when a wave waits for those below it (monotonic). */
  gate: { readonly contentKey: string; readonly number: number; readonly sinceMs: number } | undefined;
  /** Why the last healing did not work; undefined: it did, or there was none. */
  healFailure: StepReason | undefined;
  readonly pacing = new HealPacing();
  /** Ids of the content that is stored, as far as is known; undefined: not found out. */
  kept: readonly string[] | undefined;
  /** The content key that was noted as healthy last. */
  healthyKey: string | undefined;
  #inventory: TargetInventory | undefined;
  #entries: ReadonlyMap<string, InventoryEntry> = new Map();

  constructor(
    readonly target: TargetId,
    order: VerifiedOrder,
  ) {
    this.order = order;
  }

  /** A newer order replaces the one in force; what was counted for the old one starts again. */
  take(order: VerifiedOrder): void {
    const isJudgedAlike = hasSameHealthRules(this.order.order, order.order) && JSON.stringify(ignoreRulesOf(this.order)) === JSON.stringify(ignoreRulesOf(order));
    this.order = order;
    if (!isJudgedAlike) this.notices.clear();
    this.wantsPass = true;
    this.failures = 0;
    this.healedCount = 0;
    this.lastHealed = [];
    this.pendingRemoval = undefined;
    this.letGo = '';
    this.removalHeldSinceMs = undefined;
    this.healFailure = undefined;
    // What was only reported so far may be healed from now on, and what was ignored may be drift.
    for (const [key, { drift }] of this.observed) if (drift !== undefined || !isJudgedAlike) this.touched.add(key);
  }

  /** @param resourceVersion undefined: it is gone, or nobody said */
  touch(ref: ObjectRef, resourceVersion: string | undefined): boolean {
    const key = objectKey(ref);
    if (resourceVersion !== undefined && this.observed.get(key)?.resourceVersion === resourceVersion) return false;
    if (resourceVersion === undefined) this.touched.add(key);
    else this.announced.set(key, resourceVersion);
    return true;
  }

  /** What to look at now, taken out. */
  takeTouched(): Set<string> {
    const keys = new Set(this.touched);
    for (const [key, version] of this.announced) if (this.observed.get(key)?.resourceVersion !== version) keys.add(key);
    this.touched.clear();
    this.announced.clear();
    return keys;
  }

  /** What is stored, as far as is known; undefined: not read yet. */
  get inventory(): TargetInventory | undefined {
    return this.#inventory;
  }

  set inventory(inventory: TargetInventory | undefined) {
    this.#inventory = inventory;
    this.#entries = new Map(inventory?.entries.map((entry) => [objectKey(entry.ref), entry]));
  }

  /** Whether it tracks an object that it no longer declares and that nobody has asked to go: whoever declares it may have it. */
  isSparing(ref: ObjectRef): boolean {
    const key = objectKey(ref);
    return this.undeclared.has(key) && !this.leaving.has(key);
  }

  entry(key: string): InventoryEntry | undefined {
    return this.#entries.get(key);
  }
}

function ignoreRulesOf({ order }: VerifiedOrder): readonly IgnoreRule[] {
  return order.kind === 'ASSIGNMENT' ? order.sync.ignore ?? [] : [];
}
