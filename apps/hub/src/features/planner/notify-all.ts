import type { Channel, TransactionContext } from '../../platform/database/index.js';

/** Notifications of a whole batch in one statement; sent with the commit, equal ones once. */
export async function notifyAll(tx: TransactionContext, channel: Channel, payloads: Iterable<string>): Promise<void> {
  const unique = [...new Set(payloads)];
  if (unique.length > 0) await tx.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [channel, unique]);
}
