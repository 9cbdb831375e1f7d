import { err, ok, type Ids, type Result } from '#kernel';
import { clusterId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { IDS } from '../../platform/tokens.js';
import type { Cluster } from './cluster.js';
import type { CreateClusterFailure } from './cluster.errors.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { PLACEMENT_IMPACT, type PlacementImpact } from './placement-impact.js';
import { parseClusterName, parseLabels } from './validate-cluster.js';

export interface CreateClusterCommand {
  readonly name: string;
  readonly labels: unknown;
}

/** Registers a cluster, so that an agent may join under its name. A removed one of that name comes back with its id and counters. */
@Injectable()
export class CreateCluster {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(PLACEMENT_IMPACT) private readonly placement: PlacementImpact,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(IDS) private readonly ids: Ids,
  ) {}

  async execute(viewer: Viewer, command: CreateClusterCommand): Promise<Result<Cluster, CreateClusterFailure>> {
    const name = parseClusterName(command.name);
    if (!name.ok) return name;
    const labels = parseLabels(command.labels);
    if (!labels.ok) return labels;
    return this.tx.run(viewerScope(viewer), async () => {
      await this.placement.begin();
      const stored = await this.#addOrRevive({ id: clusterId(this.ids.uuid()), name: name.value, labels: labels.value, state: 'PENDING', removalDeadline: undefined, version: 1 });
      if (!stored.ok) return stored;
      const { id } = stored.value;
      const placed = await this.placement.onClustersChanged({ clusterIds: [id], confirmedRemovals: undefined });
      if (!placed.ok) return placed;
      await this.audit.record({ action: 'createCluster', object: { kind: 'Cluster', id }, outcome: 'SUCCEEDED', after: { name: name.value, labels: labels.value } });
      await this.outbox.append({ kind: 'cluster.created', payload: { clusterId: id, name: name.value } });
      this.tx.notify(CHANNELS.clusterChanged, id);
      return stored;
    });
  }

  async #addOrRevive(cluster: Cluster): Promise<Result<Cluster, CreateClusterFailure>> {
    const earlier = await this.clusters.lockByName(cluster.name);
    if (earlier === undefined) return this.clusters.add(cluster);
    if (earlier.state !== 'REMOVED') return err({ code: 'DUPLICATE_CLUSTER', name: cluster.name });
    const revived = await this.clusters.save({ ...earlier, labels: cluster.labels, state: 'PENDING', removalDeadline: undefined });
    if (!revived.ok) throw new Error(`cluster ${earlier.id} changed under its lock`);
    return ok(revived.value);
  }
}
