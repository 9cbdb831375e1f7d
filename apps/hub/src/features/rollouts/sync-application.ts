import { err, ok, type Result } from '#kernel';
import type { ApplicationId, ProjectId, RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ROLLOUT_STORE, type ApplicationToRoll, type RolloutStore } from './rollout.store.js';
import { StartRollouts } from './start-rollouts.js';

export interface SyncApplicationCommand {
  /** As the viewer was allowed to find it; undefined: no such application, or not the viewer's. */
  readonly application: { readonly project: ProjectId; readonly id: ApplicationId } | undefined;
  readonly name: string;
}

export type SyncApplicationFailure =
  | { readonly code: 'APPLICATION_NOT_FOUND'; readonly name: string }
  | { readonly code: 'APPLICATION_DELETING'; readonly name: string }
  /** There is no release yet, and nothing that could become one by this. */
  | { readonly code: 'NOTHING_TO_SYNC'; readonly name: string };

/** A rollout that waits is let run; else the newest release goes to every target once more, which tries again what had failed. */
@Injectable()
export class SyncApplication {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run'>,
    @Inject(ROLLOUT_STORE) private readonly store: RolloutStore,
    @Inject(StartRollouts) private readonly rollouts: StartRollouts,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
  ) {}

  async execute(viewer: Viewer, { application: found, name }: SyncApplicationCommand): Promise<Result<RolloutId, SyncApplicationFailure>> {
    if (found === undefined) return err({ code: 'APPLICATION_NOT_FOUND', name });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const application = await this.store.lockApplication(found.id);
      if (application === undefined) return err({ code: 'APPLICATION_DELETING', name });
      const rollout = await this.#roll(application);
      if (rollout === undefined) return err({ code: 'NOTHING_TO_SYNC', name });
      await this.audit.record({ action: 'syncApplication', object: { kind: 'Application', id: application.id }, projectId: application.project, outcome: 'SUCCEEDED', after: { rollout } });
      return ok(rollout);
    });
  }

  async #roll(application: ApplicationToRoll): Promise<RolloutId | undefined> {
    const waiting = (await this.store.known(application.id)).find((rollout) => rollout.phase === 'PENDING');
    if (waiting !== undefined) {
      await this.rollouts.letRun(application, waiting);
      return waiting.id;
    }
    return application.newestRelease === undefined ? undefined : this.rollouts.startFor(application, application.newestRelease, 'SYNC');
  }
}
