import { HISTORY_MONTHS } from './partitions.js';
import { systemScope } from './scope.js';
import { CHANGE_COLUMNS, IS_THERE, newestChanges, newestOfLife } from './target-changes.sql.js';
import type { TransactionContext } from './transaction-context.js';

const SCOPE = systemScope('housekeeping');
/** Targets that are carried over at once; a round of them is one short statement. */
const BATCH = 500;
const FORGOTTEN_AT_ONCE = 10_000;

/** Months that ended longer ago than that are not needed any more; none: the oldest that is kept may still be asked for. */
const OLDEST = `SELECT max(ends_at) AS oldest FROM (${HISTORY_MONTHS}) m WHERE ends_at <= now() - $1 * interval '1 millisecond'`;
/** Those that were gone by then have nothing to carry over: a later life begins with a change of its own. */
const CARRY = `
  WITH page AS MATERIALIZED (SELECT id FROM targets WHERE id > $2::uuid ORDER BY id LIMIT ${BATCH}),
  carried AS (
    INSERT INTO target_baselines (cut, ${CHANGE_COLUMNS})
    SELECT $1::timestamptz, n.* FROM page p CROSS JOIN LATERAL (${newestOfLife('p.id', '$1::timestamptz')}) l CROSS JOIN LATERAL (${newestChanges('p.id', '$1::timestamptz')}) n WHERE ${IS_THERE}
    ON CONFLICT (cut, target_id, kind) DO NOTHING)
  SELECT id FROM page ORDER BY id DESC LIMIT 1`;
const FORGET_BASELINES = `
  DELETE FROM target_baselines WHERE (cut, target_id, kind) IN (SELECT cut, target_id, kind FROM target_baselines WHERE cut < (SELECT since FROM history_horizon) LIMIT ${FORGOTTEN_AT_ONCE})`;

/**
 * Drops the months of the history of targets that ended longer ago than `keepMs`, and keeps what was true at the end of the last of them: any moment from then on can still be asked
 * for. What is carried over counts only once the months are dropped, so that this may be killed anywhere, repeated, and done by many replicas at once.
 * @returns the oldest moment that can be asked for from now on; undefined when nothing was old enough
 */
export async function dropOldHistory(tx: TransactionContext, keepMs: number, signal: AbortSignal): Promise<Date | undefined> {
  const [found] = await tx.run(SCOPE, () => tx.query<{ oldest: Date | null }>(OLDEST, [keepMs]));
  const oldest = found?.oldest ?? undefined;
  if (oldest === undefined) return undefined;
  let last: string | undefined = '00000000-0000-0000-0000-000000000000';
  while (last !== undefined) {
    signal.throwIfAborted();
    const [page]: { id: string }[] = await tx.run(SCOPE, () => tx.query<{ id: string }>(CARRY, [oldest, last]));
    last = page?.id;
  }
  await tx.run(SCOPE, () => tx.query('SELECT capstan_drop_history($1)', [oldest]));
  for (let forgotten = FORGOTTEN_AT_ONCE; forgotten === FORGOTTEN_AT_ONCE; signal.throwIfAborted()) forgotten = await tx.run(SCOPE, () => tx.execute(FORGET_BASELINES));
  return oldest;
}
