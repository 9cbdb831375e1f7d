import { clusterId, UNFINISHED_ROLLOUT_STATES, type ApplicationId } from '#domain';
import { CHANNELS, type HeldLease } from '../../platform/database/index.js';
import type { PlaceApplications, PlacementStore } from '../placement/index.js';
import { notifyAll } from './notify-all.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

/** A target is gone once the last tombstone it had was acknowledged. */
const SETTLE = `
  WITH gone AS (
    UPDATE targets t SET state = 'REMOVED', order_bytes = NULL, order_signature = NULL, reissue_requested_at = NULL, version = t.version + 1
    WHERE t.application_id = $1 AND t.state = 'REMOVING' AND NOT EXISTS (SELECT 1 FROM tombstones b WHERE b.target_id = t.id AND b.acknowledged_at IS NULL)
    RETURNING t.project_id, t.id, t.cluster_id, t.generation),
  told AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, generation, sync, reason)
    SELECT gen.id, g.project_id, g.id, 'REMOVED', g.generation, 'REMOVED', 'REMOVED'
    FROM (SELECT *, row_number() OVER () AS n FROM gone) g JOIN unnest($2::uuid[]) WITH ORDINALITY AS gen (id, n) ON gen.n = g.n)
  SELECT id, cluster_id FROM gone`;
const COUNT = `SELECT count(*) FILTER (WHERE state = 'REMOVING')::int AS removing, count(*) FILTER (WHERE state <> 'REMOVED')::int AS remaining FROM targets WHERE application_id = $1`;

/**
 * Finishes removals that agents have acknowledged: targets become REMOVED and are made again where they match by now; an application that is
 * being deleted is gone with its last target.
 */
export class SettleRemovals {
  constructor(
    private readonly ports: PlannerPorts,
    private readonly store: PlacementStore,
    private readonly placement: PlaceApplications,
  ) {}

  async execute(lease: HeldLease, id: ApplicationId): Promise<void> {
    await withApplication(this.ports, lease, id, async (application) => {
      await this.store.lock();
      await this.#settle(application);
      if (application.state === 'DELETING') await this.#finishDeletion(application);
    });
  }

  async #settle({ id, state }: PlannedApplication): Promise<void> {
    const { tx, ids, failpoints } = this.ports;
    const [counts] = await tx.query<{ removing: number }>(COUNT, [id]);
    if (counts === undefined || counts.removing === 0) return;
    const gone = await tx.query<{ id: string; cluster_id: string }>(SETTLE, [id, Array.from({ length: counts.removing }, () => ids.uuid())]);
    if (gone.length === 0) return;
    await failpoints.hit('planner.after-settle');
    if (state === 'ACTIVE') await this.placement.placeWithoutRemovals({ applications: [id], clusters: gone.map((row) => clusterId(row.cluster_id)) });
    await notifyAll(tx, CHANNELS.targetChanged, gone.map((row) => row.id));
    await notifyAll(tx, CHANNELS.clusterChanged, gone.map((row) => row.cluster_id));
  }

  async #finishDeletion({ id, name, project }: PlannedApplication): Promise<void> {
    const { tx, audit, outbox } = this.ports;
    const ended = await tx.query<{ id: string }>(`UPDATE rollouts SET state = 'ABORTED', finished_at = now(), version = version + 1 WHERE application_id = $1 AND state = ANY($2::text[]) RETURNING id`, [id, UNFINISHED_ROLLOUT_STATES]);
    await notifyAll(tx, CHANNELS.rolloutChanged, ended.map((row) => row.id));
    const [counts] = await tx.query<{ remaining: number }>(COUNT, [id]);
    if (counts === undefined || counts.remaining > 0) return;
    await tx.execute(`UPDATE applications SET state = 'DELETED', deleted_at = now(), version = version + 1 WHERE id = $1`, [id]);
    await audit.record({ action: 'application.deleted', object: { kind: 'Application', id }, projectId: project.id, outcome: 'SUCCEEDED' });
    await outbox.append({ kind: 'application.deleted', projectId: project.id, payload: { applicationId: id, name } });
    tx.notify(CHANNELS.applicationChanged, id);
  }
}
