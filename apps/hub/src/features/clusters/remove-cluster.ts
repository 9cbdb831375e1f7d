import { err, type Result } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Cluster } from './cluster.js';
import type { RemoveClusterFailure } from './cluster.errors.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { FinishRemoval } from './finish-removal.js';
import { PLACEMENT_IMPACT, type PlacementImpact } from './placement-impact.js';

export interface RemoveClusterCommand {
  readonly name: string;
  /** Do not wait for the agent, which may be gone for good. */
  readonly force: boolean;
}

/** How long the agent has to let go of everything before the cluster is removed regardless. */
export const REMOVAL_WAIT_MS = 10 * 60 * 1_000;

/**
 * Takes a cluster out of the fleet. Its targets get ORPHAN tombstones, so that the agent stops healing and drops credentials;
 * what runs goes on running. A cluster that never had an agent, and one removed by force, is gone at once.
 */
@Injectable()
export class RemoveCluster {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(PLACEMENT_IMPACT) private readonly placement: PlacementImpact,
    @Inject(FinishRemoval) private readonly finish: FinishRemoval,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
  ) {}

  async execute(viewer: Viewer, command: RemoveClusterCommand): Promise<Result<Cluster, RemoveClusterFailure>> {
    return this.tx.run(viewerScope(viewer), async () => {
      await this.placement.begin();
      const cluster = await this.clusters.lockByName(command.name);
      if (cluster === undefined || cluster.state === 'REMOVED') return err({ code: 'CLUSTER_NOT_FOUND', name: command.name });
      if (cluster.state === 'REMOVING' && !command.force) return err({ code: 'CLUSTER_NOT_ACTIVE', name: command.name, state: cluster.state });
      const removing = await this.clusters.save({ ...cluster, state: 'REMOVING', removalDeadline: new Date((await this.tx.now()).getTime() + REMOVAL_WAIT_MS) });
      if (!removing.ok) throw new Error(`cluster ${cluster.id} changed under its lock`);
      if (cluster.state !== 'REMOVING') await this.placement.onClusterRemoval(cluster.id);
      const object = { kind: 'Cluster', id: cluster.id };
      await this.audit.record({ action: 'removeCluster', object, outcome: 'SUCCEEDED', before: { state: cluster.state }, after: { state: 'REMOVING', force: command.force } });
      this.tx.notify(CHANNELS.clusterChanged, cluster.id);
      return this.finish.ifDone(removing.value, command.force || cluster.state === 'PENDING');
    });
  }
}
