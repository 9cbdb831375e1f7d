import { applicationId, projectId, releaseId, targetId, type ApplicationId, type ProjectId, type ReleaseId, type TargetId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** Which targets are to go back; whatever is absent does not narrow. */
export interface RollbackScope {
  readonly project: ProjectId;
  readonly application: ApplicationId | undefined;
  readonly cluster: string | undefined;
  /** Of the newest rollout of the application. */
  readonly stage: string | undefined;
  /** Number of a release of the application; absent: each to what it was well with before. */
  readonly release: number | undefined;
}

/** A target and where it can go back to. */
export interface RollbackCandidate {
  readonly project: ProjectId;
  readonly application: ApplicationId;
  readonly id: TargetId;
  /** `application@cluster`. */
  readonly name: string;
  readonly assigned: ReleaseId;
  /** undefined: it never ran such a release. */
  readonly goesTo: ReleaseId | undefined;
}

/** Targets of one rollback, which is one transaction: a scope that holds more is refused whole, never cut. */
export const MAX_TARGETS = 100_000;

/**
 * The newest release older than the one that a target is assigned that it was well with, or the one that was asked for if it ever was assigned there. Only
 * what a target has run can be gone back to, and back is never forward to what was left. Who is on the way back already goes on to there, so that
 * to say it twice is to say it once.
 */
const SELECT = `
  SELECT t.project_id, t.application_id, t.id, a.name || '@' || c.name AS name, t.assigned_release_id, CASE WHEN $5::int IS NULL THEN coalesce(way.release_id, back.release_id) ELSE back.release_id END AS goes_to
  FROM targets t JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id
  LEFT JOIN releases now ON now.id = t.assigned_release_id
  LEFT JOIN LATERAL (
    SELECT h.release_id FROM (
      SELECT o.number, r.state, CASE WHEN r.state = 'REVERTING' THEN r.from_release_id ELSE coalesce(r.to_release_id, o.release_id) END AS release_id
      FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id
      WHERE r.target_id = t.id AND ((o.state = 'ROLLING_BACK' AND r.state = 'REVERTING') OR (o.cause = 'ROLLBACK' AND o.state IN ('RUNNING', 'PAUSED') AND r.state IN ('PENDING', 'MOVING')))) h
    WHERE h.state = 'PENDING' OR h.release_id = t.assigned_release_id ORDER BY h.number DESC LIMIT 1) way ON true
  LEFT JOIN LATERAL (
    SELECT h.release_id FROM (
      SELECT o.number, CASE WHEN r.state = 'REVERTED' THEN r.from_release_id ELSE coalesce(r.to_release_id, o.release_id) END AS release_id, r.state
      FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id AND r.generation IS NOT NULL) h
    JOIN releases l ON l.id = h.release_id
    WHERE CASE WHEN $5::int IS NULL THEN h.state IN ('HEALTHY', 'REVERTED') AND l.number < now.number ELSE l.number = $5 END
    ORDER BY h.number DESC LIMIT 1) back ON true
  WHERE t.project_id = $1 AND t.state = 'ACTIVE' AND t.assigned_release_id IS NOT NULL AND a.state = 'ACTIVE'
    AND ($2::uuid IS NULL OR t.application_id = $2) AND ($3::text IS NULL OR c.name = $3)
    AND ($4::text IS NULL OR EXISTS (
      SELECT 1 FROM rollout_targets s JOIN rollouts o ON o.id = s.rollout_id WHERE s.target_id = t.id AND s.stage = $4
        AND o.number = (SELECT max(number) FROM rollouts n WHERE n.application_id = t.application_id AND n.cause IN ('RELEASE', 'SYNC'))))
  ORDER BY t.application_id, c.name LIMIT ${MAX_TARGETS + 1}`;

export async function rollbackCandidates(tx: TransactionContext, scope: RollbackScope): Promise<readonly RollbackCandidate[]> {
  const rows = await tx.query<{ project_id: string; application_id: string; id: string; name: string; assigned_release_id: string; goes_to: string | null }>(SELECT, [
    scope.project, scope.application ?? null, scope.cluster ?? null, scope.stage ?? null, scope.release ?? null,
  ]);
  return rows.map((row) => ({
    project: projectId(row.project_id), application: applicationId(row.application_id), id: targetId(row.id), name: row.name, assigned: releaseId(row.assigned_release_id),
    goesTo: row.goes_to === null ? undefined : releaseId(row.goes_to),
  }));
}
