import { resolveForCluster, type ApplicationId, type AssignmentOrder, type ClusterId, type OrderVersion, type ParameterFailure, type ReleaseId, type RolloutId, type TargetId } from '#domain';
import { formatTraceparent, type Digest } from '#kernel';
import { CHANNELS } from '../../platform/database/index.js';
import { bumpClusters, type BumpedCluster } from './bump-clusters.js';
import { notifyAll } from './notify-all.js';
import { digestIn } from './digest-in.js';
import { assignmentOrder, type OrderMaterial } from './order-material.js';
import type { PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';
import { assignTrace, loadRolloutTrace, traceAssign } from './rollout-trace.js';
import { writeAssignments } from './write-assignments.js';

/** A target whose order cannot be made, and why; the others go on. */
interface Blocked {
  readonly target: TargetId;
  readonly reason: ParameterFailure['code'];
  readonly message: string;
}

export interface AssignmentBatch {
  readonly rollout: RolloutId;
  readonly release: ReleaseId;
  /** The state that the targets get in the rollout. */
  readonly to: 'MOVING' | 'REVERTING';
  readonly targets: readonly { readonly id: TargetId; readonly cluster: ClusterId }[];
}

/**
 * Assigns a release to a batch of targets, in a handful of statements whatever its size. Parameters are resolved from the labels and facts under the clusters' locks.
 * @returns the version that each target got; one that is blocked or has left meanwhile got none
 */
export async function assignTargets(ports: PlannerPorts, application: PlannedApplication, material: OrderMaterial, batch: AssignmentBatch): Promise<ReadonlyMap<TargetId, OrderVersion>> {
  const { tx, audit, outbox, failpoints } = ports;
  const clusters = await bumpClusters(tx, batch.targets.map((target) => target.cluster));
  await failpoints.hit('planner.after-bump');
  const approvals = await approvalsOf(ports, batch);
  const trace = await loadRolloutTrace(tx, batch.rollout);
  const stages = await stagesOf(ports, batch);
  const orders: AssignmentOrder[] = [];
  const blocked: Blocked[] = [];
  for (const target of batch.targets) {
    const cluster = clusters.get(target.cluster);
    if (cluster === undefined) throw new Error(`cluster ${target.cluster} of a target is missing`);
    const resolved = resolveForCluster(material.spec, cluster);
    if (!resolved.ok) {
      blocked.push({ target: target.id, ...describeFailure(resolved.error, cluster) });
      continue;
    }
    orders.push(
      assignmentOrder(application, material, {
        target: target.id, cluster: cluster.id, epoch: application.epoch, generation: cluster.generation, resolved: resolved.value, approvedPrunes: approvals.get(target.id) ?? [],
        traceparent: formatTraceparent(assignTrace(trace, stages.get(target.id) ?? '', { target: target.id, epoch: application.epoch, generation: cluster.generation })),
      }),
    );
  }
  const written = await writeAssignments(ports, orders, batch.rollout);
  const assigned = orders.filter((order) => written.has(order.target));
  tx.afterCommit(() => {
    for (const order of assigned) traceAssign(ports.tracer, application, trace, { order, stage: stages.get(order.target) ?? '', cluster: clusters.get(order.audience)?.name });
  });
  await noteMoving(ports, batch, assigned);
  await noteBlocked(ports, batch, blocked);
  const counts = { assigned: written.size, blocked: blocked.length };
  await audit.record({ action: 'planner.assign', object: { kind: 'Rollout', id: batch.rollout }, projectId: application.project.id, outcome: 'SUCCEEDED', after: { release: batch.release, ...counts } });
  await outbox.append({ kind: 'rollout.assigned', projectId: application.project.id, payload: { applicationId: application.id satisfies ApplicationId, rolloutId: batch.rollout, ...counts } });
  return new Map(assigned.map(({ target, epoch, generation }) => [target, { epoch, generation }]));
}

async function stagesOf({ tx }: PlannerPorts, { rollout, targets }: AssignmentBatch): Promise<ReadonlyMap<TargetId, string>> {
  const rows = await tx.query<{ target_id: TargetId; stage: string }>('SELECT target_id, stage FROM rollout_targets WHERE rollout_id = $1 AND target_id = ANY($2::uuid[])', [rollout, targets.map((target) => target.id)]);
  return new Map(rows.map((row) => [row.target_id, row.stage]));
}

/** What a person approved stays approved for the same release only. */
async function approvalsOf({ tx }: PlannerPorts, batch: AssignmentBatch): Promise<ReadonlyMap<TargetId, readonly Digest[]>> {
  const rows = await tx.query<{ id: TargetId; approved_prunes: string[] }>(
    `SELECT id, approved_prunes FROM targets WHERE id = ANY($1::uuid[]) AND assigned_release_id = $2 AND approved_prunes <> '{}'`,
    [batch.targets.map((target) => target.id), batch.release],
  );
  return new Map(rows.map((row) => [row.id, row.approved_prunes.map((text) => digestIn(text, 'targets.approved_prunes'))]));
}

async function noteMoving({ tx }: PlannerPorts, { rollout, to }: AssignmentBatch, orders: readonly AssignmentOrder[]): Promise<void> {
  if (orders.length === 0) return;
  await tx.execute(
    `UPDATE rollout_targets r SET state = $5, generation = m.generation, epoch = m.epoch, reason = NULL, started_at = now(), finished_at = NULL, is_named = false
     FROM unnest($2::uuid[], $3::bigint[], $4::bigint[]) AS m (target_id, generation, epoch) WHERE r.rollout_id = $1 AND r.target_id = m.target_id`,
    [rollout, orders.map((order) => order.target), orders.map((order) => order.generation.toString()), orders.map((order) => order.epoch.toString()), to],
  );
}

/** The target has failed in this rollout; what was assigned before goes on. */
async function noteBlocked({ tx, ids }: PlannerPorts, { rollout, to }: AssignmentBatch, blocked: readonly Blocked[]): Promise<void> {
  if (blocked.length === 0) return;
  const targets = blocked.map((one) => one.target);
  const reasons = blocked.map((one) => one.reason);
  await tx.query(
    `WITH b AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS b (target_id, reason, message, transition_id)),
     rows AS (UPDATE rollout_targets r SET state = $6, reason = b.reason, generation = NULL, epoch = NULL, started_at = now(), finished_at = now(), is_named = false FROM b WHERE r.rollout_id = $1 AND r.target_id = b.target_id),
     held AS (UPDATE targets t SET blocked_reason = b.reason, blocked_message = b.message, order_stale = false, version = t.version + 1 FROM b WHERE t.id = b.target_id
       RETURNING t.project_id, t.id, t.generation, b.reason, b.message, b.transition_id)
     INSERT INTO target_transitions (id, project_id, target_id, kind, generation, rollout_id, reason, message) SELECT transition_id, project_id, id, 'BLOCKED', generation, $1, reason, message FROM held`,
    [rollout, targets, reasons, blocked.map((one) => one.message), blocked.map(() => ids.uuid()), to === 'MOVING' ? 'FAILED' : 'REVERT_FAILED'],
  );
  await notifyAll(tx, CHANNELS.targetChanged, targets);
}

/** Names the parameter and the template; never a value. */
export function describeFailure(failure: ParameterFailure, cluster: Pick<BumpedCluster, 'name'>): { readonly reason: ParameterFailure['code']; readonly message: string } {
  const at = failure.parameter === '' ? 'The parameters' : `Parameter ${failure.parameter}`;
  return failure.code === 'PARAMETER_MISSING'
    ? { reason: failure.code, message: `${at}: cluster ${cluster.name} has no ${failure.reference}.` }
    : { reason: failure.code, message: `${at}: ${failure.reason}.` };
}
