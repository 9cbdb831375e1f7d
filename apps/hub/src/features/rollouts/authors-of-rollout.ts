import { mergePeople, UNKNOWN_PEOPLE, type CommitPeople, type RolloutId } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';

/** More releases than these a rollout brings only to a cluster that nobody has looked after for long. */
const MOST_RELEASES = 500;

/** All releases that any of its targets gets and does not come from: after the oldest from which one comes, up to that of the rollout. */
const BROUGHT = `
  WITH head AS (SELECT o.application_id, r.number FROM rollouts o JOIN releases r ON r.id = o.release_id WHERE o.id = $1),
  base AS (SELECT min(f.number) AS number FROM head h JOIN releases f ON f.application_id = h.application_id AND f.number < h.number
    WHERE f.id IN (SELECT t.from_release_id FROM rollout_targets t WHERE t.rollout_id = $1))
  SELECT r.people FROM head h JOIN releases r ON r.application_id = h.application_id CROSS JOIN base b
  WHERE r.number = h.number OR (r.number > b.number AND r.number < h.number) ORDER BY r.number DESC LIMIT ${MOST_RELEASES + 1}`;

/** Who wrote what a rollout brings; what is not known of one release is not known of all. Runs in the open transaction. */
export async function authorsOfRollout(tx: Pick<TransactionContext, 'query'>, rollout: RolloutId): Promise<CommitPeople> {
  const rows = await tx.query<{ people: CommitPeople | null }>(BROUGHT, [rollout]);
  const people = mergePeople(rows.slice(0, MOST_RELEASES).map((row) => row.people ?? UNKNOWN_PEOPLE));
  return rows.length > MOST_RELEASES || rows.length === 0 ? { ...people, isComplete: false } : people;
}

/** Whether the project of a rollout lets nobody approve what he wrote. */
export async function isNotByAuthor(tx: Pick<TransactionContext, 'query'>, rollout: RolloutId): Promise<boolean> {
  const [row] = await tx.query<{ rule: boolean }>(`SELECT coalesce((p.policy -> 'approvals' ->> 'notByAuthor')::boolean, false) AS rule FROM rollouts o JOIN projects p ON p.id = o.project_id WHERE o.id = $1`, [rollout]);
  return row?.rule ?? false;
}
