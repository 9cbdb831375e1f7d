import type { JsonObject } from '#kernel';
import { releaseId, targetId, type ApplicationId, type Labels, type TargetToRoll } from '#domain';
import type { TransactionContext } from '../../platform/database/index.js';
import { factsOf, IS_CONNECTED } from '../clusters/index.js';

interface Row {
  readonly id: string;
  readonly cluster: string;
  readonly labels: Labels;
  readonly facts: JsonObject;
  readonly facts_at: Date | null;
  readonly is_online: boolean;
  readonly comes_from: string | null;
}

/** What a target was last well with; what it is assigned, if it never was. The order in between says nothing: it may be the one that is being left. */
const SELECT = `
  SELECT t.id, c.name AS cluster, c.labels, c.facts, c.facts_at, ${IS_CONNECTED} AS is_online, coalesce(well.release_id, t.assigned_release_id) AS comes_from
  FROM targets t JOIN clusters c ON c.id = t.cluster_id
  LEFT JOIN LATERAL (
    SELECT CASE WHEN r.state = 'REVERTED' THEN r.from_release_id ELSE coalesce(r.to_release_id, o.release_id) END AS release_id
    FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id AND r.state IN ('HEALTHY', 'REVERTED') ORDER BY o.number DESC LIMIT 1) well ON t.assigned_release_id IS NOT NULL
  WHERE t.application_id = $1 AND t.state = 'ACTIVE'`;

/** The targets of an application that are not being removed, with what stages look at. Runs in the open transaction. */
export async function loadTargetsToRoll(tx: TransactionContext, application: ApplicationId): Promise<readonly TargetToRoll[]> {
  const rows = await tx.query<Row>(SELECT, [application]);
  return rows.map(({ id, cluster, labels, facts, facts_at, is_online, comes_from }) => ({
    id: targetId(id), cluster, labels, facts: facts_at === null ? undefined : factsOf(facts), isOnline: is_online, comesFrom: comes_from === null ? undefined : releaseId(comes_from),
  }));
}
