import { err, ok, type Digest, type Result } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { Viewer } from '../../platform/api/index.js';
import type { Cluster, ClusterLabels } from './cluster.js';
import type { LabelClusterFailure } from './cluster.errors.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { PLACEMENT_IMPACT, type PlacementImpact } from './placement-impact.js';
import { parseLabels } from './validate-cluster.js';

export interface LabelClusterCommand {
  readonly name: string;
  readonly set: unknown;
  readonly remove: readonly string[];
  readonly confirmRemovals: Digest | undefined;
  /** Refuses when the cluster has another version by now; undefined: whatever it is. */
  readonly version: number | undefined;
}

/** Changes labels, and with them which applications run there. What would remove many targets needs a confirmation. */
@Injectable()
export class LabelCluster {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(PLACEMENT_IMPACT) private readonly placement: PlacementImpact,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, command: LabelClusterCommand): Promise<Result<Cluster, LabelClusterFailure>> {
    const set = parseLabels(command.set);
    if (!set.ok) return set;
    return this.tx.run(viewerScope(viewer), async () => {
      await this.placement.begin();
      const cluster = await this.clusters.lockByName(command.name);
      if (cluster === undefined || cluster.state === 'REMOVED') return err({ code: 'CLUSTER_NOT_FOUND', name: command.name });
      if (cluster.state === 'REMOVING') return err({ code: 'CLUSTER_NOT_ACTIVE', name: command.name, state: cluster.state });
      if (command.version !== undefined && command.version !== cluster.version) return err({ code: 'STALE_VERSION', version: cluster.version });
      const labels = parseLabels(withChanges(cluster.labels, set.value, command.remove));
      if (!labels.ok) return labels;
      if (sameLabels(cluster.labels, labels.value)) return ok(cluster);
      return this.#relabel(cluster, labels.value, command.confirmRemovals);
    });
  }

  async #relabel(cluster: Cluster, labels: ClusterLabels, confirmedRemovals: Digest | undefined): Promise<Result<Cluster, LabelClusterFailure>> {
    const { id } = cluster;
    const saved = await this.clusters.save({ ...cluster, labels });
    if (!saved.ok) return saved;
    const placed = await this.placement.onClustersChanged({ clusterIds: [id], confirmedRemovals });
    if (!placed.ok) return placed;
    await this.audit.record({ action: 'labelCluster', object: { kind: 'Cluster', id }, outcome: 'SUCCEEDED', before: cluster.labels, after: labels });
    await this.outbox.append({ kind: 'cluster.labelled', payload: { clusterId: id, labels } });
    this.tx.notify(CHANNELS.clusterChanged, id);
    return saved;
  }
}

function withChanges(labels: ClusterLabels, set: ClusterLabels, remove: readonly string[]): ClusterLabels {
  const kept = Object.entries(labels).filter(([key]) => !remove.includes(key));
  return Object.fromEntries([...kept, ...Object.entries(set)]);
}

function sameLabels(a: ClusterLabels, b: ClusterLabels): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key]);
}
