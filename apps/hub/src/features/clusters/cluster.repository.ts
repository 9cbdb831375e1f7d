import type { Result } from '#kernel';
import type { ClusterId } from '#domain';
import type { Cluster } from './cluster.js';
import type { DuplicateCluster, StaleCluster } from './cluster.errors.js';

export const CLUSTER_REPOSITORY = Symbol('ClusterRepository');

/** The write side of clusters. Everything runs inside an open transaction. */
export interface ClusterRepository {
  add(cluster: Cluster): Promise<Result<Cluster, DuplicateCluster>>;
  /** Locks the row until the end of the transaction: whoever decides about a cluster decides alone. */
  lockByName(name: string): Promise<Cluster | undefined>;
  lockById(id: ClusterId): Promise<Cluster | undefined>;
  /** Saves unless somebody else changed the cluster since it was read; the answer carries the new version. */
  save(cluster: Cluster): Promise<Result<Cluster, StaleCluster>>;
  /** Ids of clusters that are being removed, oldest deadline first, at most `limit`. */
  findRemoving(limit: number): Promise<readonly ClusterId[]>;
}
