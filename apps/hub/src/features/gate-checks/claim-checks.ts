import type { JsonObject } from '#kernel';
import { clusterId, releaseId, targetId, type ClusterId, type JobGateSpec, type Labels, type MetricGateSpec, type QueryContext, type ReleaseId, type TargetId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { factsOf } from '../clusters/index.js';
import { ASKING_SECONDS } from './cluster-asker.js';

/** A check whose turn it is. Until `ASKING_SECONDS` have passed nobody else asks. */
export interface ClaimedCheck {
  /** Which run of the check it is, and when it was claimed: an answer to another counts no more. */
  readonly run: string;
  readonly claimed: string;
  readonly cluster: ClusterId;
  readonly target: TargetId;
  readonly release: ReleaseId;
  readonly spec: MetricGateSpec | JobGateSpec;
  readonly passes: number;
  readonly failures: number;
  /** Somebody has answered to this run. */
  readonly hasAnswered: boolean;
  /** What was said last. */
  readonly message: string;
  readonly context: QueryContext;
}

interface Row {
  readonly run: string;
  readonly claimed: string;
  readonly cluster_id: string;
  readonly target_id: string;
  readonly release_id: string;
  readonly spec: MetricGateSpec | JobGateSpec;
  readonly has_answered: boolean;
  readonly passes: number;
  readonly failures: number;
  readonly message: string;
  readonly cluster: string;
  readonly labels: Labels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
  readonly application: string;
  readonly namespace: string | null;
  readonly number: number;
  readonly commit: string;
}

/** The first two conditions on gates are those of their partial index. A subject that is no target is the hub itself, whom nobody here asks. */
const CLAIM = `
  WITH due AS MATERIALIZED (
    SELECT k.run, o.application_id, coalesce(x.to_release_id, o.release_id) AS release_id, g.spec, t.id AS target_id, t.cluster_id
    FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id
    JOIN rollout_gate_checks k ON k.rollout_id = g.rollout_id AND k.stage = g.stage AND k.gate = g.name
    JOIN targets t ON t.id = CASE WHEN k.subject <> 'HUB' THEN k.subject::uuid END JOIN clusters c ON c.id = t.cluster_id
    JOIN rollout_targets x ON x.project_id = k.project_id AND x.rollout_id = o.id AND x.target_id = t.id
    WHERE g.state = 'WAITING' AND g.spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW') AND g.spec ->> 'kind' IN ('METRIC', 'JOB') AND o.state = 'RUNNING'
      AND k.verdict IS NULL AND k.next_at <= now() AND t.state = 'ACTIVE' AND c.connected_replica = $1
    ORDER BY k.next_at LIMIT $2 FOR UPDATE OF k SKIP LOCKED)
  UPDATE rollout_gate_checks k SET asked_at = now(), next_at = now() + interval '${ASKING_SECONDS} seconds'
  FROM due d JOIN clusters c ON c.id = d.cluster_id JOIN applications a ON a.id = d.application_id JOIN releases r ON r.id = d.release_id JOIN application_revisions v ON v.id = r.revision_id
  WHERE k.run = d.run
  RETURNING k.run, k.asked_at::text AS claimed, d.cluster_id, d.target_id, d.spec, d.release_id, k.answered_at IS NOT NULL AS has_answered, k.passes, k.failures, k.message, c.name AS cluster, c.labels, c.facts, c.facts_at, a.name AS application, v.spec ->> 'namespace' AS namespace, r.number, r.commit`;

/** Takes checks that are due, of clusters whose stream is held here; those that waited longest first. */
export async function claimChecks(tx: TransactionContext, replica: string, limit: number): Promise<readonly ClaimedCheck[]> {
  const rows = await tx.run(systemScope('gate-checks'), () => tx.query<Row>(CLAIM, [replica, limit]));
  return rows.map((row) => ({
    run: row.run, claimed: row.claimed, cluster: clusterId(row.cluster_id), target: targetId(row.target_id), spec: row.spec, passes: row.passes, failures: row.failures, message: row.message,
    release: releaseId(row.release_id), hasAnswered: row.has_answered,
    context: {
      cluster: { name: row.cluster, labels: row.labels, facts: row.facts_at === null ? undefined : factsOf(row.facts) },
      words: { 'application.name': row.application, 'application.namespace': row.namespace ?? '', 'release.number': String(row.number), 'release.commit': row.commit },
    },
  }));
}
