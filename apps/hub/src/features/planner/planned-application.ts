import { applicationId, hubId, projectId, releaseId, type ApplicationId, type ApplicationSpec, type HubId, type ProjectId, type ReleaseId } from '#domain';
import { systemScope, type HeldLease } from '../../platform/database/index.js';
import type { PlannerPorts } from './planner.ports.js';

/** An application under the planner's hands: its row is locked, and the lease cannot change hands before the commit. */
export interface PlannedApplication {
  readonly id: ApplicationId;
  readonly name: string;
  readonly project: { readonly id: ProjectId; readonly name: string };
  readonly state: 'ACTIVE' | 'DELETING';
  readonly spec: ApplicationSpec;
  readonly currentRelease: ReleaseId | undefined;
  readonly hub: HubId;
  /** Fleet epoch. */
  readonly epoch: bigint;
  /** Database time at the start of the transaction. */
  readonly now: Date;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly project_id: string;
  readonly project: string;
  readonly state: 'ACTIVE' | 'DELETING';
  readonly spec: ApplicationSpec;
  readonly current_release_id: string | null;
  readonly hub_id: string;
  readonly epoch: string;
  readonly now: Date;
}

const SELECT = `
  SELECT a.id, a.name, a.project_id, p.name AS project, a.state, v.spec, a.current_release_id, h.hub_id, h.epoch, now() AS now
  FROM applications a JOIN projects p ON p.id = a.project_id JOIN application_revisions v ON v.id = a.current_revision_id CROSS JOIN hub_identity h
  WHERE a.id = $1 AND a.state <> 'DELETED'`;

/**
 * Runs one step for one application in a transaction of its own; undefined when the application is gone. Everything after the lock reads what
 * was committed before it, so that a planner that waited here never works with old rows.
 * @throws LeaseLost when another replica plans by now: nothing is written.
 */
export async function withApplication<T>(ports: PlannerPorts, lease: HeldLease, id: ApplicationId, step: (application: PlannedApplication) => Promise<T>): Promise<T | undefined> {
  return ports.tx.run(systemScope('planner'), async () => {
    await ports.leases.assertHeld(lease);
    await ports.tx.query('SELECT 1 FROM applications WHERE id = $1 FOR NO KEY UPDATE', [id]);
    const [row] = await ports.tx.query<Row>(SELECT, [id]);
    return row === undefined ? undefined : step(toApplication(row));
  });
}

function toApplication(row: Row): PlannedApplication {
  return {
    id: applicationId(row.id), name: row.name, project: { id: projectId(row.project_id), name: row.project }, state: row.state, spec: row.spec,
    currentRelease: row.current_release_id === null ? undefined : releaseId(row.current_release_id), hub: hubId(row.hub_id), epoch: BigInt(row.epoch), now: row.now,
  };
}
