import { canonicalJson, type Ids } from '#kernel';
import type { ClusterId } from '#domain';
import type { ClusterFacts } from '#wire';
import { CHANNELS, systemScope, type TransactionContext } from '../../platform/database/index.js';
import type { IngestedReport, IngestOutcome, ReportStore } from './report.store.js';

const SCOPE = systemScope('agent-gateway');
const MAX_ORPHANS = 100;

/** Arrays, one for each column: a batch of any size is the same statement. */
const COLUMNS = `unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::text[],
  $12::text[], $13::text[], $14::text[], $15::int[], $16::int[], $17::jsonb[], $18::timestamptz[], $19::uuid[], $20::text[])
  AS r (target_id, cluster_id, session_epoch, sequence, epoch, generation, release_id, commit, render_digest, sync, reason, message, health, health_message,
        object_count, healed_count, detail, observed_at, transition_id, kept)`;

/**
 * Rows are locked in order of id. A report counts only in the session that its cluster has now, after what that session said before, and
 * never for an older order than the one last reported on. A removal is acknowledged by a report on that very order or a later one: one that was
 * never signed cannot have been carried out.
 */
const WRITE = `
  WITH r AS MATERIALIZED (SELECT * FROM ${COLUMNS}),
  locked AS MATERIALIZED (
    SELECT s.target_id, s.cluster_id, c.session_epoch, s.sync, s.health, s.reason, s.release_id, s.epoch, s.generation FROM target_status s JOIN r ON r.target_id = s.target_id AND r.cluster_id = s.cluster_id
    JOIN clusters c ON c.id = r.cluster_id AND c.session_epoch = r.session_epoch
    WHERE (r.session_epoch, r.sequence) > (s.session_epoch, s.sequence) AND (r.epoch, r.generation) >= (s.epoch, s.generation)
    ORDER BY s.target_id FOR NO KEY UPDATE OF s),
  written AS (
    UPDATE target_status s SET session_epoch = r.session_epoch, sequence = r.sequence, epoch = r.epoch, generation = r.generation, release_id = r.release_id,
      commit = r.commit, render_digest = r.render_digest, sync = r.sync, reason = r.reason, message = r.message, health = r.health, health_message = r.health_message,
      object_count = r.object_count, healed_count = r.healed_count, detail = r.detail, observed_at = r.observed_at, reported_at = now(), kept = r.kept::text[],
      sync_since = CASE WHEN l.sync = r.sync AND l.reason = r.reason THEN s.sync_since ELSE now() END,
      health_since = CASE WHEN l.health = r.health THEN s.health_since ELSE now() END
    FROM r JOIN locked l ON l.target_id = r.target_id AND l.cluster_id = r.cluster_id AND l.session_epoch = r.session_epoch
    WHERE s.target_id = r.target_id AND s.cluster_id = r.cluster_id
      AND (r.session_epoch, r.sequence) > (s.session_epoch, s.sequence) AND (r.epoch, r.generation) >= (s.epoch, s.generation)
    RETURNING s.target_id, r.transition_id, r.release_id, r.epoch, r.generation, r.sync, r.health, r.reason, r.message,
      (l.sync, l.health, l.reason, l.release_id) IS DISTINCT FROM (r.sync, r.health, r.reason, r.release_id) AS is_transition, (l.epoch, l.generation) <> (r.epoch, r.generation) AS is_new_order),
  moved AS (
    INSERT INTO target_transitions (id, project_id, target_id, kind, release_id, generation, epoch, sync, health, reason, message)
    SELECT w.transition_id, t.project_id, w.target_id, 'OBSERVED', w.release_id, w.generation, w.epoch, w.sync, w.health, w.reason, w.message
    FROM written w JOIN targets t ON t.id = w.target_id WHERE w.is_transition OR w.is_new_order),
  removed AS (
    UPDATE tombstones b SET acknowledged_at = now() FROM written w
    WHERE b.target_id = w.target_id AND b.acknowledged_at IS NULL AND w.sync = 'REMOVED' AND (w.epoch, w.generation) >= (b.order_epoch, b.generation))
  SELECT w.target_id, t.application_id, t.cluster_id, w.is_transition OR w.is_new_order AS concerns_planner, w.sync = 'REMOVED' AS is_removed
  FROM written w JOIN targets t ON t.id = w.target_id`;

const UNKNOWN = `
  SELECT r.cluster_id, r.target_id, r.epoch, r.generation FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS r (target_id, cluster_id, epoch, generation)
  WHERE NOT EXISTS (SELECT 1 FROM target_status s WHERE s.target_id = r.target_id AND s.cluster_id = r.cluster_id)`;

/** By the index of gates that wait for checks, of which there are few. */
const WAITING_FOR = `
  SELECT DISTINCT o.application_id AS id FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id JOIN applications a ON a.project_id = g.project_id AND a.name = g.spec ->> 'application'
  WHERE g.state = 'WAITING' AND g.spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW') AND g.spec ->> 'kind' = 'ROLLOUT' AND o.state = 'RUNNING' AND a.id = ANY($1::uuid[])`;

interface WrittenRow {
  readonly target_id: string;
  readonly application_id: string;
  readonly cluster_id: string;
  readonly concerns_planner: boolean;
  readonly is_removed: boolean;
}

export class SqlReportStore implements ReportStore {
  constructor(
    private readonly tx: TransactionContext,
    private readonly ids: Ids,
  ) {}

  write(reports: readonly IngestedReport[]): Promise<IngestOutcome> {
    return this.tx.run(SCOPE, async () => {
      const written = await this.tx.query<WrittenRow>(WRITE, columnsOf(reports, this.ids));
      const unknownTargets = await this.noteUnknown(reports);
      await this.notifyAll(CHANNELS.targetChanged, written.map((row) => row.target_id));
      await this.notifyPlanner([...new Set(written.filter((row) => row.concerns_planner).map((row) => row.application_id))]);
      // The last target of a repository may be gone: its credentials go too.
      await this.notifyAll(CHANNELS.clusterOrders, written.filter((row) => row.is_removed).map((row) => row.cluster_id));
      return { applied: written.length, unknownTargets };
    });
  }

  async writeFacts(cluster: ClusterId, sessionEpoch: bigint, facts: ClusterFacts): Promise<void> {
    const json = canonicalJson({ ...facts, custom: { ...facts.custom } });
    await this.tx.run(SCOPE, async () => {
      const changed = await this.tx.execute('UPDATE clusters SET facts = $3, facts_at = now() WHERE id = $1 AND session_epoch = $2 AND facts IS DISTINCT FROM $3::jsonb', [
        cluster,
        sessionEpoch.toString(),
        json,
      ]);
      if (changed > 0) this.tx.notify(CHANNELS.clusterChanged, cluster);
    });
  }

  /** What an agent reports and this hub does not know is shown, never touched. */
  private async noteUnknown(reports: readonly IngestedReport[]): Promise<number> {
    const parameters = [reports.map((r) => r.report.target), reports.map((r) => r.cluster), reports.map((r) => r.report.epoch.toString()), reports.map((r) => r.report.generation.toString())];
    const unknown = await this.tx.query<{ cluster_id: string; target_id: string; epoch: string; generation: string }>(UNKNOWN, parameters);
    if (unknown.length === 0) return 0;
    const added = await this.tx.query<{ cluster_id: string }>(
      `INSERT INTO orphaned_targets (cluster_id, target_id, epoch, generation)
       SELECT u.cluster_id, u.target_id, u.epoch, u.generation
       FROM (SELECT *, row_number() OVER (PARTITION BY cluster_id ORDER BY target_id) AS nth
             FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[]) AS n (cluster_id, target_id, epoch, generation)) u
       WHERE EXISTS (SELECT 1 FROM orphaned_targets k WHERE k.cluster_id = u.cluster_id AND k.target_id = u.target_id)
         OR u.nth + (SELECT count(*) FROM orphaned_targets o WHERE o.cluster_id = u.cluster_id) <= ${MAX_ORPHANS}
       ORDER BY u.cluster_id, u.target_id
       ON CONFLICT (cluster_id, target_id) DO UPDATE SET epoch = excluded.epoch, generation = excluded.generation, last_seen_at = now() RETURNING cluster_id`,
      [unknown.map((u) => u.cluster_id), unknown.map((u) => u.target_id), unknown.map((u) => u.epoch), unknown.map((u) => u.generation)],
    );
    await this.notifyAll(CHANNELS.clusterChanged, added.map((row) => row.cluster_id));
    return unknown.length;
  }

  /** That of the applications themselves, and of those whose rollouts wait for them at a gate. */
  private async notifyPlanner(applications: readonly string[]): Promise<void> {
    if (applications.length === 0) return;
    const waiting = await this.tx.query<{ id: string }>(WAITING_FOR, [applications]);
    await this.notifyAll(CHANNELS.applicationChanged, [...applications, ...waiting.map((row) => row.id)]);
  }

  /** One statement for a batch, whatever its size. PostgreSQL sends equal payloads of a transaction once. */
  private async notifyAll(channel: string, payloads: readonly string[]): Promise<void> {
    if (payloads.length > 0) await this.tx.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [channel, [...new Set(payloads)]]);
  }
}

function columnsOf(reports: readonly IngestedReport[], ids: Ids): readonly unknown[] {
  const column = (pick: (report: IngestedReport) => unknown): readonly unknown[] => reports.map(pick);
  return [
    column((r) => r.report.target),
    column((r) => r.cluster),
    column((r) => r.sessionEpoch.toString()),
    column((r) => r.sequence.toString()),
    column((r) => r.report.epoch.toString()),
    column((r) => r.report.generation.toString()),
    column((r) => r.report.release ?? null),
    column((r) => r.report.commit),
    column((r) => r.report.renderDigest ?? null),
    column((r) => r.report.sync),
    column((r) => r.report.reason),
    column((r) => r.report.message),
    column((r) => r.report.health),
    column((r) => r.report.healthMessage),
    column((r) => r.report.objectCount),
    column((r) => r.report.healedCount),
    column((r) => JSON.stringify({ unhealthy: r.report.unhealthy, drifted: r.report.drifted, pendingRemoval: r.report.pendingRemoval ?? null })),
    column((r) => r.report.observedAt),
    column(() => ids.uuid()),
    // Arrays of arrays are one array in SQL: each goes as the text of one.
    column((r) => (r.report.kept === undefined ? null : `{${r.report.kept.join(',')}}`)),
  ];
}
