import { err, ok, type Result } from '#kernel';
import type { TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '../../platform/audit/index.js';
import type { Viewer } from '../../platform/api/index.js';
import { Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { PlaceApplications, PLACEMENT_STORE, type PlacementStore } from '../placement/index.js';
import type { TargetView } from './target-view.js';

export interface ConfirmFactMismatchCommand {
  /** As the viewer was allowed to find it; undefined: no such target, or not the viewer's. */
  readonly target: TargetView | undefined;
  readonly name: string;
}

export type ConfirmFactMismatchFailure =
  | { readonly code: 'TARGET_NOT_FOUND'; readonly name: string }
  /** The facts match, or the labels decide: there is nothing that only a person may do. */
  | { readonly code: 'NOTHING_TO_CONFIRM'; readonly name: string };

/** The target, if it is in force and nothing but facts keeps it from matching. */
const MISMATCHING = `
  SELECT (v.spec -> 'sync' ->> 'prune')::boolean AS prune FROM targets t JOIN applications a ON a.id = t.application_id JOIN application_revisions v ON v.id = a.current_revision_id
  WHERE t.id = $1 AND t.state = 'ACTIVE' AND t.fact_mismatch AND a.state = 'ACTIVE'`;

/** Removes one target whose cluster no longer matches by its facts. Facts alone never do: an agent could claim anything. */
@Injectable()
export class ConfirmFactMismatch {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(PLACEMENT_STORE) private readonly store: PlacementStore,
    @Inject(PlaceApplications) private readonly placement: PlaceApplications,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { target, name }: ConfirmFactMismatchCommand): Promise<Result<TargetId, ConfirmFactMismatchFailure>> {
    if (target === undefined) return err({ code: 'TARGET_NOT_FOUND', name });
    const { id, project, application, cluster } = target;
    return this.tx.run(viewerScope(viewer, project), async () => {
      await this.placement.placeWithoutRemovals({ applications: [application], clusters: [cluster] }); // by what the facts are now
      const [row] = await this.tx.query<{ prune: boolean }>(MISMATCHING, [id]);
      if (row === undefined) return err({ code: 'NOTHING_TO_CONFIRM', name });
      const mode = row.prune ? 'DELETE' : 'ORPHAN';
      await this.store.tombstone([{ target: id, mode }], 'SELECTOR');
      await this.audit.record({ action: 'confirmFactMismatch', object: { kind: 'Target', id }, projectId: project, outcome: 'SUCCEEDED', after: { mode } });
      await this.outbox.append({ kind: 'target.factMismatchConfirmed', projectId: project, payload: { targetId: id, mode } });
      return ok(id);
    });
  }
}
