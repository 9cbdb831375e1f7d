import type { Digest } from '#kernel';
import type { ClusterId, OrderVersion, ReasonCode, TargetId } from '#domain';
import type { HeldOrder, Signed } from '#wire';

/** What the hub wants a cluster to hold, without the bytes. */
export interface WantedOrder {
  readonly target: TargetId;
  readonly generation: bigint;
  readonly orderDigest: Digest;
}

export interface OrderView {
  /** Assignments in force and tombstones that were not acknowledged yet. */
  readonly wanted: readonly WantedOrder[];
  /** `clusters.desired_seq` of the same snapshot: generations above it are yet to come. */
  readonly upTo: bigint;
  /** Fleet epoch of the same snapshot. */
  readonly epoch: bigint;
  /** The agent was found ahead of this hub in this epoch: nothing is sent to it. */
  readonly isHeldBack: boolean;
}

/** A signed order as it is stored and forwarded. */
export interface StoredOrder extends WantedOrder {
  readonly signed: Signed;
  /** By database time. Never forwarded then: the planner is asked to sign anew. */
  readonly isExpired: boolean;
}

export interface RefusedOrder extends OrderVersion {
  readonly target: TargetId;
  readonly reason: ReasonCode;
  readonly message: string;
}

export interface OrderStore {
  view(cluster: ClusterId): Promise<OrderView>;
  /** Orders above a generation, in order of generation. */
  above(cluster: ClusterId, generation: bigint, limit: number): Promise<readonly StoredOrder[]>;
  /** The order wanted for each of these targets, in order of generation. */
  forTargets(cluster: ClusterId, targets: readonly TargetId[]): Promise<readonly StoredOrder[]>;
  /**
   * Asks the planner to sign these orders anew with a fresh generation: sets `reissue_requested_at` and tells the application's planner.
   * An order that was signed moments ago has to wait a little: an agent that refuses whatever comes must not keep the planner busy.
   */
  requestReissue(cluster: ClusterId, targets: readonly TargetId[]): Promise<void>;
  /**
   * The agent holds, or has removed by, newer orders than this hub ever gave: an older database was restored. From here on `view`, `above` and `forTargets`
   * name no order of the cluster, on any replica, until a person raises the fleet epoch or the cluster is enrolled anew.
   */
  holdBack(cluster: ClusterId, epoch: bigint): Promise<void>;
  /** Notes refusals that no new signature can mend, beside what is reported: they are the reason of the target until a report on that order or a later one. */
  recordRefusals(cluster: ClusterId, refused: readonly RefusedOrder[]): Promise<void>;
  /** Notes what an agent holds and this hub does not know; capped for each cluster, and cleared of what it no longer holds. */
  recordOrphans(cluster: ClusterId, held: readonly HeldOrder[]): Promise<void>;
}
