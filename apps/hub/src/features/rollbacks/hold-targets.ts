import type { Ids } from '#kernel';
import type { RolloutId, TargetId } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';

const HOLD = `
  WITH held AS (
    UPDATE targets t SET hold_at = now(), hold_by = $2, hold_reason = $3, hold_rollout_id = $4, version = t.version + 1 FROM unnest($1::uuid[], $6::uuid[]) AS w (id, transition_id)
    WHERE t.id = w.id AND t.state = 'ACTIVE' RETURNING t.project_id, t.id, t.generation, w.transition_id),
  told AS (INSERT INTO target_transitions (id, project_id, target_id, kind, generation, message, actor, rollout_id) SELECT transition_id, project_id, id, 'HELD', generation, $3, $2, $4 FROM held)
  SELECT pg_notify($5, id::text) FROM held`;

/** Holds targets at the release that they are being assigned; a hold that stands already is replaced. */
export async function holdTargets(tx: TransactionContext, ids: Ids, targets: readonly TargetId[], hold: { readonly by: string; readonly reason: string; readonly rollout: RolloutId }): Promise<void> {
  await tx.query(HOLD, [targets, hold.by, hold.reason, hold.rollout, CHANNELS.targetChanged, targets.map(() => ids.uuid())]);
}
