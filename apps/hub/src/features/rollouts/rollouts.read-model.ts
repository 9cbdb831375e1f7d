import { applicationId, isReasonCode, releaseId, rolloutId, targetId, type ApplicationId, type ReasonCode, type ReleaseId, type RolloutCause, type RolloutId, type RolloutPhase, type RolloutTargetState, type StageState, type TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Page, Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

/** A rollout as screens show it. */
export interface RolloutView {
  readonly id: RolloutId;
  readonly application: ApplicationId;
  readonly number: number;
  readonly cause: RolloutCause;
  readonly phase: RolloutPhase;
  readonly strategy: 'ALL_AT_ONCE';
  readonly release: ReleaseId;
  readonly createdAt: Date;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

export interface StageView {
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  /** undefined: no limit. */
  readonly maxConcurrency: number | undefined;
  readonly failureBudget: number | undefined;
  readonly counts: { readonly pending: number; readonly moving: number; readonly healthy: number; readonly failed: number; readonly skipped: number };
  readonly openedAt: Date | undefined;
  readonly closedAt: Date | undefined;
}

export interface RolloutTargetView {
  readonly target: TargetId;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly fromRelease: ReleaseId | undefined;
  readonly reason: ReasonCode | undefined;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
}

interface Row {
  readonly id: string;
  readonly application_id: string;
  readonly number: number;
  readonly cause: RolloutCause;
  readonly state: RolloutPhase;
  readonly strategy: 'ALL_AT_ONCE';
  readonly release_id: string;
  readonly created_at: Date;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}
interface StageRow {
  readonly rollout_id: string;
  readonly name: string;
  readonly ordinal: number;
  readonly state: StageState;
  readonly max_concurrency: number | null;
  readonly failure_budget: number | null;
  readonly opened_at: Date | null;
  readonly closed_at: Date | null;
  readonly pending: number;
  readonly moving: number;
  readonly healthy: number;
  readonly failed: number;
  readonly skipped: number;
}
interface TargetRow {
  readonly target_id: string;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly from_release_id: string | null;
  readonly reason: string | null;
  readonly started_at: Date | null;
  readonly finished_at: Date | null;
}

const COLUMNS = 'o.id, o.application_id, o.number, o.cause, o.state, o.strategy, o.release_id, o.created_at, o.started_at, o.finished_at';

@Injectable()
export class RolloutReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  /** One answer per id, in order, undefined for what is missing or not the viewer's. */
  async findByIds(viewer: Viewer, ids: readonly string[]): Promise<readonly (RolloutView | undefined)[]> {
    const byId = new Map((await this.#rows(viewer, 'WHERE o.id = ANY($1::uuid[])', [ids])).map((row) => [row.id, toView(row)]));
    return ids.map((id) => byId.get(id));
  }

  /** The newest rollout of each application that moves the whole of it and is not over, in the order of the ids. */
  async activeOf(viewer: Viewer, applications: readonly string[]): Promise<readonly (RolloutView | undefined)[]> {
    const rows = await this.#rows(viewer, `WHERE o.application_id = ANY($1::uuid[]) AND o.state IN ('PENDING', 'RUNNING', 'HALTED') ORDER BY o.number`, [applications]);
    const newest = new Map(rows.map((row) => [row.application_id, toView(row)]));
    return applications.map((id) => newest.get(id));
  }

  /** Newest first, one more than the page wants. */
  async list(viewer: Viewer, application: ApplicationId, page: Page): Promise<readonly RolloutView[]> {
    const rows = await this.#rows(viewer, 'WHERE o.application_id = $1 AND ($2::int IS NULL OR o.number < $2) ORDER BY o.number DESC LIMIT $3', [application, page.after?.key[0] ?? null, page.limit + 1]);
    return rows.map(toView);
  }

  /** The stages of each rollout, in order. */
  async stagesOf(viewer: Viewer, rollouts: readonly string[]): Promise<readonly (readonly StageView[])[]> {
    const count = (state: RolloutTargetState): string => `count(r.target_id) FILTER (WHERE r.state = '${state}')::int AS ${state.toLowerCase()}`;
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<StageRow>(
        `SELECT s.rollout_id, s.name, s.ordinal, s.state, s.max_concurrency, s.failure_budget, s.opened_at, s.closed_at,
           ${count('PENDING')}, ${count('MOVING')}, ${count('HEALTHY')}, ${count('FAILED')}, ${count('SKIPPED')}
         FROM rollout_stages s LEFT JOIN rollout_targets r ON r.project_id = s.project_id AND r.rollout_id = s.rollout_id AND r.stage = s.name
         WHERE s.rollout_id = ANY($1::uuid[]) GROUP BY s.project_id, s.rollout_id, s.name ORDER BY s.ordinal`,
        [rollouts],
      ),
    );
    const byRollout = Map.groupBy(rows, (row) => row.rollout_id);
    return rollouts.map((id) => (byRollout.get(id) ?? []).map(toStage));
  }

  /** What failed comes first, then what is under way. */
  async targetsOf(viewer: Viewer, rollout: RolloutId, limit: number): Promise<readonly RolloutTargetView[]> {
    const rows = await this.tx.run(viewerScope(viewer), () =>
      this.tx.query<TargetRow>(
        `SELECT target_id, stage, state, from_release_id, reason, started_at, finished_at FROM rollout_targets WHERE rollout_id = $1
         ORDER BY array_position(ARRAY['FAILED', 'MOVING', 'PENDING', 'HEALTHY', 'SKIPPED'], state), order_key LIMIT $2`,
        [rollout, limit],
      ),
    );
    return rows.map((row) => ({
      target: targetId(row.target_id), stage: row.stage, state: row.state, fromRelease: row.from_release_id === null ? undefined : releaseId(row.from_release_id),
      reason: row.reason !== null && isReasonCode(row.reason) ? row.reason : undefined, startedAt: row.started_at ?? undefined, finishedAt: row.finished_at ?? undefined,
    }));
  }

  #rows(viewer: Viewer, rest: string, parameters: readonly unknown[]): Promise<Row[]> {
    return this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(`SELECT ${COLUMNS} FROM rollouts o ${rest}`, parameters));
  }
}

function toView(row: Row): RolloutView {
  return {
    id: rolloutId(row.id), application: applicationId(row.application_id), number: row.number, cause: row.cause, phase: row.state, strategy: row.strategy,
    release: releaseId(row.release_id), createdAt: row.created_at, startedAt: row.started_at ?? undefined, finishedAt: row.finished_at ?? undefined,
  };
}

function toStage({ name, ordinal, state, max_concurrency, failure_budget, opened_at, closed_at, pending, moving, healthy, failed, skipped }: StageRow): StageView {
  return {
    name, ordinal, state, maxConcurrency: max_concurrency ?? undefined, failureBudget: failure_budget ?? undefined, counts: { pending, moving, healthy, failed, skipped },
    openedAt: opened_at ?? undefined, closedAt: closed_at ?? undefined,
  };
}
