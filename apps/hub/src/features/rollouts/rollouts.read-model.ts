import {
  applicationId, isReasonCode, projectId, releaseId, rolloutId, targetId, UNFINISHED_ROLLOUT_STATES, type ApplicationId, type FailurePolicy, type PlacementReason, type ProjectId, type ReasonCode, type ReleaseId,
  type RolloutCause, type RolloutId, type RolloutPhase, type RolloutStrategyKind, type RolloutTargetState, type RolloutWait, type TargetId,
} from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

/** A rollout as screens show it. */
export interface RolloutView {
  readonly project: ProjectId;
  readonly id: RolloutId;
  readonly application: ApplicationId;
  readonly number: number;
  readonly cause: RolloutCause;
  readonly phase: RolloutPhase;
  readonly strategy: RolloutStrategyKind;
  readonly waitsFor: RolloutWait | undefined;
  readonly onFailure: FailurePolicy;
  /** Why it was paused, halted, taken back or aborted. */
  readonly reason: string | undefined;
  readonly release: ReleaseId;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

export interface RolloutTargetView {
  readonly target: TargetId;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly placement: PlacementReason | undefined;
  readonly fromRelease: ReleaseId | undefined;
  readonly toRelease: ReleaseId;
  readonly reason: ReasonCode | undefined;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  /** Who sent it ahead of its stage, and why; undefined: nobody. */
  readonly named: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
}

/** What `ROLLOUT_COLUMNS` selects. */
export interface RolloutRow {
  readonly project_id: string;
  readonly id: string;
  readonly application_id: string;
  readonly number: number;
  readonly cause: RolloutCause;
  readonly state: RolloutPhase;
  readonly strategy: RolloutStrategyKind;
  readonly waits_for: RolloutWait | null;
  readonly on_failure: FailurePolicy;
  readonly reason: string | null;
  readonly release_id: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}
interface TargetRow {
  readonly target_id: string;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly placement: PlacementReason | null;
  readonly from_release_id: string | null;
  readonly to_release_id: string;
  readonly reason: string | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
  readonly named_at: Date | null;
  readonly named_by: string | null;
  readonly named_reason: string | null;
}

/** Of `rollouts o`. */
export const ROLLOUT_COLUMNS = 'o.project_id, o.id, o.application_id, o.number, o.cause, o.state, o.strategy, o.waits_for, o.on_failure, o.reason, o.release_id, o.created_at, o.started_at, o.finished_at';

@Injectable()
export class RolloutReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per id, in order, undefined for what is missing or not the viewer's. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (RolloutView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE o.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toRolloutView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** The newest rollout of each application that moves the whole of it and is not over, in the order of the ids. */
  async activeOf(viewer: Viewer, applications: readonly string[]): Promise<readonly (RolloutView | undefined)[]> {
    const rows = await this.#rows(viewer, `WHERE o.application_id = ANY($1::uuid[]) AND o.state = ANY($2::text[]) ORDER BY o.number`, [applications, UNFINISHED_ROLLOUT_STATES]);
    const newest = new Map(rows.map((row) => [row.application_id, toRolloutView(row)]));
    return applications.map((id) => newest.get(id));
  }

  /** The newest rollout of an application, whatever its state. */
  async newestOf(viewer: Viewer, application: ApplicationId): Promise<RolloutView | undefined> {
    const [row] = await this.#rows(viewer, 'WHERE o.application_id = $1 ORDER BY o.number DESC LIMIT 1', [application]);
    return row && toRolloutView(row);
  }

  /** Newest first, one more than the page wants. */
  async list(viewer: Viewer, application: ApplicationId, page: Page): Promise<readonly RolloutView[]> {
    const rows = await this.#rows(viewer, 'WHERE o.application_id = $1 AND ($2::int IS NULL OR o.number < $2) ORDER BY o.number DESC LIMIT $3', [application, page.after?.key[0] ?? null, page.limit + 1]);
    return rows.map(toRolloutView);
  }

  /** What failed comes first, then what is under way. */
  async targetsOf(viewer: Viewer, rollout: RolloutId, limit: number): Promise<readonly RolloutTargetView[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<TargetRow>(
        `SELECT r.target_id, r.stage, r.state, r.placement, r.from_release_id, coalesce(r.to_release_id, o.release_id) AS to_release_id, r.reason, r.started_at, r.finished_at, r.named_at, r.named_by, r.named_reason
         FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.rollout_id = $1
         ORDER BY array_position(ARRAY['FAILED', 'REVERT_FAILED', 'MOVING', 'REVERTING', 'PENDING', 'HEALTHY', 'REVERTED', 'SKIPPED'], r.state), r.order_key LIMIT $2`,
        [rollout, limit],
      ),
    );
    return rows.map((row) => ({
      target: targetId(row.target_id), stage: row.stage, state: row.state, placement: row.placement ?? undefined, toRelease: releaseId(row.to_release_id), fromRelease: row.from_release_id === null ? undefined : releaseId(row.from_release_id),
      reason: row.reason !== null && isReasonCode(row.reason) ? row.reason : undefined, startedAt: row.started_at ?? undefined, finishedAt: row.finished_at ?? undefined,
      named: row.named_at === null ? undefined : { at: row.named_at, by: row.named_by ?? '', reason: row.named_reason ?? '' },
    }));
  }

  #rows(viewer: Viewer, rest: string, parameters: readonly unknown[]): Promise<RolloutRow[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<RolloutRow>(`SELECT ${ROLLOUT_COLUMNS} FROM rollouts o ${rest}`, parameters));
  }
}

export function toRolloutView(row: RolloutRow): RolloutView {
  return {
    project: projectId(row.project_id), id: rolloutId(row.id), application: applicationId(row.application_id), number: row.number, cause: row.cause, phase: row.state, strategy: row.strategy,
    waitsFor: row.waits_for ?? undefined, onFailure: row.on_failure, reason: row.reason ?? undefined,
    release: releaseId(row.release_id), createdAt: row.created_at, startedAt: row.started_at ?? undefined, finishedAt: row.finished_at ?? undefined,
  };
}
