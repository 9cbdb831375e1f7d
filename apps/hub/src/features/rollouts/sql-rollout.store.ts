import {
  applicationId, projectId, releaseId, rolloutId, targetId, type ApplicationId, type ReleaseId, type RolloutCause, type RolloutId, type RolloutPhase, type RolloutStart,
  type RolloutStrategyKind, type StageRow, type TargetId,
} from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import type { ApplicationToRoll, RolloutStore, StoredRollout } from './rollout.store.js';

interface ApplicationRow {
  readonly project_id: string;
  readonly id: string;
  readonly automated: boolean;
  readonly strategy: RolloutStrategyKind;
  readonly current_release_id: string | null;
  readonly newest_release_id: string | null;
}

export class SqlRolloutStore implements RolloutStore {
  constructor(private readonly tx: TransactionContext) {}

  async lockApplication(application: ApplicationId): Promise<ApplicationToRoll | undefined> {
    await this.tx.query('SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE', [application]);
    const [row] = await this.tx.query<ApplicationRow>(
      `SELECT a.project_id, a.id, (v.spec -> 'sync' ->> 'automated')::boolean AS automated, v.spec -> 'strategy' ->> 'kind' AS strategy, a.current_release_id,
         (SELECT r.id FROM releases r WHERE r.application_id = a.id ORDER BY r.number DESC LIMIT 1) AS newest_release_id
       FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id WHERE a.id = $1 AND a.state = 'ACTIVE'`,
      [application],
    );
    return row && toApplication(row);
  }

  async known(application: ApplicationId): Promise<readonly StoredRollout[]> {
    const rows = await this.tx.query<{ id: string; release_id: string; state: RolloutPhase; cause: RolloutCause }>(
      `SELECT id, release_id, state, cause FROM rollouts WHERE application_id = $1 AND (state IN ('PENDING', 'RUNNING')
         OR number = (SELECT max(number) FROM rollouts WHERE application_id = $1 AND cause IN ('RELEASE', 'SYNC'))) ORDER BY number DESC`,
      [application],
    );
    return rows.map((row) => ({ id: rolloutId(row.id), release: releaseId(row.release_id), phase: row.state, cause: row.cause }));
  }

  async activeTargets(application: ApplicationId): Promise<readonly { readonly id: TargetId; readonly assigned: ReleaseId | undefined }[]> {
    const rows = await this.tx.query<{ id: string; assigned_release_id: string | null }>(`SELECT id, assigned_release_id FROM targets WHERE application_id = $1 AND state = 'ACTIVE'`, [application]);
    return rows.map((row) => ({ id: targetId(row.id), assigned: row.assigned_release_id === null ? undefined : releaseId(row.assigned_release_id) }));
  }

  async add({ project, id: application, strategy }: ApplicationToRoll, id: RolloutId, start: RolloutStart): Promise<void> {
    await this.tx.execute(
      `INSERT INTO rollouts (project_id, id, application_id, release_id, number, strategy, cause, state, started_at)
       SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, $5, $6, $7, CASE WHEN $7 = 'RUNNING' THEN now() END FROM rollouts WHERE application_id = $3`,
      [project, id, application, start.release, strategy.kind, start.cause, start.phase],
    );
    await this.tx.execute(
      `INSERT INTO rollout_stages (project_id, rollout_id, name, ordinal, state, max_concurrency, failure_budget)
       SELECT $1, $2, s.* FROM unnest($3::text[], $4::int[], $5::text[], $6::int[], $7::int[]) AS s`,
      [project, id, ...columnsOf(start.stages)],
    );
    await this.tx.execute(
      `INSERT INTO rollout_targets (project_id, rollout_id, target_id, stage, order_key, from_release_id, state)
       SELECT $1, $2, t.id, t.stage, t.id::text, t.from_release, 'PENDING' FROM unnest($3::uuid[], $4::text[], $5::uuid[]) AS t (id, stage, from_release)`,
      [project, id, start.targets.map((one) => one.id), start.targets.map((one) => one.stage), start.targets.map((one) => one.fromRelease ?? null)],
    );
  }

  async letRun(rollout: RolloutId): Promise<void> {
    await this.tx.execute(`UPDATE rollouts SET state = 'RUNNING', started_at = now(), version = version + 1 WHERE id = $1 AND state = 'PENDING'`, [rollout]);
  }

  async end(rollouts: readonly RolloutId[], phase: 'SUPERSEDED' | 'ABORTED'): Promise<void> {
    if (rollouts.length === 0) return;
    await this.tx.execute(
      `UPDATE rollouts SET state = $2, finished_at = now(), version = version + 1 WHERE id = ANY($1::uuid[]) AND state IN ('PENDING', 'RUNNING', 'HALTED')`,
      [rollouts, phase],
    );
  }

  async setCurrentRelease(application: ApplicationId, release: ReleaseId): Promise<void> {
    await this.tx.execute('UPDATE applications SET current_release_id = $2 WHERE id = $1', [application, release]);
  }

  async join(rollout: RolloutId, stage: string, targets: readonly TargetId[]): Promise<void> {
    await this.tx.execute(
      `INSERT INTO rollout_targets (project_id, rollout_id, target_id, stage, order_key, from_release_id, state)
       SELECT o.project_id, o.id, t.id, $2, t.id::text, t.assigned_release_id, 'PENDING' FROM targets t JOIN rollouts o ON o.id = $1 WHERE t.id = ANY($3::uuid[])
       ON CONFLICT (project_id, rollout_id, target_id) DO UPDATE SET state = 'PENDING', generation = NULL, epoch = NULL, reason = NULL, from_release_id = NULL, started_at = NULL, finished_at = NULL
         WHERE rollout_targets.state = 'SKIPPED'`,
      [rollout, stage, targets],
    );
  }
}

function toApplication(row: ApplicationRow): ApplicationToRoll {
  const idOf = (text: string | null): ReleaseId | undefined => (text === null ? undefined : releaseId(text));
  return {
    project: projectId(row.project_id), id: applicationId(row.id), automated: row.automated, strategy: { kind: row.strategy }, currentRelease: idOf(row.current_release_id),
    newestRelease: idOf(row.newest_release_id),
  };
}

function columnsOf(stages: readonly StageRow[]): readonly unknown[] {
  const limit = (value: number | 'UNLIMITED'): number | null => (value === 'UNLIMITED' ? null : value);
  return [
    stages.map((stage) => stage.name), stages.map((stage) => stage.position), stages.map((stage) => stage.state),
    stages.map((stage) => limit(stage.maxConcurrency)), stages.map((stage) => limit(stage.failureBudget)),
  ];
}
