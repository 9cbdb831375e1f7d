import { LIFE_KINDS, TARGET_CHANGE_KINDS } from '#domain';

export const CHANGE_COLUMNS = 'id, at, project_id, target_id, kind, release_id, generation, epoch, sync, health, reason, message, rollout_id, cause, actor';

const list = (kinds: readonly string[]): string => kinds.map((kind) => `'${kind}'`).join(', ');
const OTHERS = TARGET_CHANGE_KINDS.filter((kind) => kind !== 'OBSERVED');
const NEWEST = 'ORDER BY at DESC, id DESC LIMIT 1';
/** What was carried over the dropped partitions, for the oldest moment that can be asked for. */
const CARRIED = 'target_baselines b WHERE b.cut = (SELECT h.since FROM history_horizon h)';

/**
 * The newest changes of one target before a moment: of each kind one, of all that is needed to tell how it was then. Bounded by the number of kinds, however long it has lived;
 * each is one look into an index of each partition.
 * @param target SQL of the id of the target, from outside of this lateral subquery
 * @param before SQL of the moment; what is exactly then is not before it
 */
export const newestChanges = (target: string, before: string): string => newest(target, before, `unnest(ARRAY[${list(OTHERS)}])`, true);

/** The change that began or ended its life last, before a moment: whether it was there. */
export const newestOfLife = (target: string, before: string): string => `SELECT * FROM (${newest(target, before, `unnest(ARRAY[${list(LIFE_KINDS)}])`, false)}) life ${NEWEST}`;

/** Of a row of `newestOfLife`: it was there. */
export const IS_THERE = `(l.kind = 'CREATED' OR (l.kind = 'TOMBSTONED' AND l.sync IS DISTINCT FROM 'REMOVED'))`;

function newest(target: string, before: string, kinds: string, withObserved: boolean): string {
  const of = (kind: string, more: string): string => `
    SELECT * FROM (
      (SELECT ${CHANGE_COLUMNS} FROM target_transitions WHERE target_id = ${target} AND kind = ${kind} ${more} AND at < ${before} ${NEWEST})
      UNION ALL (SELECT ${CHANGE_COLUMNS} FROM ${CARRIED} AND b.target_id = ${target} AND b.kind = ${kind} AND b.at < ${before})) u ${NEWEST}`;
  const others = `SELECT n.* FROM ${kinds} AS k (kind) CROSS JOIN LATERAL (${of('k.kind', `AND kind <> 'OBSERVED'`)}) n`;
  return withObserved ? `${others} UNION ALL (${of(`'OBSERVED'`, '')})` : others;
}
