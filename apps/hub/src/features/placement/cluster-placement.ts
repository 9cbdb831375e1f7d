import { ok, type Result } from '#kernel';
import type { ClusterId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { ClusterChange, PlacementImpact, RemovalNeedsConfirmation } from '../clusters/index.js';
import { PlaceApplications } from './place-applications.js';
import { PLACEMENT_STORE } from './placement.tokens.js';
import type { PlacementStore } from './placement.store.js';

/** What a change of clusters means for the targets on them. */
@Injectable()
export class ClusterPlacement implements PlacementImpact {
  constructor(
    @Inject(PLACEMENT_STORE) private readonly store: PlacementStore,
    @Inject(PlaceApplications) private readonly placement: PlaceApplications,
  ) {}

  begin(): Promise<void> {
    return this.store.lock();
  }

  async onClustersChanged({ clusterIds, confirmedRemovals }: ClusterChange): Promise<Result<void, RemovalNeedsConfirmation>> {
    const scope = { applications: undefined, clusters: clusterIds };
    const placed = await this.placement.place(scope, confirmedRemovals);
    if (!placed.ok) return placed;
    await this.store.markStale(scope); // parameters may name what has changed
    return ok(undefined);
  }

  async onClusterRemoval(clusterId: ClusterId): Promise<void> {
    await this.store.lock();
    const targets = await this.store.targets({ applications: undefined, clusters: [clusterId] });
    await this.store.tombstone(targets.filter((target) => target.state === 'ACTIVE').map(({ id }) => ({ target: id, mode: 'ORPHAN' })), 'CLUSTER_REMOVED');
  }

  countOpenTombstones(clusterId: ClusterId): Promise<number> {
    return this.store.countOpenTombstones(clusterId);
  }

  onClusterRemoved(clusterId: ClusterId): Promise<void> {
    return this.store.closeTombstones(clusterId);
  }
}
