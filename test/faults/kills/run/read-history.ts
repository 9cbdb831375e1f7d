import type { KillStage } from '../stage/kill-stage.js';
import type { AuditRecord, KillEvidence, RolloutRecord, RolloutTargetRecord, StageRecord, TargetRecord, TargetTransition } from '../check/kill-evidence.js';

export type DatabaseHistory = Pick<KillEvidence, 'releases' | 'transitions' | 'rollouts' | 'stages' | 'rolloutTargets' | 'targets' | 'audit'>;

type Row<T> = { readonly [K in keyof T]: T[K] extends number ? number | string : undefined extends T[K] ? Exclude<T[K], undefined> | null | string : T[K] };

const MS = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const TRANSITIONS = `SELECT target_id AS target, ${MS('at')} AS at, kind, release_id AS release, generation, reason, message, xmin::text AS transaction FROM target_transitions ORDER BY target_transitions.at, id`;
const ROLLOUTS = `SELECT o.id, a.name AS application, o.number, o.cause, o.state, o.release_id AS release FROM rollouts o JOIN applications a ON a.id = o.application_id ORDER BY a.name, o.number`;
const STAGES = `SELECT rollout_id AS rollout, name, ordinal, state, max_concurrency AS "maxConcurrency", failure_budget AS "failureBudget", ${MS('opened_at')} AS "openedAt", ${MS('closed_at')} AS "closedAt" FROM rollout_stages ORDER BY rollout_id, ordinal`;
const ROLLOUT_TARGETS = `SELECT rollout_id AS rollout, target_id AS target, stage, state, reason, generation, from_release_id AS "from", to_release_id AS "to" FROM rollout_targets`;
const TARGETS = `SELECT t.id, a.name AS application, c.name AS cluster, t.state, t.assigned_release_id AS release, t.generation FROM targets t JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id`;
const AUDIT = `SELECT action, object_id AS object, outcome, ${MS('at')} AS at, xmin::text AS transaction FROM audit_log ORDER BY audit_log.at, id`;

/** What the database has written down of all that happened. */
export async function readHistory({ postgres }: KillStage): Promise<DatabaseHistory> {
  const rollouts = await read<RolloutRecord>(postgres, ROLLOUTS, []);
  const releaseOf = new Map(rollouts.map(({ id, release }) => [id, release]));
  const releases = await postgres.query<{ readonly id: string; readonly commit: string }>('SELECT id, commit FROM releases');
  return {
    releases: Object.fromEntries(releases.map(({ id, commit }) => [id, commit])),
    transitions: await read<TargetTransition>(postgres, TRANSITIONS, ['at', 'generation']),
    rollouts,
    stages: await read<StageRecord>(postgres, STAGES, []),
    rolloutTargets: (await read<RolloutTargetRecord>(postgres, ROLLOUT_TARGETS, ['generation'])).map((row) => ({ ...row, to: row.to ?? releaseOf.get(row.rollout) ?? '' })),
    targets: await read<TargetRecord>(postgres, TARGETS, ['generation']),
    audit: await read<AuditRecord>(postgres, AUDIT, ['at']),
  };
}

/** Columns are named as the fields are; bigint comes as text. */
async function read<T>(postgres: KillStage['postgres'], sql: string, numbers: readonly string[]): Promise<readonly T[]> {
  const rows = await postgres.query<Row<T>>(sql);
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? undefined : numbers.includes(key) ? Number(value) : value])) as T);
}
