import { err, ok, type Result } from '#kernel';
import { deploymentsOf, measureDeployments, releaseId, type ApplicationId, type Deployment, type DeploymentMeasures, type MeasuredRollout, type MeasuredWindow, type ProjectId, type RolloutCause, type RolloutPhase } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';

export interface MeasuredProject {
  readonly total: DeploymentMeasures;
  /** Those with deployments, the busiest first. */
  readonly applications: readonly { readonly name: string; readonly measures: DeploymentMeasures }[];
}

/** Too much happened in the window to be measured at once. */
export interface TooManyRollouts {
  readonly code: 'TOO_MANY_ROLLOUTS';
  readonly most: number;
}

interface Row {
  readonly application_id: string;
  readonly application: string;
  readonly number: number;
  readonly release_id: string;
  readonly cause: RolloutCause;
  readonly state: RolloutPhase;
  readonly committed_at: Date;
  readonly created_at: Date;
  readonly begun_at: Date | null;
  readonly healthy_at: Date | null;
  readonly failed_at: Date | null;
  readonly finished_at: Date | null;
  readonly takes_back: readonly string[] | null;
}

const MOST = 20_000;
/** So long before it begins may a rollout have been made, and so long after a failure may it be mended, to be known. */
const MARGIN = `interval '30 days'`;
/**
 * All that was made about the window, and whatever else tried the same releases. Its stages say when it began and when all were healthy: one that soaks since when it did, else when it closed.
 * $1 project, $2 application or null, $3 since, $4 until.
 */
const SELECT_ROLLOUTS = `
  WITH near AS MATERIALIZED (
    SELECT id, application_id, release_id FROM rollouts
    WHERE project_id = $1 AND ($2::uuid IS NULL OR application_id = $2) AND created_at >= $3::timestamptz - ${MARGIN} AND created_at < $4::timestamptz + ${MARGIN} AND cause IN ('RELEASE', 'SYNC', 'ROLLBACK')
    LIMIT ${MOST + 1}),
  wanted AS (
    SELECT id FROM near
    UNION SELECT o.id FROM (SELECT DISTINCT application_id, release_id FROM near) n JOIN rollouts o ON o.application_id = n.application_id AND o.release_id = n.release_id AND o.cause IN ('RELEASE', 'SYNC'))
  SELECT o.application_id, a.name AS application, o.number, o.release_id, o.cause, o.state, e.committed_at, o.created_at, s.begun_at, s.healthy_at, o.failed_at, o.finished_at, b.takes_back
  FROM wanted w JOIN rollouts o ON o.id = w.id JOIN applications a ON a.id = o.application_id JOIN releases e ON e.id = o.release_id
  CROSS JOIN LATERAL (
    SELECT min(coalesce(s.opened_at, o.started_at, o.created_at)) FILTER (WHERE s.state <> 'PENDING') AS begun_at, max(coalesce(s.settled_at, s.closed_at)) AS healthy_at
    FROM rollout_stages s WHERE s.project_id = o.project_id AND s.rollout_id = o.id) s
  LEFT JOIN LATERAL (
    SELECT array_agg(DISTINCT r.from_release_id) FILTER (WHERE r.from_release_id IS NOT NULL) AS takes_back FROM rollout_targets r WHERE r.project_id = o.project_id AND r.rollout_id = o.id) b ON o.cause = 'ROLLBACK'
  LIMIT ${2 * MOST + 1}`;

/** How well an application, or a project, delivers: from its rollouts alone, which are kept. */
@Injectable()
export class DeploymentMeasuresReadModel {
  constructor(@Inject(TransactionContext) private readonly tx: TransactionContext) {}

  async measure(viewer: Viewer, of: { readonly project: ProjectId; readonly application: ApplicationId | undefined }, window: MeasuredWindow): Promise<Result<MeasuredProject, TooManyRollouts>> {
    const rows = await this.tx.run(viewerScope(viewer), () => this.tx.query<Row>(SELECT_ROLLOUTS, [of.project, of.application ?? null, window.since, window.until]));
    if (rows.length > MOST) return err({ code: 'TOO_MANY_ROLLOUTS', most: MOST });
    const deployments = new Map<string, readonly Deployment[]>();
    for (const group of Map.groupBy(rows, (row) => row.application_id).values()) {
      const found = deploymentsOf(group.map(toMeasured), window);
      const name = group[0]?.application ?? '';
      // A name may have been given again after its application was deleted.
      if (found.length > 0) deployments.set(name, [...(deployments.get(name) ?? []), ...found]);
    }
    const applications = [...deployments].map(([name, found]) => ({ name, measures: measureDeployments(found, window) }));
    return ok({
      total: measureDeployments([...deployments.values()].flat(), window),
      applications: applications.toSorted((a, b) => b.measures.deployments - a.measures.deployments || a.name.localeCompare(b.name)),
    });
  }
}

function toMeasured(row: Row): MeasuredRollout {
  return {
    number: row.number, release: releaseId(row.release_id), cause: row.cause, phase: row.state, committedAt: row.committed_at, createdAt: row.created_at, begunAt: row.begun_at ?? undefined,
    healthyAt: row.healthy_at ?? undefined, failedAt: row.failed_at ?? undefined, finishedAt: row.finished_at ?? undefined, takesBack: (row.takes_back ?? []).map(releaseId),
  };
}
