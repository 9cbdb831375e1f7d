import { isReasonCode, projectId, repositoryId, type ProjectId, type ReasonCode, type RepositoryId, type RepositoryType } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { REWRITE_COLUMNS, toHistoryRewriteView, type HistoryRewriteRow, type HistoryRewriteView } from './history-rewrite-view.js';

/** A repository as screens show it: nothing of what it keeps secret, only whether there is something. */
export interface RepositoryView {
  readonly project: ProjectId;
  readonly id: RepositoryId;
  readonly name: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly pollMs: number;
  readonly hasCredentials: boolean;
  readonly hasWriteCredentials: boolean;
  readonly hasWebhookSecret: boolean;
  readonly lastPolledAt: Date | undefined;
  readonly lastSuccessAt: Date | undefined;
  /** Why the last look failed; undefined when it did not. */
  readonly reason: ReasonCode | undefined;
  readonly message: string | undefined;
  readonly version: number;
  readonly createdAt: Date;
}

/** Where a ref that some application follows was seen. */
export interface RepositoryRefView {
  readonly ref: string;
  readonly fullRef: string | undefined;
  readonly commit: string | undefined;
  readonly reason: ReasonCode | undefined;
  readonly message: string | undefined;
  readonly rewrite: HistoryRewriteView | undefined;
  readonly changedAt: Date;
  readonly resolvedAt: Date;
}

interface Row {
  readonly project_id: string;
  readonly id: string;
  readonly name: string;
  readonly type: RepositoryType;
  readonly url: string;
  readonly poll_ms: number;
  readonly has_credentials: boolean;
  readonly has_write_credentials: boolean;
  readonly has_webhook_secret: boolean;
  readonly last_polled_at: Date | null;
  readonly last_success_at: Date | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly version: number;
  readonly created_at: Date;
}

interface RefRow extends HistoryRewriteRow {
  readonly repository_id: string;
  readonly full_ref: string | null;
  readonly commit: string | null;
  readonly reason: string | null;
  readonly message: string | null;
  readonly changed_at: Date;
  readonly resolved_at: Date;
}

const SELECT = `
  SELECT r.project_id, r.id, r.name, r.type, r.url, r.poll_ms, r.credentials_encrypted IS NOT NULL AS has_credentials, r.write_credentials_encrypted IS NOT NULL AS has_write_credentials, r.webhook_secret_encrypted IS NOT NULL AS has_webhook_secret,
    r.last_polled_at, r.last_success_at, r.reason, r.message, r.version, r.created_at
  FROM repositories r JOIN projects p ON p.id = r.project_id`;

/** Repositories as a viewer sees them. "Not there" and "not yours" are one answer; removed ones are not there. */
@Injectable()
export class RepositoryReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByName(viewer: Viewer, project: string, name: string): Promise<RepositoryView | undefined> {
    const [row] = await this.#rows(viewer, 'WHERE p.name = $1 AND r.name = $2 AND r.deleted_at IS NULL', [project, name]);
    return row && toView(row);
  }

  /** One answer per id, in order, undefined for what is missing. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (RepositoryView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE r.id = ANY($1::uuid[]) AND r.deleted_at IS NULL', [ids])).map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** By name, then id; one more than the page wants. */
  async list(viewer: Viewer, filter: { readonly project: string | undefined; readonly search: string | undefined }, page: Page): Promise<readonly RepositoryView[]> {
    const rows = await this.#rows(
      viewer,
      `WHERE r.deleted_at IS NULL AND ($1::text IS NULL OR p.name = $1) AND ($2::text IS NULL OR strpos(r.name, lower($2)) > 0)
         AND ($3::text IS NULL OR (r.name, r.id) > ($3, $4::uuid)) ORDER BY r.name, r.id LIMIT $5`,
      [filter.project ?? null, filter.search ?? null, page.after?.key[0] ?? null, page.after?.id ?? null, page.limit + 1],
    );
    return rows.map(toView);
  }

  /** The refs of each repository, in order of the ids; by name. */
  async refsOf(viewer: Viewer, ids: readonly string[]): Promise<readonly (readonly RepositoryRefView[])[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<RefRow>(
        `SELECT k.repository_id, k.full_ref, k.commit, k.reason, k.message, k.changed_at, k.resolved_at, ${REWRITE_COLUMNS} FROM repository_refs k WHERE k.repository_id = ANY($1::uuid[]) ORDER BY k.ref`,
        [ids],
      ),
    );
    const byRepository = Map.groupBy(rows, (row) => row.repository_id);
    return ids.map((id) => (byRepository.get(id) ?? []).map(toRef));
  }

  #rows(viewer: Viewer, where: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`${SELECT} ${where}`, parameters));
  }
}

function toView(row: Row): RepositoryView {
  return {
    project: projectId(row.project_id), id: repositoryId(row.id), name: row.name, type: row.type, url: row.url, pollMs: row.poll_ms, hasCredentials: row.has_credentials, hasWriteCredentials: row.has_write_credentials,
    hasWebhookSecret: row.has_webhook_secret, lastPolledAt: row.last_polled_at ?? undefined, lastSuccessAt: row.last_success_at ?? undefined,
    reason: reasonOf(row.reason), message: row.message ?? undefined, version: row.version, createdAt: row.created_at,
  };
}

function toRef(row: RefRow): RepositoryRefView {
  return {
    ref: row.ref, fullRef: row.full_ref ?? undefined, commit: row.commit ?? undefined, reason: reasonOf(row.reason), message: row.message ?? undefined,
    rewrite: toHistoryRewriteView(row), changedAt: row.changed_at, resolvedAt: row.resolved_at,
  };
}

function reasonOf(text: string | null): ReasonCode | undefined {
  return text !== null && isReasonCode(text) ? text : undefined;
}
