import { isReasonCode, releaseId, targetId, type ReasonCode, type ReleaseId, type RolloutTargetState, type TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Keyset, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ROLLOUT_COLUMNS, toRolloutView, type RolloutRow, type RolloutView } from '../rollouts/index.js';

/** The yes of a person to a release, at a gate of one of its rollouts. */
export interface ReleaseApprovalView {
  readonly by: string;
  readonly comment: string;
  readonly at: Date;
  readonly rollout: number;
  readonly stage: string;
  readonly gate: string;
}

/** What became of a release on a target, in the newest of its rollouts that the target took part in. */
export interface ReleaseResultView {
  readonly target: TargetId;
  readonly rollout: number;
  readonly state: RolloutTargetState;
  readonly reason: ReasonCode | undefined;
  readonly at: Date | undefined;
}

interface ApprovalRow extends Omit<ReleaseApprovalView, 'by'> {
  readonly release_id: string;
  readonly approver: string;
}
interface ResultRow {
  readonly release_id: string;
  readonly target_id: string;
  readonly number: number;
  readonly state: RolloutTargetState;
  readonly reason: string | null;
  readonly at: Date | null;
}

export const MAX_APPROVALS_SHOWN = 200;
const RELEASES = 'unnest($1::uuid[]) AS w (id) JOIN releases e ON e.id = w.id';
const OF_RELEASE = 'o.application_id = e.application_id AND o.release_id = e.id';

/** What followed from releases: each question once for all that are asked about in a request. */
@Injectable()
export class ReleaseChainReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async findByNumber(viewer: Viewer, application: string, number: number): Promise<ReleaseId | undefined> {
    const [row] = await this.#query<{ id: string }>(viewer, 'SELECT id FROM releases WHERE application_id = $1 AND number = $2', [application, number]);
    return row && releaseId(row.id);
  }

  /** The newest rollouts of each release. */
  async rollouts(viewer: Viewer, releases: readonly string[], limit: number): Promise<readonly (readonly RolloutView[])[]> {
    const rows = await this.#query<RolloutRow>(
      viewer, `SELECT o.* FROM ${RELEASES} CROSS JOIN LATERAL (SELECT ${ROLLOUT_COLUMNS} FROM rollouts o WHERE ${OF_RELEASE} ORDER BY o.number DESC LIMIT $2) o ORDER BY o.number DESC`, [releases, limit],
    );
    const found = Map.groupBy(rows, (row) => row.release_id);
    return releases.map((id) => (found.get(id) ?? []).map(toRolloutView));
  }

  /** Who has let each release pass, the first one first. */
  async approvals(viewer: Viewer, releases: readonly string[]): Promise<readonly (readonly ReleaseApprovalView[])[]> {
    const rows = await this.#query<ApprovalRow>(
      viewer, `SELECT e.id AS release_id, a.* FROM ${RELEASES} CROSS JOIN LATERAL (
         SELECT a.approver, a.comment, a.at, o.number AS rollout, a.stage, a.gate FROM rollouts o JOIN rollout_approvals a ON a.rollout_id = o.id WHERE ${OF_RELEASE} ORDER BY a.at, a.principal_id LIMIT ${MAX_APPROVALS_SHOWN}) a
       ORDER BY a.at`, [releases],
    );
    const found = Map.groupBy(rows, (row) => row.release_id);
    return releases.map((id) => (found.get(id) ?? []).map(({ approver, comment, at, rollout, stage, gate }) => ({ by: approver, comment, at, rollout, stage, gate })));
  }

  /** In order of the targets' creation, one more than the page wants. */
  async results(viewer: Viewer, releases: readonly string[], page: { readonly after: Keyset | undefined; readonly limit: number }): Promise<readonly (readonly ReleaseResultView[])[]> {
    const rows = await this.#query<ResultRow>(
      viewer, `SELECT e.id AS release_id, r.* FROM ${RELEASES} CROSS JOIN LATERAL (
         SELECT DISTINCT ON (r.target_id) r.target_id, o.number, r.state, r.reason, coalesce(r.finished_at, r.started_at) AS at
         FROM rollouts o JOIN rollout_targets r ON r.project_id = o.project_id AND r.rollout_id = o.id
         WHERE ${OF_RELEASE} AND coalesce(r.to_release_id, e.id) = e.id AND ($2::uuid IS NULL OR r.target_id > $2) ORDER BY r.target_id, o.number DESC LIMIT $3) r
       ORDER BY r.target_id`, [releases, page.after?.id ?? null, page.limit + 1],
    );
    const found = Map.groupBy(rows, (row) => row.release_id);
    return releases.map((id) => (found.get(id) ?? []).map((row) => ({
      target: targetId(row.target_id), rollout: row.number, state: row.state, reason: row.reason !== null && isReasonCode(row.reason) ? row.reason : undefined, at: row.at ?? undefined,
    })));
  }

  #query<Row>(viewer: Viewer, sql: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(sql, parameters));
  }
}
