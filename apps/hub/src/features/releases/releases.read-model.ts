import { parseDigest, type Digest } from '#kernel';
import { applicationRevisionId, releaseId, type ApplicationId, type ApplicationRevisionId, type ReleaseId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface PinnedSourceView {
  readonly name: string;
  readonly commit: string;
  readonly ref: string;
  readonly fullRef: string;
}

/** A release as screens show it. */
export interface ReleaseView {
  readonly id: ReleaseId;
  readonly number: number;
  readonly revision: ApplicationRevisionId;
  readonly commit: string;
  readonly ref: string;
  /** What the ref stood for; undefined for releases of hubs that did not note it. */
  readonly fullRef: string | undefined;
  /** What it pins of its further sources, by name. */
  readonly sources: readonly PinnedSourceView[];
  readonly sourceDigest: Digest;
  readonly author: string;
  readonly subject: string;
  readonly committedAt: Date;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly number: number;
  readonly revision_id: string;
  readonly commit: string;
  readonly ref: string;
  readonly full_ref: string | null;
  readonly sources: readonly PinnedSourceView[];
  readonly source_digest: string;
  readonly author: string;
  readonly subject: string;
  readonly committed_at: Date;
  readonly created_at: Date;
}

const COLUMNS = `r.id, r.number, r.revision_id, r.commit, r.ref, r.full_ref, r.source_digest, r.author, r.subject, r.committed_at, r.created_at,
  coalesce((SELECT json_agg(json_build_object('name', s.name, 'commit', s.commit, 'ref', s.ref, 'fullRef', s.full_ref) ORDER BY s.name) FROM release_sources s WHERE s.release_id = r.id), '[]') AS sources`;

@Injectable()
export class ReleaseReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per id, in order, undefined for what is missing or not the viewer's. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (ReleaseView | undefined)[]> {
    const rows = await this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`SELECT ${COLUMNS} FROM releases r WHERE r.id = ANY($1::uuid[])`, [ids]));
    const byId = new Map(rows.map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  async newest(viewer: Viewer, application: ApplicationId): Promise<ReleaseView | undefined> {
    const [row] = await this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`SELECT ${COLUMNS} FROM releases r WHERE r.application_id = $1 ORDER BY r.number DESC LIMIT 1`, [application]));
    return row && toView(row);
  }

  /** Newest first, one more than the page wants. */
  async list(viewer: Viewer, application: ApplicationId, page: Page): Promise<readonly ReleaseView[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<Row>(`SELECT ${COLUMNS} FROM releases r WHERE r.application_id = $1 AND ($2::int IS NULL OR r.number < $2) ORDER BY r.number DESC LIMIT $3`, [
        application, page.after?.key[0] ?? null, page.limit + 1,
      ]),
    );
    return rows.map(toView);
  }
}

function toView(row: Row): ReleaseView {
  const sourceDigest = parseDigest(row.source_digest);
  if (sourceDigest === undefined) throw new Error(`release ${row.id} holds no digest`);
  return {
    id: releaseId(row.id), number: row.number, revision: applicationRevisionId(row.revision_id), commit: row.commit, ref: row.ref, fullRef: row.full_ref ?? undefined, sources: row.sources, sourceDigest,
    author: row.author, subject: row.subject, committedAt: row.committed_at, createdAt: row.created_at,
  };
}
