import { applicationId, type ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { HAS_WORK } from '../rollouts/index.js';

/** Ids of what has changed, as notifications tell them. */
export interface Changed {
  readonly applications: readonly string[];
  readonly clusters: readonly string[];
}

const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Those that wait for one of the applications at a gate, by the index of gates that wait for checks; and those with a rollout at work on one of the clusters. */
const TOUCHED = `
  SELECT o.application_id AS id FROM rollout_gates g JOIN rollouts o ON o.id = g.rollout_id JOIN applications a ON a.project_id = g.project_id AND a.name = g.spec ->> 'application'
  WHERE g.state = 'WAITING' AND g.spec ->> 'kind' NOT IN ('APPROVAL', 'WINDOW') AND g.spec ->> 'kind' = 'ROLLOUT' AND o.state = 'RUNNING' AND a.id = ANY($1::uuid[])
  UNION
  SELECT o.application_id FROM (SELECT id, application_id FROM rollouts WHERE ${HAS_WORK}) o JOIN targets t ON t.application_id = o.application_id
  WHERE t.cluster_id = ANY($2::uuid[]) AND EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = o.id AND r.target_id = t.id)
  LIMIT $3`;

/** Applications whose rollouts may go on because something else has changed. */
export async function findTouched(tx: TransactionContext, { applications, clusters }: Changed, limit: number): Promise<readonly ApplicationId[]> {
  const ids = (all: readonly string[]): readonly string[] => all.filter((id) => IS_ID.test(id));
  if (applications.length === 0 && clusters.length === 0) return [];
  const rows = await tx.run(systemScope('planner'), () => tx.query<{ id: string }>(TOUCHED, [ids(applications), ids(clusters), limit]));
  return rows.map((row) => applicationId(row.id));
}
