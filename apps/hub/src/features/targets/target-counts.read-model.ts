import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { COUNTED, HEALTH, SYNC } from './target.sql.js';

/** How many targets are in which state; removed ones do not count. */
export interface TargetCounts {
  readonly total: number;
  readonly synced: number;
  readonly drifted: number;
  /** PENDING and APPLYING. */
  readonly pending: number;
  readonly failed: number;
  readonly keptLastGood: number;
  readonly awaitingApproval: number;
  readonly healthy: number;
  readonly degraded: number;
  readonly progressing: number;
}

export const NO_TARGETS: TargetCounts = { total: 0, synced: 0, drifted: 0, pending: 0, failed: 0, keptLastGood: 0, awaitingApproval: 0, healthy: 0, degraded: 0, progressing: 0 };

const COLUMNS = `
  count(*)::int AS total, count(*) FILTER (WHERE sync = 'SYNCED')::int AS synced, count(*) FILTER (WHERE sync = 'DRIFTED')::int AS drifted,
  count(*) FILTER (WHERE sync IN ('PENDING', 'APPLYING'))::int AS pending, count(*) FILTER (WHERE sync = 'FAILED')::int AS failed,
  count(*) FILTER (WHERE sync = 'KEPT_LAST_GOOD')::int AS "keptLastGood", count(*) FILTER (WHERE sync = 'AWAITING_APPROVAL')::int AS "awaitingApproval",
  count(*) FILTER (WHERE health = 'HEALTHY')::int AS healthy, count(*) FILTER (WHERE health = 'DEGRADED')::int AS degraded, count(*) FILTER (WHERE health = 'PROGRESSING')::int AS progressing`;

@Injectable()
export class TargetCountsReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per application id, in order. */
  ofApplications(viewer: Viewer, ids: readonly string[]): Promise<readonly TargetCounts[]> {
    return this.#count(viewer, 'application_id', ids);
  }

  /** One answer per cluster id, in order. */
  ofClusters(viewer: Viewer, ids: readonly string[]): Promise<readonly TargetCounts[]> {
    return this.#count(viewer, 'cluster_id', ids);
  }

  async #count(viewer: Viewer, column: 'application_id' | 'cluster_id', ids: readonly string[]): Promise<readonly TargetCounts[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<TargetCounts & { readonly of: string }>(
        `SELECT of, ${COLUMNS} FROM (SELECT t.${column} AS of, ${SYNC} AS sync, ${HEALTH} AS health ${COUNTED} WHERE t.state <> 'REMOVED' AND t.${column} = ANY($1::uuid[])) counted GROUP BY of`,
        [ids],
      ),
    );
    const byId = new Map(rows.map(({ of, ...counts }) => [of, counts]));
    return ids.map((id) => byId.get(id) ?? NO_TARGETS);
  }
}
