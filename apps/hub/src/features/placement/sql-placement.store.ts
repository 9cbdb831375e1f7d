import type { Ids, JsonObject } from '#kernel';
import {
  applicationId, clusterId, projectId, REMOVAL_WINDOW_MS, targetId, type ApplicationId, type ClusterId, type ClusterState, type ClusterToMatch, type Labels, type ProjectId, type RepositoryId, type Selector, type TargetId,
} from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { factsOf } from '../clusters/index.js';
import type { ApplicationToPlace, NewTarget, NewTombstone, PlacedTarget, PlacementScope, PlacementStore, RemovalCounts, TombstoneCause } from './placement.store.js';
import { CREATE_TARGETS, FLAG_FACTS, NOTIFY_APPLICATIONS, TOMBSTONE_TARGETS } from './placement.sql.js';

const IN_SCOPE = '($1::uuid[] IS NULL OR application_id = ANY($1)) AND ($2::uuid[] IS NULL OR cluster_id = ANY($2))';

export class SqlPlacementStore implements PlacementStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly ids: Ids,
  ) {}

  async lock(): Promise<void> {
    await this.tx.query(`SELECT pg_advisory_xact_lock(hashtextextended('capstan.placement', 0))`);
  }

  async applications({ applications }: PlacementScope): Promise<readonly ApplicationToPlace[]> {
    const rows = await this.tx.query<{ project_id: string; id: string; selector: Selector; prune: boolean }>(
      `SELECT a.project_id, a.id, v.spec -> 'selector' AS selector, (v.spec -> 'sync' ->> 'prune')::boolean AS prune
       FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id WHERE a.state = 'ACTIVE' AND ($1::uuid[] IS NULL OR a.id = ANY($1)) ORDER BY a.id`,
      [applications ?? null],
    );
    return rows.map((row) => ({ project: projectId(row.project_id), id: applicationId(row.id), selector: row.selector, prune: row.prune }));
  }

  async clusters({ clusters }: PlacementScope): Promise<readonly ClusterToMatch[]> {
    const rows = await this.tx.query<{ id: string; labels: Labels; facts: JsonObject; facts_at: Date | null; state: ClusterState }>(
      `SELECT id, labels, facts, facts_at, state FROM clusters WHERE state <> 'REMOVED' AND ($1::uuid[] IS NULL OR id = ANY($1)) ORDER BY id`,
      [clusters ?? null],
    );
    return rows.map(({ id, labels, facts, facts_at, state }) => ({ id: clusterId(id), labels, facts: facts_at === null ? undefined : factsOf(facts), state }));
  }

  async targets({ applications, clusters }: PlacementScope): Promise<readonly PlacedTarget[]> {
    const rows = await this.tx.query<{ project_id: string; id: string; application_id: string; cluster_id: string; state: PlacedTarget['state'] }>(
      `SELECT project_id, id, application_id, cluster_id, state FROM targets WHERE ${IN_SCOPE}`,
      [applications ?? null, clusters ?? null],
    );
    return rows.map((row) => ({ project: projectId(row.project_id), id: targetId(row.id), application: applicationId(row.application_id), cluster: clusterId(row.cluster_id), state: row.state }));
  }

  async removalCounts(applications: readonly ApplicationId[], clusters: readonly ClusterId[]): Promise<RemovalCounts> {
    const recent = await this.tx.query<{ target_id: string; application_id: string; cluster_id: string }>(
      `SELECT target_id, application_id, cluster_id FROM tombstones
       WHERE created_at > now() - $3 * interval '1 millisecond' AND (application_id = ANY($1::uuid[]) OR cluster_id = ANY($2::uuid[]))`,
      [applications, clusters, REMOVAL_WINDOW_MS],
    );
    const count = (column: string, ids: readonly string[]): Promise<{ id: string; count: number }[]> =>
      this.tx.query(`SELECT ${column} AS id, count(*)::int AS count FROM targets WHERE state = 'ACTIVE' AND ${column} = ANY($1::uuid[]) GROUP BY 1`, [ids]);
    const byApplication = await count('application_id', applications);
    const byCluster = await count('cluster_id', clusters);
    return {
      recent: recent.map((row) => ({ target: targetId(row.target_id), application: applicationId(row.application_id), cluster: clusterId(row.cluster_id) })),
      activeByApplication: new Map(byApplication.map((row) => [applicationId(row.id), row.count])),
      activeByCluster: new Map(byCluster.map((row) => [clusterId(row.id), row.count])),
    };
  }

  async namesOf(targets: readonly TargetId[], limit: number): Promise<readonly string[]> {
    const rows = await this.tx.query<{ name: string }>(
      `SELECT p.name || '/' || a.name || '@' || c.name AS name FROM targets t JOIN projects p ON p.id = t.project_id JOIN applications a ON a.id = t.application_id
       JOIN clusters c ON c.id = t.cluster_id WHERE t.id = ANY($1::uuid[]) ORDER BY 1 LIMIT $2`,
      [targets, limit],
    );
    return rows.map((row) => row.name);
  }

  async create(targets: readonly NewTarget[]): Promise<void> {
    if (targets.length === 0) return;
    const transitions = targets.map(() => this.ids.uuid());
    const ids = targets.map(() => this.ids.uuid()).toSorted(); // lists go by id: those made at once shall follow their clusters
    await this.tx.query(CREATE_TARGETS, [targets.map((one) => one.project), ids, targets.map((one) => one.application), targets.map((one) => one.cluster), transitions]);
    await this.#notifyApplications(targets.map((one) => one.application));
  }

  async tombstone(tombstones: readonly NewTombstone[], cause: TombstoneCause): Promise<void> {
    if (tombstones.length === 0) return;
    const rows = await this.tx.query<{ application_id: string }>(TOMBSTONE_TARGETS, [
      tombstones.map((one) => one.target), tombstones.map((one) => one.mode), tombstones.map(() => this.ids.uuid()), tombstones.map(() => this.ids.uuid()), cause,
    ]);
    await this.#notifyApplications(rows.map((row) => row.application_id));
  }

  async flag(flags: { readonly factMismatch: readonly TargetId[]; readonly matching: readonly TargetId[]; readonly rematch: readonly TargetId[] }): Promise<void> {
    const transitions = [...flags.factMismatch, ...flags.matching].map(() => this.ids.uuid());
    const changed = await this.tx.query<{ id: string }>(FLAG_FACTS, [flags.factMismatch, flags.matching, transitions]);
    if (flags.rematch.length > 0) await this.tx.execute('UPDATE targets SET rematch = true WHERE id = ANY($1::uuid[]) AND NOT rematch', [flags.rematch]);
    if (changed.length > 0) await this.tx.query(`SELECT pg_notify('target_changed', id) FROM unnest($1::text[]) AS id`, [changed.map((row) => row.id)]);
  }

  async markStale({ applications, clusters }: PlacementScope): Promise<void> {
    const rows = await this.tx.query<{ application_id: string }>(
      `UPDATE targets SET order_stale = true WHERE ${IN_SCOPE} AND state = 'ACTIVE' AND (assigned_release_id IS NOT NULL OR blocked_reason IS NOT NULL) RETURNING application_id`,
      [applications ?? null, clusters ?? null],
    );
    await this.#notifyApplications(rows.map((row) => row.application_id));
  }

  async markStaleOf(repository: RepositoryId): Promise<void> {
    const rows = await this.tx.query<{ application_id: string }>(
      `UPDATE targets t SET order_stale = true FROM releases r WHERE r.id = t.assigned_release_id AND (r.repository_id = $1 OR EXISTS (SELECT 1 FROM release_sources s WHERE s.release_id = r.id AND s.repository_id = $1)) AND t.state = 'ACTIVE' RETURNING t.application_id`,
      [repository],
    );
    await this.#notifyApplications(rows.map((row) => row.application_id));
  }

  async markStaleIn(project: ProjectId): Promise<void> {
    const rows = await this.tx.query<{ application_id: string }>(
      `UPDATE targets SET order_stale = true WHERE project_id = $1 AND state = 'ACTIVE' AND (assigned_release_id IS NOT NULL OR blocked_reason IS NOT NULL) RETURNING application_id`,
      [project],
    );
    await this.#notifyApplications(rows.map((row) => row.application_id));
  }

  async closeTombstones(cluster: ClusterId): Promise<void> {
    const rows = await this.tx.query<{ application_id: string }>('UPDATE tombstones SET acknowledged_at = now() WHERE cluster_id = $1 AND acknowledged_at IS NULL RETURNING application_id', [cluster]);
    await this.#notifyApplications(rows.map((row) => row.application_id));
  }

  async countOpenTombstones(cluster: ClusterId): Promise<number> {
    const [row] = await this.tx.query<{ count: number }>('SELECT count(*)::int AS count FROM tombstones WHERE cluster_id = $1 AND acknowledged_at IS NULL', [cluster]);
    if (row === undefined) throw new Error('the database did not count');
    return row.count;
  }

  async #notifyApplications(applications: readonly string[]): Promise<void> {
    if (applications.length > 0) await this.tx.query(NOTIFY_APPLICATIONS, [[...new Set(applications)]]);
  }
}
