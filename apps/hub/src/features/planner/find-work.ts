import { applicationId, type ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { IS_CONNECTED } from '../clusters/index.js';
import { HAS_WORK } from '../rollouts/index.js';

/** Applications with anything for the planner to do, whoever should have said so: the safety net behind notifications. */
const FIND = `
  SELECT id FROM applications WHERE state = 'DELETING'
  UNION SELECT application_id FROM tombstones WHERE acknowledged_at IS NULL AND (order_bytes IS NULL OR reissue_requested_at <= now() OR order_epoch <> (SELECT epoch FROM hub_identity))
  UNION SELECT application_id FROM targets WHERE state = 'REMOVING' OR (state = 'ACTIVE' AND (assigned_release_id IS NULL OR order_stale OR reissue_requested_at <= now()))
  UNION SELECT application_id FROM rollouts WHERE ${HAS_WORK} OR (state = 'PENDING' AND waits_for = 'ROLLOUT')
  UNION SELECT t.application_id FROM rollout_targets r JOIN targets t ON t.id = r.target_id JOIN applications a ON a.id = t.application_id JOIN clusters c ON c.id = t.cluster_id
    WHERE r.state = 'SKIPPED' AND r.reason IN ('CLUSTER_OFFLINE', 'HELD') AND t.state = 'ACTIVE' AND t.hold_at IS NULL AND t.blocked_reason IS NULL
      AND t.assigned_release_id IS DISTINCT FROM a.current_release_id AND ${IS_CONNECTED}
      AND r.rollout_id = (SELECT n.id FROM rollouts n WHERE n.application_id = t.application_id AND n.cause IN ('RELEASE', 'SYNC') AND n.started_at IS NOT NULL ORDER BY n.number DESC LIMIT 1)
  ORDER BY 1 LIMIT $1`;

export async function findWork(tx: TransactionContext, limit: number): Promise<readonly ApplicationId[]> {
  const rows = await tx.run(systemScope('planner'), () => tx.query<{ id: string }>(FIND, [limit]));
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
