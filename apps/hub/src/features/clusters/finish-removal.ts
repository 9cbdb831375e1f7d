import { ok, type Ok } from '#kernel';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext } from '../../platform/database/index.js';
import type { Cluster } from './cluster.js';
import { CLUSTER_REPOSITORY, type ClusterRepository } from './cluster.repository.js';
import { HUB_TRUST, type HubTrust } from './hub-trust.js';
import { PLACEMENT_IMPACT, type PlacementImpact } from './placement-impact.js';

/** The last step of a removal: nothing is open any more, so the certificates go. Row, id and counters stay for a return. */
@Injectable()
export class FinishRemoval {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(CLUSTER_REPOSITORY) private readonly clusters: ClusterRepository,
    @Inject(PLACEMENT_IMPACT) private readonly placement: PlacementImpact,
    @Inject(HUB_TRUST) private readonly trust: HubTrust,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  /**
   * Inside a transaction that holds the cluster's lock: removes a REMOVING cluster whose agent has acknowledged everything, whose
   * deadline has passed by database time, or when told not to wait; otherwise leaves it as it is.
   */
  async ifDone(cluster: Cluster, withoutWaiting: boolean): Promise<Ok<Cluster>> {
    if (cluster.state !== 'REMOVING') return ok(cluster);
    const open = await this.placement.countOpenTombstones(cluster.id);
    const isLate = cluster.removalDeadline !== undefined && cluster.removalDeadline <= (await this.tx.now());
    if (open > 0 && !isLate && !withoutWaiting) return ok(cluster);
    const removed = await this.clusters.save({ ...cluster, state: 'REMOVED', removalDeadline: undefined });
    if (!removed.ok) throw new Error(`cluster ${cluster.id} changed under its lock`);
    await this.placement.onClusterRemoved(cluster.id);
    await this.tx.execute('UPDATE join_tokens SET expires_at = now() WHERE cluster_id = $1 AND used_at IS NULL AND expires_at > now()', [cluster.id]);
    await this.trust.revokeCertificates(cluster.id);
    await this.audit.record({ action: 'cluster.removed', object: { kind: 'Cluster', id: cluster.id }, outcome: 'SUCCEEDED', after: { unacknowledged: open, late: isLate } });
    await this.outbox.append({ kind: 'cluster.removed', payload: { clusterId: cluster.id, name: cluster.name, unacknowledged: open } });
    this.tx.notify(CHANNELS.clusterChanged, cluster.id);
    return removed;
  }
}
