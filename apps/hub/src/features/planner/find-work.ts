import { applicationId, type ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { IS_CONNECTED, JUST_FELL_SILENT } from '../clusters/index.js';
import { HAS_WORK, IS_DUE, WAITS } from '../rollouts/index.js';
import { STAYS } from './admit-late-targets.js';

/** Has a place in a rollout of the whole application: that assigns it, and nobody else. */
const IS_PLACED = `EXISTS (SELECT 1 FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id JOIN applications a ON a.id = o.application_id
    WHERE r.target_id = targets.id AND (r.state <> 'SKIPPED' OR ${STAYS}) AND o.cause IN ('RELEASE', 'SYNC') AND (o.state IN ('RUNNING', 'PAUSED', 'HALTED') OR (o.state = 'PENDING' AND a.current_release_id IS NULL)))`;
/** Its order is made anew when a rollout gives it one. */
const GETS_ANOTHER_ORDER = `EXISTS (SELECT 1 FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = targets.id AND r.state = 'PENDING' AND o.state = 'RUNNING')`;

/**
 * Applications with anything for the planner to do, whoever should have said so: the safety net behind notifications. Of rollouts that wait those alone whose time has come,
 * unless it is asked for all, and those on whose clusters an agent has just fallen silent, of which nobody tells.
 */
const FIND = `
  SELECT id FROM applications WHERE state = 'DELETING'
  UNION SELECT application_id FROM tombstones WHERE acknowledged_at IS NULL AND (order_bytes IS NULL OR reissue_requested_at <= now() OR order_epoch <> (SELECT epoch FROM hub_identity))
  UNION SELECT application_id FROM targets WHERE state = 'REMOVING' OR (state = 'ACTIVE' AND (reissue_requested_at <= now() OR (order_stale AND NOT ${GETS_ANOTHER_ORDER})
      OR (assigned_release_id IS NULL AND blocked_reason IS NULL AND hold_at IS NULL AND NOT ${IS_PLACED})))
  UNION SELECT application_id FROM rollouts WHERE ${WAITS} AND ($2 OR ${IS_DUE})
  UNION SELECT o.application_id FROM clusters c JOIN targets t ON t.cluster_id = c.id JOIN (SELECT application_id FROM rollouts WHERE ${HAS_WORK}) o ON o.application_id = t.application_id WHERE ${JUST_FELL_SILENT}
  UNION SELECT t.application_id FROM rollout_targets r JOIN targets t ON t.id = r.target_id JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id
    WHERE r.state = 'SKIPPED' AND r.reason IN ('CLUSTER_OFFLINE', 'HELD') AND t.state = 'ACTIVE' AND t.hold_at IS NULL AND t.blocked_reason IS NULL
      AND t.assigned_release_id IS DISTINCT FROM a.current_release_id AND ${IS_CONNECTED}
      AND r.rollout_id = (SELECT n.id FROM rollouts n WHERE n.application_id = t.application_id AND n.cause IN ('RELEASE', 'SYNC') AND n.started_at IS NOT NULL ORDER BY n.number DESC LIMIT 1)
  ORDER BY 1 LIMIT $1`;

/** @param rollouts those that wait: ALL as after a gap in which notifications were lost, or those that are DUE */
export async function findWork(tx: TransactionContext, limit: number, rollouts: 'ALL' | 'DUE' = 'ALL'): Promise<readonly ApplicationId[]> {
  const rows = await tx.run(systemScope('planner'), () => tx.query<{ id: string }>(FIND, [limit, rollouts === 'ALL']));
  return rows.map((row) => applicationId(row.id));
}

/** After a restore the fleet epoch has risen: every order is signed anew under it. Does nothing otherwise. */
export async function requestOrdersOfOlderEpochs(tx: TransactionContext): Promise<number> {
  return tx.run(systemScope('planner'), () =>
    tx.execute(
      `UPDATE targets SET reissue_requested_at = now() WHERE state = 'ACTIVE' AND order_bytes IS NOT NULL AND reissue_requested_at IS NULL AND order_epoch <> (SELECT epoch FROM hub_identity)`,
    ),
  );
}
