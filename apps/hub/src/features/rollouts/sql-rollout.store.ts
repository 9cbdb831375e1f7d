import {
  applicationId, projectId, releaseId, rolloutId, stageForLateTarget, UNFINISHED_ROLLOUT_STATES, type ApplicationId, type KnownRollout, type ReleaseId, type RolloutCause, type RolloutId, type RolloutPhase,
  type RolloutStart, type RolloutStrategy, type StageSpec, type TargetId, type TargetToRoll,
} from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';
import { loadTargetsToRoll } from './load-targets-to-roll.js';
import { releaseOfMost } from './release-of-most.js';
import type { ApplicationToRoll, RolloutStore } from './rollout.store.js';
import { addGates, addStages, addTargets } from './write-rollout.js';

interface ApplicationRow {
  readonly project_id: string;
  readonly id: string;
  readonly automated: boolean;
  readonly strategy: RolloutStrategy;
  readonly current_release_id: string | null;
  readonly newest_release_id: string | null;
}

const NOT_OVER = `('${UNFINISHED_ROLLOUT_STATES.join("', '")}')`;

export class SqlRolloutStore implements RolloutStore {
  constructor(private readonly tx: TransactionContext) {}

  async lockApplication(application: ApplicationId): Promise<ApplicationToRoll | undefined> {
    await this.tx.query('SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE', [application]);
    const [row] = await this.tx.query<ApplicationRow>(
      `SELECT a.project_id, a.id, (v.spec -> 'sync' ->> 'automated')::boolean AS automated, v.spec -> 'strategy' AS strategy, a.current_release_id,
         (SELECT r.id FROM releases r WHERE r.application_id = a.id ORDER BY r.number DESC LIMIT 1) AS newest_release_id
       FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id WHERE a.id = $1 AND a.state = 'ACTIVE'`,
      [application],
    );
    return row && toApplication(row);
  }

  async known(application: ApplicationId): Promise<readonly KnownRollout[]> {
    const rows = await this.tx.query<{ id: string; release_id: string; state: RolloutPhase; cause: RolloutCause }>(
      `SELECT id, release_id, state, cause FROM rollouts WHERE application_id = $1 AND (state IN ${NOT_OVER}
         OR number = (SELECT max(number) FROM rollouts WHERE application_id = $1 AND cause IN ('RELEASE', 'SYNC'))) ORDER BY number DESC`,
      [application],
    );
    return rows.map((row) => ({ id: rolloutId(row.id), release: releaseId(row.release_id), phase: row.state, cause: row.cause }));
  }

  activeTargets(application: ApplicationId): Promise<readonly TargetToRoll[]> {
    return loadTargetsToRoll(this.tx, application);
  }

  async add({ project, id: application, strategy, currentRelease }: ApplicationToRoll, id: RolloutId, start: RolloutStart): Promise<void> {
    await this.tx.execute(
      `INSERT INTO rollouts (project_id, id, application_id, release_id, number, strategy, cause, state, started_at, stage_specs, on_failure, offline_wait_ms, waits_for, previous_release_id)
       SELECT $1, $2, $3, $4, coalesce(max(number), 0) + 1, $5, $6, $7, CASE WHEN $7 = 'RUNNING' THEN now() END, $8::jsonb, $9, $10, $11, $12 FROM rollouts WHERE application_id = $3`,
      [
        project, id, application, start.release, strategy.kind, start.cause, start.phase, JSON.stringify(strategy.kind === 'STAGED' ? strategy.stages : []), start.onFailure,
        start.offlineWaitMs ?? null, start.waitsFor ?? null, releaseOfMost(start.targets.map((target) => target.fromRelease)) ?? currentRelease ?? null,
      ],
    );
    await addStages(this.tx, project, id, start.stages);
    await addGates(this.tx, project, id, start.stages);
    await addTargets(this.tx, project, id, start);
    this.tx.notify(CHANNELS.rolloutChanged, id);
  }

  async letRun(rollout: RolloutId): Promise<void> {
    const [row] = await this.tx.query<{ application_id: string }>(
      `UPDATE rollouts SET state = 'RUNNING', started_at = now(), waits_for = NULL, version = version + 1 WHERE id = $1 AND state = 'PENDING' RETURNING application_id`,
      [rollout],
    );
    if (row === undefined) return;
    this.tx.notify(CHANNELS.rolloutChanged, rollout);
    const targets = await loadTargetsToRoll(this.tx, applicationId(row.application_id));
    await this.tx.execute(
      `UPDATE rollouts o SET previous_release_id = coalesce($2, (SELECT a.current_release_id FROM applications a WHERE a.id = o.application_id)) WHERE id = $1`,
      [rollout, releaseOfMost(targets.map((target) => target.comesFrom)) ?? null],
    );
    await this.tx.execute(
      `UPDATE rollout_targets r SET from_release_id = t.release_id FROM unnest($2::uuid[], $3::uuid[]) AS t (id, release_id) WHERE r.rollout_id = $1 AND r.target_id = t.id`,
      [rollout, targets.map((target) => target.id), targets.map((target) => target.comesFrom ?? null)],
    );
  }

  async queue(rollout: RolloutId): Promise<void> {
    await this.tx.execute(`UPDATE rollouts SET waits_for = 'ROLLOUT', version = version + 1 WHERE id = $1 AND state = 'PENDING'`, [rollout]);
    this.tx.notify(CHANNELS.rolloutChanged, rollout);
  }

  async end(rollouts: readonly RolloutId[], phase: 'SUPERSEDED' | 'ABORTED'): Promise<void> {
    for (const id of rollouts) this.tx.notify(CHANNELS.rolloutChanged, id);
    if (rollouts.length === 0) return;
    await this.tx.execute(`UPDATE rollouts SET state = $2, finished_at = now(), waits_for = NULL, version = version + 1 WHERE id = ANY($1::uuid[]) AND state IN ${NOT_OVER}`, [rollouts, phase]);
  }

  async setCurrentRelease(application: ApplicationId, release: ReleaseId): Promise<void> {
    await this.tx.execute('UPDATE applications SET current_release_id = $2 WHERE id = $1', [application, release]);
  }

  async join(application: ApplicationId, rollout: RolloutId, targets: readonly TargetId[]): Promise<void> {
    const [row] = await this.tx.query<{ stage_specs: readonly StageSpec[]; last: string }>(
      `SELECT o.stage_specs, (SELECT name FROM rollout_stages s WHERE s.rollout_id = o.id ORDER BY ordinal DESC LIMIT 1) AS last FROM rollouts o WHERE o.id = $1`,
      [rollout],
    );
    if (row === undefined) throw new Error(`rollout ${rollout} is missing`);
    this.tx.notify(CHANNELS.rolloutChanged, rollout);
    const wanted = new Set(targets);
    const joining = (await loadTargetsToRoll(this.tx, application)).filter((target) => wanted.has(target.id));
    const stages = joining.map((target) => (row.stage_specs.length === 0 ? row.last : stageForLateTarget(row.stage_specs, target)));
    await this.tx.execute(
      `INSERT INTO rollout_targets (project_id, rollout_id, target_id, stage, order_key, from_release_id, state, reason, placement)
       SELECT o.project_id, o.id, t.id, coalesce(j.stage, $4), j.cluster, t.assigned_release_id, CASE WHEN j.stage IS NULL THEN 'SKIPPED' ELSE 'PENDING' END,
         CASE WHEN j.stage IS NULL THEN 'NO_STAGE' END, CASE WHEN j.stage IS NULL THEN 'NO_STAGE' ELSE 'JOINED_LATE' END
       FROM unnest($2::uuid[], $3::text[], $5::text[]) AS j (id, stage, cluster) JOIN targets t ON t.id = j.id JOIN rollouts o ON o.id = $1
       ON CONFLICT (project_id, rollout_id, target_id) DO UPDATE
         SET state = excluded.state, stage = excluded.stage, placement = excluded.placement, generation = NULL, epoch = NULL, reason = excluded.reason, from_release_id = NULL, started_at = NULL, finished_at = NULL,
           is_named = false, named_at = NULL, named_by = NULL, named_reason = NULL
         WHERE rollout_targets.state = 'SKIPPED'`,
      [rollout, joining.map((target) => target.id), stages.map((stage) => stage ?? null), row.last, joining.map((target) => target.cluster)],
    );
  }
}

function toApplication(row: ApplicationRow): ApplicationToRoll {
  const idOf = (text: string | null): ReleaseId | undefined => (text === null ? undefined : releaseId(text));
  return {
    project: projectId(row.project_id), id: applicationId(row.id), automated: row.automated, strategy: row.strategy, currentRelease: idOf(row.current_release_id),
    newestRelease: idOf(row.newest_release_id),
  };
}
