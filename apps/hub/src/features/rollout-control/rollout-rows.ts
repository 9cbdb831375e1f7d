import { applicationId, projectId, rolloutId, type ApplicationId, type ProjectId, type RolloutId, type RolloutPhase, type StageState } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** A rollout under the hands of a person: its application is locked until the end of the transaction, as the planner locks it. */
export interface LockedRollout {
  readonly project: ProjectId;
  readonly id: RolloutId;
  readonly application: ApplicationId;
  readonly phase: RolloutPhase;
  readonly stages: readonly { readonly name: string; readonly position: number; readonly state: StageState }[];
}

/** undefined: there is none. Runs in the open transaction. */
export async function lockRollout(tx: TransactionContext, id: RolloutId): Promise<LockedRollout | undefined> {
  await tx.query('SELECT 1 FROM applications WHERE id = (SELECT application_id FROM rollouts WHERE id = $1) FOR NO KEY UPDATE', [id]);
  const [row] = await tx.query<{ project_id: string; id: string; application_id: string; state: RolloutPhase }>('SELECT project_id, id, application_id, state FROM rollouts WHERE id = $1', [id]);
  if (row === undefined) return undefined;
  const stages = await tx.query<{ name: string; position: number; state: StageState }>('SELECT name, ordinal AS position, state FROM rollout_stages WHERE rollout_id = $1 ORDER BY ordinal', [id]);
  return { project: projectId(row.project_id), id: rolloutId(row.id), application: applicationId(row.application_id), phase: row.state, stages };
}
