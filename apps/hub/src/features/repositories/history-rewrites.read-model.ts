import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { REWRITE_COLUMNS, toHistoryRewriteView, type HistoryRewriteRow, type HistoryRewriteView } from './history-rewrite-view.js';

const OF_APPLICATIONS = `
  SELECT a.id, ${REWRITE_COLUMNS} FROM applications a JOIN application_revisions v ON v.id = a.current_revision_id
    JOIN repository_refs k ON k.project_id = a.project_id AND k.repository_id = a.repository_id AND k.ref = v.spec -> 'source' ->> 'ref'
  WHERE a.id = ANY($1::uuid[]) AND k.rewrite IS NOT NULL`;

/** Refs that left the history that is followed, from the side of those who follow them. */
@Injectable()
export class HistoryRewriteReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per application, in order; undefined where the ref is in order. */
  async ofApplications(viewer: Viewer, ids: readonly string[]): Promise<readonly (HistoryRewriteView | undefined)[]> {
    const rows = await this.tx.run(viewerScope(viewer), () => this.tx.query<HistoryRewriteRow & { readonly id: string }>(OF_APPLICATIONS, [ids]));
    const byId = new Map(rows.map((row) => [row.id, toHistoryRewriteView(row)]));
    return ids.map((id) => byId.get(id));
  }
}
