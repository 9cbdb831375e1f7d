import type { JsonObject } from '#kernel';
import { clusterId, releaseId, targetId, type ApplicationId, type ResolvedForCluster } from '#domain';
import { decodeOrder } from '#wire';
import type { HeldLease } from '../../platform/database/index.js';
import { bumpClusters } from './bump-clusters.js';
import { digestIn } from './digest-in.js';
import { assignmentOrder, loadOrderMaterial } from './order-material.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';
import { writeAssignments } from './write-assignments.js';

interface Row {
  readonly id: string;
  readonly cluster_id: string;
  readonly assigned_release_id: string;
  readonly parameters: JsonObject;
  readonly parameters_digest: string;
  readonly approved_prunes: string[];
  readonly order_bytes: Buffer | null;
}

const BATCH = 1_000;
const ASKED = `
  SELECT id, cluster_id, assigned_release_id, parameters, parameters_digest, approved_prunes, order_bytes FROM targets
  WHERE application_id = $1 AND state = 'ACTIVE' AND reissue_requested_at <= clock_timestamp() AND assigned_release_id IS NOT NULL AND parameters_digest IS NOT NULL
  ORDER BY cluster_id LIMIT ${BATCH}`;

/**
 * Signs orders anew, with a fresh generation and the same release and parameters: because one expired before its agent could take it, because a
 * person approved a prune, or because the fleet epoch has risen.
 */
export class ReissueOrders {
  constructor(private readonly ports: PlannerPorts) {}

  /** @returns true when there is more to do at once */
  async execute(lease: HeldLease, id: ApplicationId): Promise<boolean> {
    const isMore = await withApplication(this.ports, lease, id, (application) => this.#reissue(application));
    return isMore ?? false;
  }

  async #reissue(application: PlannedApplication): Promise<boolean> {
    const { tx } = this.ports;
    const rows = await tx.query<Row>(ASKED, [application.id]);
    if (rows.length === 0) return false;
    const materials = await loadOrderMaterial(tx, rows.map((row) => releaseId(row.assigned_release_id)), 'forOrders');
    const clusters = await bumpClusters(tx, rows.map((row) => clusterId(row.cluster_id)));
    const orders = rows.map((row) => {
      const cluster = clusters.get(clusterId(row.cluster_id));
      const material = materials.get(releaseId(row.assigned_release_id));
      if (cluster === undefined || material === undefined) throw new Error(`cluster or release of target ${row.id} is missing`);
      return assignmentOrder(application, material, {
        target: targetId(row.id), cluster: cluster.id, epoch: application.epoch, generation: cluster.generation,
        resolved: resolvedOf(row), approvedPrunes: row.approved_prunes.map((text) => digestIn(text, 'targets.approved_prunes')),
      });
    });
    await writeAssignments(this.ports, orders, undefined);
    return rows.length === BATCH;
  }
}

/** As in the order that is signed anew: labels that changed since are a matter of a rollout. */
function resolvedOf(row: Row): ResolvedForCluster {
  const order = row.order_bytes === null ? undefined : decodeOrder(row.order_bytes);
  if (order !== undefined && !order.ok) throw new Error(`the stored order of target ${row.id} does not read: ${order.error.code}`);
  const patches = order?.value.kind === 'ASSIGNMENT' ? order.value.patches : undefined;
  return { parameters: row.parameters, parametersDigest: digestIn(row.parameters_digest, 'targets.parameters_digest'), ...(patches === undefined ? {} : { patches }) };
}
