import { applicationId, type ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { HAS_WORK } from '../rollouts/index.js';

/** Ids of what has changed, as notifications tell them. */
export interface Changed {
  readonly applications: readonly string[];
  readonly clusters: readonly string[];
}

const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** By the index of gates that wait for checks, of which there are few. */
const WAITING_FOR = `
  SELECT DISTINCT o.application_id AS id FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id JOIN applications a ON a.project_id = g.project_id AND a.name = g.spec ->> 'application'
  WHERE g.state = 'WAITING' AND g.spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW') AND g.spec ->> 'kind' = 'ROLLOUT' AND o.state = 'RUNNING' AND a.id = ANY($1::uuid[]) LIMIT $2`;
const AT_WORK_ON = `
  SELECT DISTINCT o.application_id AS id FROM (SELECT id, application_id FROM rollouts WHERE ${HAS_WORK}) o JOIN targets t ON t.application_id = o.application_id
  WHERE t.cluster_id = ANY($1::uuid[]) AND EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = o.id AND r.target_id = t.id) LIMIT $2`;

/** Applications whose rollouts may go on because something else has changed: those that wait for one of the applications at a gate, and those at work on one of the clusters. */
export async function findTouched(tx: TransactionContext, { applications, clusters }: Changed, limit: number): Promise<readonly ApplicationId[]> {
  const asked = [[WAITING_FOR, applications], [AT_WORK_ON, clusters]] as const;
  const found: ApplicationId[] = [];
  for (const [sql, told] of asked) {
    const ids = told.filter((id) => IS_ID.test(id));
    if (ids.length === 0) continue;
    const rows = await tx.run(systemScope('planner'), () => tx.query<{ id: string }>(sql, [ids, limit]));
    found.push(...rows.map((row) => applicationId(row.id)));
  }
  return found;
}
