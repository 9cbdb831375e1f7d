import type { ApplicationId } from '#domain';
import { systemScope, type TransactionContext } from '../../platform/database/index.js';
import { HAS_WORK } from '../rollouts/index.js';

/** Which steps of planning an application may have anything to do. */
export type StepsWithWork = Readonly<Record<'settle' | 'sign' | 'start' | 'admit' | 'refresh' | 'advance' | 'reissue', boolean>>;

const LOOK = `
  SELECT a.state = 'DELETING' OR EXISTS (SELECT 1 FROM targets t WHERE t.application_id = a.id AND t.state = 'REMOVING') AS settle,
    EXISTS (SELECT 1 FROM tombstones b WHERE b.application_id = a.id AND b.acknowledged_at IS NULL) AS sign,
    EXISTS (SELECT 1 FROM rollouts WHERE application_id = a.id AND state = 'PENDING' AND waits_for = 'ROLLOUT') AS start,
    EXISTS (SELECT 1 FROM targets t WHERE t.application_id = a.id AND t.state = 'ACTIVE' AND t.assigned_release_id IS NULL)
      OR EXISTS (SELECT 1 FROM targets t JOIN rollout_targets r ON r.target_id = t.id
        WHERE t.application_id = a.id AND t.state = 'ACTIVE' AND t.assigned_release_id IS DISTINCT FROM a.current_release_id AND r.state = 'SKIPPED' AND r.reason IN ('CLUSTER_OFFLINE', 'HELD')) AS admit,
    EXISTS (SELECT 1 FROM targets t WHERE t.application_id = a.id AND t.state = 'ACTIVE' AND t.order_stale) AS refresh,
    EXISTS (SELECT 1 FROM rollouts WHERE application_id = a.id AND ${HAS_WORK}) AS advance,
    EXISTS (SELECT 1 FROM targets t WHERE t.application_id = a.id AND t.state = 'ACTIVE' AND t.reissue_requested_at <= clock_timestamp()) AS reissue
  FROM applications a WHERE a.id = $1 AND a.state <> 'DELETED'`;

/**
 * One look instead of a transaction for each step, most of which have nothing to do most of the time. Says yes wherever a step might have work; what comes
 * up after the look brings a notification of its own, and the scan. undefined: the application is gone.
 */
export async function lookForWork(tx: TransactionContext, application: ApplicationId): Promise<StepsWithWork | undefined> {
  const [row] = await tx.run(systemScope('planner'), () => tx.query<StepsWithWork>(LOOK, [application]));
  return row;
}
