import type { Digest, JsonObject } from '#kernel';
import { clusterId, orderDigest, releaseId, resolveForCluster, targetId, type ApplicationId, type ClusterId, type Labels, type ReleaseId, type RolloutCause, type TargetId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import { factsOf } from '../clusters/index.js';
import type { RolloutStore, StartRollouts } from '../rollouts/index.js';
import { describeFailure } from './assign-targets.js';
import { digestIn } from './digest-in.js';
import { assignmentOrder, loadOrderMaterial, type OrderMaterial } from './order-material.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

interface StaleRow {
  readonly id: string;
  readonly cluster_id: string;
  readonly assigned_release_id: string | null;
  readonly parameters_digest: string | null;
  readonly approved_prunes: string[];
  readonly generation: string;
  readonly order_epoch: string | null;
  readonly order_digest: string | null;
  readonly blocked_reason: string | null;
  readonly blocked_message: string | null;
}
interface ClusterRow {
  readonly id: string;
  readonly name: string;
  readonly labels: Labels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
}
type Finding = { readonly kind: 'SAME' } | { readonly kind: 'UNBLOCKED' } | { readonly kind: 'DIFFERS'; readonly cause: Extract<RolloutCause, 'PARAMETERS' | 'POLICY'> };

/** Targets that a running rollout is about to assign need no look: their order is made from what is true then. */
const STALE = `
  SELECT id, cluster_id, assigned_release_id, parameters_digest, approved_prunes, generation, order_epoch, order_digest, blocked_reason, blocked_message
  FROM targets t WHERE application_id = $1 AND state = 'ACTIVE' AND order_stale
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id AND r.state = 'PENDING' AND o.state = 'RUNNING')
  ORDER BY id FOR NO KEY UPDATE`;

const UNBLOCK = `
  WITH free AS (
    UPDATE targets t SET blocked_reason = NULL, blocked_message = NULL FROM unnest($1::uuid[], $2::uuid[]) AS w (id, transition_id) WHERE t.id = w.id
    RETURNING t.project_id, t.id, t.generation, w.transition_id)
  INSERT INTO target_transitions (id, project_id, target_id, kind, generation) SELECT transition_id, project_id, id, 'UNBLOCKED', generation FROM free`;

/**
 * Looks at targets whose order may say something else by now: labels, facts, the sync policy or the repository changed. Where it would, a rollout
 * of the same release is started; where it would not, nothing happens at all.
 */
export class RefreshOrders {
  constructor(
    private readonly ports: PlannerPorts,
    private readonly store: RolloutStore,
    private readonly rollouts: StartRollouts,
  ) {}

  async execute(lease: HeldLease, id: ApplicationId): Promise<void> {
    await withApplication(this.ports, lease, id, async (application) => {
      if (application.state !== 'ACTIVE') return;
      // Locked before the clusters are read: a label edit that comes in between marks the target again after us.
      const stale = await this.ports.tx.query<StaleRow>(STALE, [id]);
      if (stale.length === 0) return;
      await this.#refresh(application, stale);
      await this.ports.tx.execute('UPDATE targets SET order_stale = false WHERE id = ANY($1::uuid[])', [stale.map((row) => row.id)]);
      await this.ports.failpoints.hit('planner.after-refresh');
    });
  }

  async #refresh(application: PlannedApplication, stale: readonly StaleRow[]): Promise<void> {
    const clusters = await this.#clusters(stale.map((row) => row.cluster_id));
    const materials = await loadOrderMaterial(this.ports.tx, stale.flatMap((row) => releaseOf(row, application) ?? []), 'toCompare');
    const starts = new Map<string, { readonly release: ReleaseId; readonly cause: RolloutCause; readonly targets: Set<TargetId> }>();
    const unblocked: string[] = [];
    for (const row of stale) {
      const release = releaseOf(row, application);
      const material = release && materials.get(release);
      const cluster = clusters.get(clusterId(row.cluster_id));
      if (release === undefined || material === undefined || cluster === undefined) continue;
      const finding = judge(application, material, row, cluster);
      if (finding.kind === 'UNBLOCKED') unblocked.push(row.id);
      if (finding.kind !== 'DIFFERS') continue;
      const key = `${release} ${finding.cause}`;
      const start = starts.get(key) ?? { release, cause: finding.cause, targets: new Set() };
      start.targets.add(targetId(row.id));
      starts.set(key, start);
    }
    if (unblocked.length > 0) await this.ports.tx.execute(UNBLOCK, [unblocked, unblocked.map(() => this.ports.ids.uuid())]);
    const toRoll = starts.size === 0 ? undefined : await this.store.lockApplication(application.id);
    if (toRoll === undefined) return;
    for (const { release, cause, targets } of starts.values()) await this.rollouts.startFor(toRoll, release, cause, targets);
  }

  async #clusters(ids: readonly string[]): Promise<ReadonlyMap<ClusterId, ClusterRow>> {
    const rows = await this.ports.tx.query<ClusterRow>('SELECT id, name, labels, facts, facts_at FROM clusters WHERE id = ANY($1::uuid[])', [ids]);
    return new Map(rows.map((row) => [clusterId(row.id), row]));
  }
}

/** A target that was blocked before it ever ran wants what the others run. */
function releaseOf(row: StaleRow, application: PlannedApplication): ReleaseId | undefined {
  return row.assigned_release_id === null ? application.currentRelease : releaseId(row.assigned_release_id);
}

function judge(application: PlannedApplication, material: OrderMaterial, row: StaleRow, cluster: ClusterRow): Finding {
  const parametersOf = { name: cluster.name, labels: cluster.labels, facts: cluster.facts_at === null ? undefined : factsOf(cluster.facts) };
  const resolved = resolveForCluster(material.spec, parametersOf);
  if (!resolved.ok) {
    const { reason, message } = describeFailure(resolved.error, cluster);
    return row.blocked_reason === reason && row.blocked_message === message ? { kind: 'SAME' } : { kind: 'DIFFERS', cause: 'PARAMETERS' };
  }
  if (row.parameters_digest !== resolved.value.parametersDigest || row.order_epoch === null) return { kind: 'DIFFERS', cause: 'PARAMETERS' };
  const approvedPrunes: readonly Digest[] = row.approved_prunes.map((text) => digestIn(text, 'targets.approved_prunes'));
  const order = assignmentOrder(application, material, {
    target: targetId(row.id), cluster: clusterId(row.cluster_id), epoch: BigInt(row.order_epoch), generation: BigInt(row.generation), resolved: resolved.value, approvedPrunes,
  });
  if (orderDigest(order) !== row.order_digest) return { kind: 'DIFFERS', cause: 'POLICY' };
  return row.blocked_reason === null ? { kind: 'SAME' } : { kind: 'UNBLOCKED' };
}
