import { UNFINISHED_ROLLOUT_STATES, type ApplicationId, type ReleaseId, type RolloutId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

const END = `
  WITH ended AS (
    UPDATE rollouts SET state = 'SUPERSEDED', finished_at = now(), waits_for = NULL, version = version + 1
    WHERE application_id = $1 AND state = ANY($2::text[]) AND cause IN ('LATE_MATCH', 'PARAMETERS', 'POLICY', 'CATCH_UP', 'PARTIAL') AND ($3::uuid IS NULL OR release_id = $3) AND ($4::uuid IS NULL OR release_id <> $4) AND id IS DISTINCT FROM $5
    RETURNING id),
  stale AS (
    UPDATE targets SET order_stale = true WHERE state = 'ACTIVE' AND (assigned_release_id IS NOT NULL OR blocked_reason IS NOT NULL) AND id IN (
    SELECT r.target_id FROM rollout_targets r JOIN ended e ON e.id = r.rollout_id WHERE r.state IN ('PENDING', 'SKIPPED')))
  SELECT pg_notify('rollout_changed', id::text) FROM ended`;

/**
 * Ends the rollouts of single targets that would still bring a release that an application has left. What they were for is judged anew, by the release
 * that each target has. Runs in a transaction that has locked the application.
 * @param which rollouts of one release, or of any but one
 * @param but the one that goes back itself
 */
export async function endSideRollouts(tx: TransactionContext, application: ApplicationId, which: { readonly of: ReleaseId } | { readonly notOf: ReleaseId }, but?: RolloutId): Promise<void> {
  await tx.query(END, [application, UNFINISHED_ROLLOUT_STATES, 'of' in which ? which.of : null, 'notOf' in which ? which.notOf : null, but ?? null]);
}
