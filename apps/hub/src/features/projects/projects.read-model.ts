import { projectId, type ProjectId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface Project {
  readonly id: ProjectId;
  readonly name: string;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly name: string;
  readonly created_at: Date;
}

const COLUMNS = 'id, name, created_at';

/** Projects as a viewer sees them. "Not there" and "not yours" are one answer. */
@Injectable()
export class ProjectReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByName(viewer: Viewer, name: string): Promise<Project | undefined> {
    return this.tx.run(viewerScope(viewer), async () => {
      const [row] = await this.tx.query<Row>(`SELECT ${COLUMNS} FROM projects WHERE name = $1`, [name]);
      return row && toProject(row);
    });
  }

  /** One answer per id, in order, undefined for what is missing. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (Project | undefined)[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const rows = await this.tx.query<Row>(`SELECT ${COLUMNS} FROM projects WHERE id = ANY($1::uuid[])`, [ids]);
      const byId = new Map(rows.map((row) => [row.id, toProject(row)]));
      return ids.map((id) => byId.get(id));
    });
  }

  /** By name, one more than the page wants. */
  async list(viewer: Viewer, page: Page): Promise<readonly Project[]> {
    return this.tx.run(viewerScope(viewer), async () => {
      const rows = await this.tx.query<Row>(`SELECT ${COLUMNS} FROM projects WHERE ($1::text IS NULL OR name > $1) ORDER BY name LIMIT $2`, [page.after?.key[0] ?? null, page.limit + 1]);
      return rows.map(toProject);
    });
  }
}

function toProject(row: Row): Project {
  return { id: projectId(row.id), name: row.name, createdAt: row.created_at };
}
