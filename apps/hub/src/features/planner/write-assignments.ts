import { canonicalJson } from '#kernel';
import { targetId, type AssignmentOrder, type RolloutId, type TargetId } from '#domain';
import { CHANNELS } from '../../platform/database/index.js';
import { notifyAll } from './notify-all.js';
import type { PlannerPorts } from './planner.ports.js';

/** Targets that left in the meantime are not written: the tombstone stands. Their rollout finds them inactive. */
const WRITE = `
  WITH o AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bytea[], $9::text[], $10::bytea[], $11::text[], $12::text[], $13::timestamptz[], $14::uuid[])
    AS o (target_id, release_id, parameters, parameters_digest, approved, generation, epoch, bytes, key_id, signature, type, digest, expires_at, transition_id)),
  written AS (
    UPDATE targets t SET assigned_release_id = o.release_id, parameters = o.parameters::jsonb, parameters_digest = o.parameters_digest,
      approved_prunes = ARRAY(SELECT jsonb_array_elements_text(o.approved::jsonb)), generation = o.generation, order_epoch = o.epoch, order_bytes = o.bytes, order_key_id = o.key_id,
      order_signature = o.signature, order_type = o.type, order_digest = o.digest, order_expires_at = o.expires_at, reissue_requested_at = NULL, blocked_reason = NULL,
      blocked_message = NULL, order_stale = false, assigned_at = now(), version = t.version + 1
    FROM o WHERE t.id = o.target_id AND t.state = 'ACTIVE' RETURNING t.project_id, t.id, o.release_id, o.generation, o.epoch, o.transition_id),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, release_id, generation, epoch, rollout_id, sync, reason)
    SELECT transition_id, project_id, id, $15, release_id, generation, epoch, $16::uuid, 'PENDING', 'WAITING_FOR_AGENT' FROM written)
  SELECT id FROM written`;

/**
 * Signs orders and stores them with their transitions, in one statement for all, and tells the gateways. The caller holds the row locks of the
 * clusters.
 * @param rollout what assigns; undefined: the order is only signed anew
 * @returns the targets that were written
 */
export async function writeAssignments(ports: PlannerPorts, orders: readonly AssignmentOrder[], rollout: RolloutId | undefined): Promise<ReadonlySet<TargetId>> {
  if (orders.length === 0) return new Set();
  const issued = await Promise.all(orders.map((order) => ports.signer.issue(order)));
  await ports.failpoints.hit('planner.after-signing');
  const rows = await ports.tx.query<{ id: string }>(WRITE, [
    orders.map((order) => order.target), orders.map((order) => order.release.id), orders.map((order) => canonicalJson(order.parameters)), orders.map((order) => order.parametersDigest),
    orders.map((order) => canonicalJson([...order.approvedPrunes])), orders.map((order) => order.generation.toString()), orders.map((order) => order.epoch.toString()),
    issued.map((order) => Buffer.from(order.bytes)), issued.map((order) => order.keyId), issued.map((order) => Buffer.from(order.signature)), issued.map((order) => order.type),
    issued.map((order) => order.digest), issued.map((order) => order.expiresAt), orders.map(() => ports.ids.uuid()),
    rollout === undefined ? 'REISSUED' : 'ASSIGNED', rollout ?? null,
  ]);
  await ports.failpoints.hit('planner.after-orders');
  const written = new Set(rows.map((row) => targetId(row.id)));
  const told = orders.filter((order) => written.has(order.target));
  await notifyAll(ports.tx, CHANNELS.clusterOrders, told.map((order) => order.audience));
  await notifyAll(ports.tx, CHANNELS.targetChanged, told.map((order) => order.target));
  return written;
}
