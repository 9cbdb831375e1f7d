import { clusterId, targetId, type ApplicationId, type ClusterId, type RemovalMode, type TargetId, type TombstoneOrder } from '#domain';
import { CHANNELS, type HeldLease } from '../../platform/database/index.js';
import { bumpClusters } from './bump-clusters.js';
import { notifyAll } from './notify-all.js';
import { digestIn } from './digest-in.js';
import { expiryOf } from './order-material.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

interface Row {
  readonly id: string;
  readonly target_id: string;
  readonly cluster_id: string;
  readonly mode: RemovalMode;
  readonly approved_removals: string[];
}
interface Unsigned {
  readonly id: string;
  readonly order: TombstoneOrder;
}

const BATCH = 1_000;
/** Without a signature, asked for anew by an agent or a person, or of an epoch before a restore. */
const TO_SIGN = 'acknowledged_at IS NULL AND (order_bytes IS NULL OR reissue_requested_at <= clock_timestamp() OR order_epoch <> $2)';
/**
 * What an application needs is told to go after the application itself was: then its agent, which removes in that order, knows of both.
 * Parameters: the name and the project of the application that is needed.
 */
const UNLESS_NEEDED_BY_UNSIGNED = `NOT EXISTS (
  SELECT 1 FROM tombstones d JOIN applications a ON a.id = d.application_id JOIN application_revisions v ON v.id = a.current_revision_id
  WHERE d.cluster_id = tombstones.cluster_id AND d.acknowledged_at IS NULL AND d.order_bytes IS NULL AND d.mode = 'DELETE' AND a.project_id = $4 AND v.spec -> 'dependsOn' ? $3)`;
const WRITE = `
  UPDATE tombstones b SET generation = o.generation, order_epoch = o.epoch, order_bytes = o.bytes, order_key_id = o.key_id, order_signature = o.signature, order_type = o.type,
    order_digest = o.digest, order_expires_at = o.expires_at, reissue_requested_at = NULL
  FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::bytea[], $7::text[], $8::text[], $9::timestamptz[])
    AS o (id, generation, epoch, bytes, key_id, signature, type, digest, expires_at)
  WHERE b.id = o.id AND b.acknowledged_at IS NULL`;

/** Signs the tombstones that placement and deletions have written: only the planner has the key. */
export class SignTombstones {
  constructor(private readonly ports: PlannerPorts) {}

  /** @returns true when there is more to do at once */
  async execute(lease: HeldLease, id: ApplicationId): Promise<boolean> {
    const isMore = await withApplication(this.ports, lease, id, (application) => this.#sign(application));
    return isMore ?? false;
  }

  async #sign(application: PlannedApplication): Promise<boolean> {
    const { tx } = this.ports;
    const rows = await tx.query<Row>(
      `SELECT id, target_id, cluster_id, mode, approved_removals FROM tombstones WHERE application_id = $1 AND ${TO_SIGN} AND ${UNLESS_NEEDED_BY_UNSIGNED} ORDER BY cluster_id LIMIT ${BATCH}`,
      [application.id, application.epoch.toString(), application.name, application.project.id],
    );
    if (rows.length === 0) return false;
    const clusters = await bumpClusters(tx, rows.map((row) => clusterId(row.cluster_id)));
    const unsigned = rows.map((row): Unsigned => {
      const cluster = clusters.get(clusterId(row.cluster_id));
      if (cluster === undefined) throw new Error(`cluster ${row.cluster_id} of a tombstone is missing`);
      return { id: row.id, order: tombstoneOrder(application, { target: targetId(row.target_id), cluster: cluster.id, generation: cluster.generation, row }) };
    });
    await this.#write(unsigned);
    await this.#wakeNeeded(application);
    return rows.length === BATCH;
  }

  /** Tombstones of what the application needs may have waited for these. */
  async #wakeNeeded({ project, spec }: PlannedApplication): Promise<void> {
    if (spec.dependsOn === undefined) return;
    const needed = await this.ports.tx.query<{ id: string }>(`SELECT id FROM applications WHERE project_id = $1 AND name = ANY($2) AND state <> 'DELETED'`, [project.id, spec.dependsOn]);
    await notifyAll(this.ports.tx, CHANNELS.applicationChanged, needed.map(({ id }) => id));
  }

  async #write(unsigned: readonly Unsigned[]): Promise<void> {
    const { tx, signer, failpoints } = this.ports;
    const orders = unsigned.map(({ order }) => order);
    const issued = await Promise.all(orders.map((order) => signer.issue(order)));
    await failpoints.hit('planner.after-signing');
    await tx.execute(WRITE, [
      unsigned.map(({ id }) => id), orders.map((order) => order.generation.toString()), orders.map((order) => order.epoch.toString()), issued.map((one) => Buffer.from(one.bytes)),
      issued.map((one) => one.keyId), issued.map((one) => Buffer.from(one.signature)), issued.map((one) => one.type), issued.map((one) => one.digest), issued.map((one) => one.expiresAt),
    ]);
    await failpoints.hit('planner.after-tombstones');
    await notifyAll(tx, CHANNELS.clusterOrders, orders.map((order) => order.audience));
    await notifyAll(tx, CHANNELS.targetChanged, orders.map((order) => order.target));
  }
}

function tombstoneOrder(application: PlannedApplication, parts: { readonly target: TargetId; readonly cluster: ClusterId; readonly generation: bigint; readonly row: Row }): TombstoneOrder {
  return {
    kind: 'TOMBSTONE', hub: application.hub, audience: parts.cluster, target: parts.target, epoch: application.epoch, generation: parts.generation,
    project: application.project, application: { id: application.id, name: application.name }, issuedAt: application.now, expiresAt: expiryOf(application),
    mode: parts.row.mode, approvedRemovals: parts.row.approved_removals.map((text) => digestIn(text, 'tombstones.approved_removals')),
    ...(application.spec.dependsOn === undefined ? {} : { dependsOn: application.spec.dependsOn }),
  };
}
