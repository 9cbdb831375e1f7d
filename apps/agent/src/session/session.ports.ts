import type { Digest, Result } from '#kernel';
import type { ClusterId, HubId, ObjectRef, Order, OrderVersion, RepositoryId, ResourceTree, TargetId, TargetReport, TestRun } from '#domain';
import type { GitCredentials } from '#git';
import type { ClusterFacts, DescribedObject, GateJobQuestion, GateJobState, HeldOrder, HubSigningKey, LogQuestion, Measurement, RequestFailure, Signed, TestsQuestion } from '#wire';

/** Who this agent is, as its hub told it. It lives in a Secret of the cluster and nowhere else. */
export interface AgentIdentity {
  readonly hub: HubId;
  readonly cluster: ClusterId;
  readonly clusterName: string;
  /** Fleet epoch at enrolment. */
  readonly epoch: bigint;
  /** PKCS#8, PEM: ECDSA P-256. Never leaves the cluster. */
  readonly privateKeyPem: string;
  /** PEM, leaf first, then the CA. */
  readonly certificateChainPem: string;
  /** PEM of the pinned CA of the hub. */
  readonly caPem: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Keys that may sign orders. */
  readonly signingKeys: readonly HubSigningKey[];
}

/** Where the identity is kept. Both throw when the cluster cannot be read or written: an identity that cannot be read is not an absent one. */
export interface IdentityStore {
  /** undefined: this agent was never enrolled. */
  load(signal: AbortSignal): Promise<AgentIdentity | undefined>;
  /** Durable when it resolves. Replaces what was there, fenced by the agent's lease. */
  save(identity: AgentIdentity, signal: AbortSignal): Promise<void>;
}

/** An order whose signature, audience, version and edge policy were checked, with the bytes as received. */
export interface VerifiedOrder {
  readonly order: Order;
  readonly signed: Signed;
  readonly orderDigest: Digest;
}

/** The durable orders of this agent. */
export interface OrderInbox {
  /** All orders held, tombstones in progress included. Cheap: from memory. */
  held(): readonly HeldOrder[];
  /** The order held for a target, if any. */
  heldFor(target: TargetId): HeldOrder | undefined;
  /** The highest version of any tombstone completed in this cluster; (0, 0) when none was. */
  floor(): OrderVersion;
  /**
   * Makes verified orders durable in the cluster and hands them to the reconciler; what it resolves is durable. Throws when it cannot:
   * then no receipt goes out and the hub sends the orders again. Repeating an order already held is fine.
   */
  accept(orders: readonly VerifiedOrder[], signal: AbortSignal): Promise<void>;
  /** A tombstone came for a target that is not held, at or below the floor: say REMOVED again, the earlier report may be lost. */
  confirmRemoved(order: VerifiedOrder): void;
}

/** A repository's credentials, bound to one origin. */
export interface RepositoryCredential {
  readonly repository: RepositoryId;
  /** scheme://host:port */
  readonly origin: string;
  readonly credentials: GitCredentials;
  readonly digest: Digest;
}

/** Credentials kept in a Secret for offline use. */
export interface CredentialInbox {
  /** Repository -> digest of what is held. */
  digests(): ReadonlyMap<RepositoryId, Digest>;
  /** Durable when it resolves. */
  put(credential: RepositoryCredential, signal: AbortSignal): Promise<void>;
  drop(repository: RepositoryId, signal: AbortSignal): Promise<void>;
}

export type { RequestFailure };

/** Answers the questions of the hub about targets. Secrets are masked before the answer leaves. */
export interface TargetRequests {
  describeObject(target: TargetId, ref: ObjectRef, signal: AbortSignal): Promise<Result<DescribedObject, RequestFailure>>;
  /** What a target consists of, down to its pods. */
  listResources(target: TargetId, signal: AbortSignal): Promise<Result<ResourceTree, RequestFailure>>;
  /** Begins a run of the tests of what is applied, or tells how the last one stands. */
  tests(question: TestsQuestion, signal: AbortSignal): Promise<Result<TestRun, RequestFailure>>;
  /** Begins a Job for a gate, unless it has begun, and tells how it stands. */
  gateJob(question: GateJobQuestion, signal: AbortSignal): Promise<Result<GateJobState, RequestFailure>>;
  /** The log of a container of one of the target's pods, read as fast as the caller takes it; a failure is the last item. */
  readLogs(question: LogQuestion, signal: AbortSignal): Promise<Result<AsyncIterable<Result<string, RequestFailure>>, RequestFailure>>;
}

/** Answers the questions of the hub. */
export interface RequestHandler extends TargetRequests {
  /** The value of a PromQL query now, by the Prometheus that this agent was set up with. */
  measure(query: string, signal: AbortSignal): Promise<Result<Measurement, RequestFailure>>;
}

/** Facts of the cluster; undefined until they were read once. */
export interface FactsSource {
  current(): ClusterFacts | undefined;
}

/** The seam of the edge policy: a last word of the cluster's owner on an order, before it is accepted. */
export interface EdgePolicy {
  judge(order: Order): Result<void, { readonly code: 'REFUSED_BY_EDGE_POLICY'; readonly rule: string }>;
}

/** Where the reconciler hands what it observed. Never waits: per target only the last report counts. */
export interface ReportSink {
  offer(report: TargetReport): void;
}

/** What the session tells the rest of the agent about itself. */
export interface SessionEvents {
  /** The hub's Welcome. Labels are the hub's; they are for display, orders carry final values. */
  connected(cluster: { readonly name: string; readonly labels: Readonly<Record<string, string>> }): void;
  disconnected(reason: string): void;
}
