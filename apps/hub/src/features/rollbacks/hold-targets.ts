import type { RolloutId, TargetId } from '#domain';
import { CHANNELS, type TransactionContext } from '../../platform/database/index.js';

/** Holds targets at the release that they are being assigned; a hold that stands already is replaced. */
export async function holdTargets(tx: TransactionContext, targets: readonly TargetId[], hold: { readonly by: string; readonly reason: string; readonly rollout: RolloutId }): Promise<void> {
  await tx.query(
    `WITH held AS (UPDATE targets SET hold_at = now(), hold_by = $2, hold_reason = $3, hold_rollout_id = $4, version = version + 1 WHERE id = ANY($1::uuid[]) RETURNING id)
     SELECT pg_notify($5, id::text) FROM held`,
    [targets, hold.by, hold.reason, hold.rollout, CHANNELS.targetChanged],
  );
}
