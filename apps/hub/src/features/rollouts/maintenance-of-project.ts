import type { MaintenanceWindow, ProjectId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** The maintenance windows of a project, none where it is not there. Runs in the open transaction. */
export async function maintenanceOfProject(tx: Pick<TransactionContext, 'query'>, project: ProjectId): Promise<readonly MaintenanceWindow[]> {
  const [row] = await tx.query<{ maintenance: readonly MaintenanceWindow[] | null }>(`SELECT policy -> 'maintenanceWindows' AS maintenance FROM projects WHERE id = $1`, [project]);
  return row?.maintenance ?? [];
}
