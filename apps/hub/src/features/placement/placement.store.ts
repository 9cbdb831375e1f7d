import type { ApplicationId, ClusterId, ClusterToMatch, ExistingTarget, PlannedRemoval, ProjectId, RemovalMode, RepositoryId, Selector, TargetId } from '#domain';

/** An application in service, as the matching sees it. */
export interface ApplicationToPlace {
  readonly project: ProjectId;
  readonly id: ApplicationId;
  readonly selector: Selector;
  readonly prune: boolean;
}

export interface PlacedTarget extends ExistingTarget {
  readonly project: ProjectId;
  readonly application: ApplicationId;
}

export type TombstoneCause = 'SELECTOR' | 'APPLICATION_DELETED' | 'CLUSTER_REMOVED';

/** Which rows: `undefined` means all of them. */
export interface PlacementScope {
  readonly applications: readonly ApplicationId[] | undefined;
  readonly clusters: readonly ClusterId[] | undefined;
}

/** What the removal guard counts against. */
export interface RemovalCounts {
  readonly recent: readonly Omit<PlannedRemoval, 'mode'>[];
  readonly activeByApplication: ReadonlyMap<ApplicationId, number>;
  readonly activeByCluster: ReadonlyMap<ClusterId, number>;
}

export interface NewTarget {
  readonly project: ProjectId;
  readonly application: ApplicationId;
  readonly cluster: ClusterId;
}

export interface NewTombstone {
  readonly target: TargetId;
  readonly mode: RemovalMode;
}

/** Rows of targets and tombstones as placement writes them. Everything runs inside an open transaction. */
export interface PlacementStore {
  /**
   * Lets nobody else place until the end of the transaction: a label edit and a selector edit at the same time would each see the other's old
   * state, and two removals would each stay below the guard's limits.
   */
  lock(): Promise<void>;
  applications(scope: PlacementScope): Promise<readonly ApplicationToPlace[]>;
  /** Clusters in service and those on their way out. */
  clusters(scope: PlacementScope): Promise<readonly ClusterToMatch[]>;
  targets(scope: PlacementScope): Promise<readonly PlacedTarget[]>;
  removalCounts(applications: readonly ApplicationId[], clusters: readonly ClusterId[]): Promise<RemovalCounts>;
  /** `project/application@cluster`, in that order. */
  namesOf(targets: readonly TargetId[], limit: number): Promise<readonly string[]>;
  /** Makes targets, or brings removed ones back with the id they had. */
  create(targets: readonly NewTarget[]): Promise<void>;
  /**
   * Orders removals; the planner signs them. A target that no agent can have heard of is removed at once. Targets that are not active are left alone.
   */
  tombstone(tombstones: readonly NewTombstone[], cause: TombstoneCause): Promise<void>;
  /** Shows or clears FACT_MISMATCH, and notes which removals will be followed by a new start. */
  flag(flags: { readonly factMismatch: readonly TargetId[]; readonly matching: readonly TargetId[]; readonly rematch: readonly TargetId[] }): Promise<void>;
  /** What orders of these targets say beside the release may have changed: the planner looks. */
  markStale(scope: PlacementScope): Promise<void>;
  /** The same for every target that is assigned something of a repository. */
  markStaleOf(repository: RepositoryId): Promise<void>;
  /** The same for everything of a project. */
  markStaleIn(project: ProjectId): Promise<void>;
  /** Closes open tombstones of a cluster that is gone: nobody will acknowledge them. */
  closeTombstones(cluster: ClusterId): Promise<void>;
  countOpenTombstones(cluster: ClusterId): Promise<number>;
}
