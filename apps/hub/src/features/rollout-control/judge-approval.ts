import { judgeApprover, type ApproverRefused, type RolloutId } from '#domain';
import type { Viewer } from '../../platform/api/index.js';
import type { TransactionContext } from '../../platform/database/index.js';
import { authorsOfRollout, isNotByAuthor } from '../rollouts/index.js';

/** Why the viewer's yes would not count in a rollout; undefined: it does. Runs in the transaction that writes it. */
export async function judgeApproval(tx: TransactionContext, viewer: Viewer, rollout: RolloutId): Promise<ApproverRefused | undefined> {
  return (await isNotByAuthor(tx, rollout)) ? judgeApprover(viewer.emails ?? [], await authorsOfRollout(tx, rollout)) : undefined;
}
