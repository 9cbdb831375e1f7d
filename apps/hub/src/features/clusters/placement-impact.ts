import type { Digest, Result } from '#kernel';
import type { ClusterId } from '#domain';

/** The removal guard refuses: more targets would go than go without a person saying so. */
export interface RemovalNeedsConfirmation {
  readonly code: 'REMOVAL_NEEDS_CONFIRMATION';
  readonly count: number;
  /** Of exactly these removals; the same mutation with this as `confirmRemovals` goes through. */
  readonly digest: Digest;
  /** `project/application@cluster`, the first 20. */
  readonly targets: readonly string[];
}

export interface ClusterChange {
  readonly clusterIds: readonly ClusterId[];
  /** Digest of the removals that a person confirmed. */
  readonly confirmedRemovals: Digest | undefined;
}

/**
 * What a change of clusters means for what runs on them. The feature that owns targets implements it; every method runs inside
 * the transaction of the change, which has written the cluster rows already, so that a refusal undoes them.
 */
export interface PlacementImpact {
  /**
   * Lets nobody else place until the end of the transaction. Comes before the lock of any cluster row: whoever places takes the two in this order, and the
   * other way about two changes would wait for each other.
   */
  begin(): Promise<void>;
  /** Labels changed, or a cluster was created or came back: matches new applications, tombstones what matches no more, or refuses. */
  onClustersChanged(change: ClusterChange): Promise<Result<void, RemovalNeedsConfirmation>>;
  /** The cluster is being removed: tombstones (ORPHAN) all of its targets. */
  onClusterRemoval(clusterId: ClusterId): Promise<void>;
  /** How many tombstones the agent of the cluster has not acknowledged yet. */
  countOpenTombstones(clusterId: ClusterId): Promise<number>;
  /** The cluster is gone (acknowledged, past the deadline, or by force): closes what is open, as nobody will acknowledge it any more. */
  onClusterRemoved(clusterId: ClusterId): Promise<void>;
}

export const PLACEMENT_IMPACT = Symbol('PlacementImpact');
