import { applicationId, type ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { IS_DUE, WAITS } from '../rollouts/index.js';

/** Rollouts whose time has come, and when the next one's comes, if that is soon. */
export interface DueRollouts {
  readonly applications: readonly ApplicationId[];
  readonly nextInMs: number | undefined;
}

const SOON_MS = 10_000;
const DUE = `
  SELECT application_id AS id, min(CASE WHEN ${IS_DUE} THEN 0 ELSE extract(epoch FROM look_again_at - now()) * 1000 END)::float8 AS in_ms FROM rollouts
  WHERE ${WAITS} AND (${IS_DUE} OR look_again_at <= now() + ${SOON_MS} * interval '1 millisecond') GROUP BY application_id ORDER BY 2 LIMIT $1`;

export async function findDue(tx: TransactionContext, limit: number): Promise<DueRollouts> {
  const rows = await tx.run(systemScope('planner'), () => tx.query<{ id: string; in_ms: number }>(DUE, [limit]));
  return { applications: rows.filter((row) => row.in_ms === 0).map((row) => applicationId(row.id)), nextInMs: rows.find((row) => row.in_ms > 0)?.in_ms };
}
