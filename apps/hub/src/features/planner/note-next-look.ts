import { nextLook, nextLookToStore, type RolloutState } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/**
 * Writes down when a rollout that has come to rest is looked at again, where what is stored would be too late. In the transaction of the look.
 * @returns when that is
 */
export async function noteNextLook(tx: TransactionContext, rollout: RolloutState, stored: Date, now: Date): Promise<Date> {
  const at = nextLookToStore(stored, nextLook(rollout, now), now);
  if (at !== undefined) await tx.execute('UPDATE rollouts SET look_again_at = $2 WHERE id = $1', [rollout.id, at]);
  return at ?? stored;
}
