import type { RemovalNeedsConfirmation } from './placement-impact.js';

export interface ClusterNotFound {
  readonly code: 'CLUSTER_NOT_FOUND';
  readonly name: string;
}

export interface ClusterNotActive {
  readonly code: 'CLUSTER_NOT_ACTIVE';
  readonly name: string;
  readonly state: string;
}

export interface DuplicateCluster {
  readonly code: 'DUPLICATE_CLUSTER';
  readonly name: string;
}

/** Somebody else changed the row since it was read. */
export interface StaleCluster {
  readonly code: 'STALE_VERSION';
  readonly version: number;
}

export interface InvalidClusterName {
  readonly code: 'INVALID_NAME';
  readonly rule: string;
}

export interface InvalidLabel {
  readonly code: 'INVALID_LABEL';
  readonly key: string;
  readonly rule: string;
}

export type CreateClusterFailure = InvalidClusterName | InvalidLabel | DuplicateCluster | RemovalNeedsConfirmation;
export type LabelClusterFailure = ClusterNotFound | ClusterNotActive | InvalidLabel | StaleCluster | RemovalNeedsConfirmation;
export type RemoveClusterFailure = ClusterNotFound | ClusterNotActive;
export type CreateJoinTokenFailure = ClusterNotFound | ClusterNotActive;
