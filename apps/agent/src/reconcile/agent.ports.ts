import type { Clock, Digest, Failpoints, Log, MonotonicClock, Random, Result, Timers, Tracer } from '#kernel';
import type { AssignmentOrder, InventoryEntry, KubeObject, ObjectRef, OrderVersion, ReasonCode, ReservedForAgent, TargetHead, TargetId } from '#domain';
import type { KubeClient } from '#kube';
import type { CelEvaluator } from '../cel/index.js';
import type { ReportSink, VerifiedOrder } from '../session/session.ports.js';

/**
 * Why durable state in the cluster could not be read or written. None of them ever means "empty".
 * UNAVAILABLE passes by itself; FENCED: another agent has taken the lease, so this one must write nothing more; CORRUPT: what is stored does
 * not read, and stays as it is for a person to look at. FULL: there is no room for it, and nothing was written.
 */
export interface StateFailure {
  readonly code: 'UNAVAILABLE' | 'FENCED' | 'CORRUPT' | 'FULL';
  /** For people and logs: names objects and causes, never content. */
  readonly message: string;
}
type State<T> = Promise<Result<T, StateFailure>>;

/** What could be read at start. An order that does not read is one target's trouble and stops no other. */
export interface LoadedOrders {
  readonly orders: readonly VerifiedOrder[];
  /** Names of stored orders that did not read or verify, with the cause. They stay stored. */
  readonly unreadable: readonly { readonly name: string; readonly message: string }[];
}

/** The accepted orders, one per target, as the verified bytes that were received. Durable in the cluster. */
export interface OrderStore {
  loadAll(signal: AbortSignal): State<LoadedOrders>;
  /** Replaces the target's order. Durable when it resolves ok; only then may a receipt go out. */
  put(order: VerifiedOrder, signal: AbortSignal): State<void>;
  /** Removes that very order: a newer one of the same target stays. Removing what is not there is fine. */
  remove(target: TargetId, orderDigest: Digest, signal: AbortSignal): State<void>;
}

/** What a target owns here. The shards are the store's own affair. */
export interface TargetInventory {
  readonly head: Omit<TargetHead, 'shards'>;
  readonly entries: readonly InventoryEntry[];
}

/** Everything that the inventory of this cluster holds. */
export interface LoadedInventory {
  /** The highest version of any tombstone completed here; (0, 0) when none was. */
  readonly floor: OrderVersion;
  readonly targets: readonly TargetInventory[];
  /** Targets whose shards did not read: they are neither applied nor pruned until they do. */
  readonly unreadable: readonly { readonly target: TargetId; readonly message: string }[];
}

/**
 * The inventory: one head object that is changed by compare-and-swap and fenced by the lease's epoch, and shards. Calls for different
 * targets may run at once; the store puts the changes of the head in order.
 */
export interface InventoryStore {
  loadAll(signal: AbortSignal): State<LoadedInventory>;
  /** undefined: this target is not in the head. */
  load(target: TargetId, signal: AbortSignal): State<TargetInventory | undefined>;
  /** Replaces one target's part: new shards first, then the head, then old shards go. Durable when it resolves ok. */
  save(inventory: TargetInventory, signal: AbortSignal): State<void>;
  /** A removal is complete: the target leaves the head and the floor rises to `completed`, in one compare-and-swap. Repeating it is fine. */
  drop(target: TargetId, completed: OrderVersion, signal: AbortSignal): State<void>;
}

/** Rendered objects as the renderer gave them, before namespaces and marks are put in. */
export interface RenderedContent {
  readonly objects: readonly KubeObject[];
  readonly renderDigest: Digest;
}

/** Rendered content by `contentKey(order)`, gzipped and chunked in the cluster. */
export interface ContentStore {
  /** undefined only when the cluster says that nothing is stored under the key. A chunk that is missing or does not match its digest is CORRUPT. */
  get(target: TargetId, key: string, signal: AbortSignal): State<RenderedContent | undefined>;
  /** Durable and complete when it resolves ok; a put that was cut short reads as not stored. */
  put(target: TargetId, key: string, content: RenderedContent, signal: AbortSignal): State<void>;
  /** Notes that the target was healthy with this content. */
  markHealthy(target: TargetId, key: string, at: Date, signal: AbortSignal): State<void>;
  /** Drops what `contentToKeep` lets go, given the keys in use. */
  retain(target: TargetId, inUse: readonly string[], signal: AbortSignal): State<void>;
  /** Ids of what is stored whole, sorted; not of what `get` did not find so. Asks the cluster once for all targets, and again only after a write that did not end well. */
  kept(target: TargetId, signal: AbortSignal): State<readonly string[]>;
  /** The target is gone: all of its content goes. */
  dropAll(target: TargetId, signal: AbortSignal): State<void>;
}

/** What a run of tests may leave: the objects that it is about to create, marked with the run. */
export interface TestRecord {
  readonly target: TargetId;
  /** Id of the run, a UUID. */
  readonly run: string;
  /** Value of the owner annotation. */
  readonly owner: string;
  readonly objects: readonly { readonly ref: ObjectRef; readonly apiVersion: string }[];
}

/** Records of runs of tests, durable before the first object is created, until nothing of the run is left. */
export interface TestRecordStore {
  loadAll(signal: AbortSignal): State<readonly TestRecord[]>;
  put(record: TestRecord, signal: AbortSignal): State<void>;
  drop(run: string, signal: AbortSignal): State<void>;
}

/** Why there is no content for an order. */
export interface SourceFailure {
  readonly reason: ReasonCode;
  /** Names repository, commit, file and line; never a credential. */
  readonly message: string;
  /** It may pass by itself. */
  readonly retryable: boolean;
}

/** Fetches the pinned commit and renders it in the jail. Never an empty result: that is a failure. */
export interface ContentSource {
  render(order: AssignmentOrder, signal: AbortSignal): Promise<Result<RenderedContent, SourceFailure>>;
}

/** The lease of the single writer. */
export interface Fence {
  /** Asked right before every write to the cluster. */
  isHeld(): boolean;
  /** Rises with every take-over. */
  readonly epoch: number;
}

/** The cluster that this agent is responsible for. */
export interface Cluster {
  /** The agent's own account: its namespace, discovery, and reads for watches. */
  readonly own: KubeClient;
  /** Acts as the account that applies for applications: every apply, delete and dry-run goes through it. */
  readonly applier: KubeClient;
  /** What no application may touch. */
  readonly reserved: ReservedForAgent;
}

/** Limits and rhythms. Durations in milliseconds. */
export interface ReconcileSettings {
  /** Targets that are worked on at once. @default 4 */
  readonly maxTargets: number;
  /** Calls to the API server in flight for one target. @default 20 */
  readonly maxCalls: number;
  /** Time between an event of the cluster and the look at the object. @default 50 */
  readonly debounceMs: number;
  /** How often objects that are not healthy are looked at without an event. @default 30000 */
  readonly unhealthyRecheckMs: number;
  /** How often everything is compared without an event. @default 600000 */
  readonly fullCompareMs: number;
  /** How often an unchanged report is sent again. @default 600000 */
  readonly reportAgainMs: number;
  /** How long a removal waits for orders that may move its objects to another target. @default 5000 */
  readonly moveGraceMs: number;
  /** The same, where other targets have not come to their orders yet. @default 60000 */
  readonly moveGraceMaxMs: number;
  /** Within a pass, how long definitions and namespaces may take to settle. @default 15000 */
  readonly settleMs: number;
  /** How long a wave may take to become healthy while others wait for it. @default 600000 */
  readonly waveDeadlineMs: number;
}

export const RECONCILE_DEFAULTS: ReconcileSettings = Object.freeze({
  maxTargets: 4,
  maxCalls: 20,
  debounceMs: 50,
  unhealthyRecheckMs: 30_000,
  fullCompareMs: 600_000,
  reportAgainMs: 600_000,
  moveGraceMs: 5_000,
  moveGraceMaxMs: 60_000,
  settleMs: 15_000,
  waveDeadlineMs: 600_000,
});

/** Everything that the reconciler needs of the world. */
export interface AgentPorts {
  readonly cluster: Cluster;
  readonly orders: OrderStore;
  readonly inventory: InventoryStore;
  readonly content: ContentStore;
  readonly tests: TestRecordStore;
  readonly source: ContentSource;
  /** For rules that people write in CEL; charged to the target. */
  readonly cel: CelEvaluator;
  readonly fence: Fence;
  readonly reports: ReportSink;
  readonly settings: ReconcileSettings;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly tracer: Tracer;
  readonly failpoints: Failpoints;
  readonly log: Log;
}
