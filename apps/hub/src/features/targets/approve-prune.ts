import { err, ok, type Digest, type Result } from '#kernel';
import type { TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { TargetView } from './target-view.js';

export interface ApprovePruneCommand {
  /** As the viewer was allowed to find it; undefined: no such target, or not the viewer's. */
  readonly target: TargetView | undefined;
  readonly name: string;
  readonly digest: Digest;
}

export type ApprovePruneFailure =
  | { readonly code: 'TARGET_NOT_FOUND'; readonly name: string }
  | { readonly code: 'NOTHING_TO_APPROVE'; readonly name: string }
  /** Another plan waits than the one that was looked at. */
  | { readonly code: 'DIGEST_MISMATCH'; readonly name: string; readonly waiting: string };

/** Approvals that one order carries; the oldest make room. */
const MAX_APPROVALS = 20;
/** The plan that waits now, under a lock on the target. */
const PENDING = `
  SELECT t.state, s.detail -> 'pendingRemoval' ->> 'digest' AS digest FROM targets t JOIN target_status s ON s.target_id = t.id WHERE t.id = $1 AND t.state <> 'REMOVED' FOR NO KEY UPDATE OF t`;
const APPROVE_PRUNE = `
  UPDATE targets SET approved_prunes = (array_append(array_remove(approved_prunes, $2), $2))[greatest(1, cardinality(array_remove(approved_prunes, $2)) + 2 - ${MAX_APPROVALS}):],
    reissue_requested_at = now(), version = version + 1 WHERE id = $1 RETURNING application_id`;
const APPROVE_REMOVAL = `
  UPDATE tombstones SET approved_removals = (array_append(array_remove(approved_removals, $2), $2))[greatest(1, cardinality(array_remove(approved_removals, $2)) + 2 - ${MAX_APPROVALS}):],
    reissue_requested_at = now() WHERE target_id = $1 AND acknowledged_at IS NULL RETURNING application_id`;

/** Approves exactly the plan that an agent has reported. The approval travels inside the next signed order. */
@Injectable()
export class ApprovePrune {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { target, name, digest }: ApprovePruneCommand): Promise<Result<TargetId, ApprovePruneFailure>> {
    if (target === undefined) return err({ code: 'TARGET_NOT_FOUND', name });
    return this.tx.run(viewerScope(viewer, target.project), async () => {
      const [pending] = await this.tx.query<{ state: string; digest: string | null }>(PENDING, [target.id]);
      if (pending === undefined) return err({ code: 'TARGET_NOT_FOUND', name });
      if (pending.digest === null) return err({ code: 'NOTHING_TO_APPROVE', name });
      if (pending.digest !== digest) return err({ code: 'DIGEST_MISMATCH', name, waiting: pending.digest });
      const [row] = await this.tx.query<{ application_id: string }>(pending.state === 'REMOVING' ? APPROVE_REMOVAL : APPROVE_PRUNE, [target.id, digest]);
      if (row === undefined) return err({ code: 'NOTHING_TO_APPROVE', name });
      await this.audit.record({ action: 'approvePrune', object: { kind: 'Target', id: target.id }, projectId: target.project, outcome: 'SUCCEEDED', after: { digest } });
      await this.outbox.append({ kind: 'target.pruneApproved', projectId: target.project, payload: { targetId: target.id, digest } });
      this.tx.notify(CHANNELS.applicationChanged, row.application_id);
      this.tx.notify(CHANNELS.targetChanged, target.id);
      return ok(target.id);
    });
  }
}
