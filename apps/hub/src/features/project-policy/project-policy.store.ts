import type { ProjectId, ProjectPolicy } from '#domain';
import { DEFAULT_APPROVALS, projectId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { TransactionContext } from '../../platform/database/index.js';

/** A project with its rules. */
export interface StoredPolicy {
  readonly project: ProjectId;
  readonly name: string;
  readonly version: number;
  readonly policy: ProjectPolicy;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  /** Rules that came with later versions are missing in rows of earlier ones. */
  readonly policy: Pick<ProjectPolicy, 'health' | 'ignore'> & Partial<ProjectPolicy>;
}

/** The rules of projects. Reads and writes belong into a transaction of the caller. */
@Injectable()
export class ProjectPolicyStore {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** false: there is one of that name. */
  async add({ project, name, policy }: StoredPolicy): Promise<boolean> {
    const added = await this.tx.execute('INSERT INTO projects (id, name, policy) VALUES ($1, $2, $3::jsonb) ON CONFLICT (name) DO NOTHING', [project, name, JSON.stringify(policy)]);
    return added === 1;
  }

  /** Nobody makes an order from the earlier rules while this lock is held. */
  async lock(project: ProjectId): Promise<StoredPolicy | undefined> {
    const [row] = await this.tx.query<Row>('SELECT id, name, version, policy FROM projects WHERE id = $1 FOR NO KEY UPDATE', [project]);
    return row && toStored(row);
  }

  /** One answer per id, in order, undefined for what is missing. */
  async findByIds(ids: readonly string[]): Promise<readonly (StoredPolicy | undefined)[]> {
    const rows = await this.tx.query<Row>('SELECT id, name, version, policy FROM projects WHERE id = ANY($1::uuid[])', [ids]);
    const byId = new Map(rows.map((row) => [row.id, toStored(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** Of the locked row: the version rises. */
  async save({ project, version, name }: StoredPolicy, policy: ProjectPolicy): Promise<StoredPolicy> {
    await this.tx.execute('UPDATE projects SET policy = $2::jsonb, version = version + 1 WHERE id = $1', [project, JSON.stringify(policy)]);
    // Windows and rules of approvals hold for what is under way, too.
    await this.tx.query(`SELECT pg_notify('application_changed', application_id::text) FROM (SELECT DISTINCT application_id FROM rollouts WHERE project_id = $1 AND state IN ('RUNNING', 'PAUSED')) o`, [project]);
    return { project, name, version: version + 1, policy };
  }
}

function toStored({ id, name, version, policy }: Row): StoredPolicy {
  return { project: projectId(id), name, version, policy: { maintenanceWindows: [], approvals: DEFAULT_APPROVALS, ...policy } };
}
