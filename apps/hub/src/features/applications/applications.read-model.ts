import { applicationId, applicationRevisionId, isReasonCode, projectId, releaseId, type ApplicationId, type ApplicationRevisionId, type ApplicationSpec, type ProjectId, type ReasonCode, type ReleaseId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { APPLICATION_STATES, type ApplicationState } from './application.js';

export interface RevisionView {
  readonly id: ApplicationRevisionId;
  readonly number: number;
  readonly spec: ApplicationSpec;
  readonly createdAt: Date;
  readonly createdBy: string | undefined;
}

/** An application as screens show it. */
export interface ApplicationView {
  readonly project: ProjectId;
  readonly projectName: string;
  readonly id: ApplicationId;
  readonly name: string;
  readonly state: ApplicationState;
  readonly revision: RevisionView;
  readonly currentRelease: ReleaseId | undefined;
  readonly reason: ReasonCode | undefined;
  readonly message: string | undefined;
  readonly version: number;
  readonly createdAt: Date;
}

interface RevisionRow {
  readonly revision_id: string;
  readonly number: number;
  readonly spec: ApplicationSpec;
  readonly revision_at: Date;
  readonly created_by: string | null;
}
interface Row extends RevisionRow {
  readonly project_id: string;
  readonly project_name: string;
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly current_release_id: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly version: number;
  readonly created_at: Date;
}

const REVISION = 'v.id AS revision_id, v.number, v.spec, v.created_at AS revision_at, u.name AS created_by';
const SELECT = `
  SELECT a.project_id, p.name AS project_name, a.id, a.name, a.state, a.current_release_id, a.reason, a.message, a.version, a.created_at, ${REVISION}
  FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id LEFT JOIN principals u ON u.id = v.created_by JOIN projects p ON p.id = a.project_id`;

/** Applications as a viewer sees them. "Not there" and "not yours" are one answer; deleted ones are not there. */
@Injectable()
export class ApplicationReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByName(viewer: Viewer, project: string, name: string): Promise<ApplicationView | undefined> {
    const [row] = await this.#rows(viewer, `WHERE p.name = $1 AND a.name = $2 AND a.state <> 'DELETED'`, [project, name]);
    return row && toView(row);
  }

  /** One answer per id, in order, undefined for what is missing. Deleted ones are found: history refers to them. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ApplicationView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE a.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** By name, then id; one more than the page wants. */
  async list(viewer: Viewer, filter: { readonly project: string | undefined; readonly search: string | undefined }, page: Page): Promise<readonly ApplicationView[]> {
    const rows = await this.#rows(
      viewer,
      `WHERE a.state <> 'DELETED' AND ($1::text IS NULL OR p.name = $1) AND ($2::text IS NULL OR strpos(a.name, lower($2)) > 0)
         AND ($3::text IS NULL OR (a.name, a.id) > ($3, $4::uuid)) ORDER BY a.name, a.id LIMIT $5`,
      [filter.project ?? null, filter.search ?? null, page.after?.key[0] ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return rows.map(toView);
  }

  async findRevisions(viewer: Viewer, ids: readonly string[]): Promise<readonly (RevisionView | undefined)[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<RevisionRow>(`SELECT ${REVISION} FROM application_revisions v LEFT JOIN principals u ON u.id = v.created_by WHERE v.id = ANY($1::uuid[])`, [ids]),
    );
    const byId = new Map(rows.map((row) => [row.revision_id, toRevision(row)]));
    return ids.map((id) => byId.get(id));
  }

  #rows(viewer: Viewer, where: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`${SELECT} ${where}`, parameters));
  }
}

function toRevision(row: RevisionRow): RevisionView {
  return { id: applicationRevisionId(row.revision_id), number: row.number, spec: row.spec, createdAt: row.revision_at, createdBy: row.created_by ?? undefined };
}

function toView(row: Row): ApplicationView {
  const state = APPLICATION_STATES.find((known) => known === row.state);
  if (state === undefined) throw new Error(`application ${row.id} has an unknown state`);
  return {
    project: projectId(row.project_id), projectName: row.project_name, id: applicationId(row.id), name: row.name, state, revision: toRevision(row),
    currentRelease: row.current_release_id === null ? undefined : releaseId(row.current_release_id),
    reason: row.reason !== null && isReasonCode(row.reason) ? row.reason : undefined, message: row.message ?? undefined, version: row.version, createdAt: row.created_at,
  };
}
