import { projectId, validatorId, type ProjectId, type ValidatorId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

/** A validator as screens show it. */
export interface ValidatorView {
  readonly project: ProjectId;
  readonly id: ValidatorId;
  readonly name: string;
  readonly url: string;
  readonly keyChangedAt: Date;
  readonly version: number;
  readonly createdAt: Date;
}

interface Row {
  readonly project_id: string;
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly key_changed_at: Date;
  readonly version: number;
  readonly created_at: Date;
}

const SELECT = 'SELECT v.project_id, v.id, v.name, v.url, v.key_changed_at, v.version, v.created_at FROM validators v JOIN projects p ON p.id = v.project_id';

/** Validators as a viewer sees them. "Not there" and "not yours" are one answer. */
@Injectable()
export class ValidatorReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByName(viewer: Viewer, project: string, name: string): Promise<ValidatorView | undefined> {
    const [row] = await this.#rows(viewer, 'WHERE p.name = $1 AND v.name = $2', [project, name]);
    return row && toView(row);
  }

  /** One answer per id, in order, undefined for what is missing. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ValidatorView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE v.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** By name, then id; one more than the page wants. */
  async list(viewer: Viewer, project: string | undefined, page: Page): Promise<readonly ValidatorView[]> {
    const rows = await this.#rows(
      viewer,
      'WHERE ($1::text IS NULL OR p.name = $1) AND ($2::text IS NULL OR (v.name, v.id) > ($2, $3::uuid)) ORDER BY v.name, v.id LIMIT $4',
      [project ?? null, page.after?.key[0] ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return rows.map(toView);
  }

  #rows(viewer: Viewer, where: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`${SELECT} ${where}`, parameters));
  }
}

function toView(row: Row): ValidatorView {
  return { project: projectId(row.project_id), id: validatorId(row.id), name: row.name, url: row.url, keyChangedAt: row.key_changed_at, version: row.version, createdAt: row.created_at };
}
