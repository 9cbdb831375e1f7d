import { assertNever, err, ok, type Result } from '#kernel';
import { judgeSync, type ApplicationId, type ProjectId, type RolloutId, type RolloutPhase, type TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { chooseClusters, type ClusterChoice } from './choose-clusters.js';
import { ROLLOUT_STORE, type ApplicationToRoll, type RolloutStore } from './rollout.store.js';
import { StartRollouts } from './start-rollouts.js';

export interface SyncApplicationCommand {
  /** As the viewer was allowed to find it; undefined: no such application, or not the viewer's. */
  readonly application: { readonly project: ProjectId; readonly id: ApplicationId } | undefined;
  readonly name: string;
  /** undefined: to all. */
  readonly choice?: ClusterChoice | undefined;
}

export type SyncApplicationFailure =
  | { readonly code: 'APPLICATION_NOT_FOUND'; readonly name: string }
  | { readonly code: 'APPLICATION_DELETING'; readonly name: string }
  /** There is no release yet, and nothing that could become one by this. */
  | { readonly code: 'NOTHING_TO_SYNC'; readonly name: string }
  /** It is on its way already, or something is that this would run beside. */
  | { readonly code: 'ROLLOUT_IN_PROGRESS'; readonly name: string; readonly phase: RolloutPhase; readonly isPartial: boolean }
  /** It does not match those clusters, or none has the labels. */
  | { readonly code: 'TARGET_NOT_FOUND'; readonly name: string; readonly clusters: readonly string[]; readonly near?: string | undefined };

/** A rollout that waits is let run; else the newest release goes to every target once more, which tries again what had failed; or to some clusters only. */
@Injectable()
export class SyncApplication {
  constructor(
    @Inject(TransactionContext) private readonly tx: Pick<TransactionContext, 'run'>,
    @Inject(ROLLOUT_STORE) private readonly store: RolloutStore,
    @Inject(StartRollouts) private readonly rollouts: StartRollouts,
    @Inject(AuditTrail) private readonly audit: Pick<AuditTrail, 'record'>,
  ) {}

  async execute(viewer: Viewer, { application: found, name, choice }: SyncApplicationCommand): Promise<Result<RolloutId, SyncApplicationFailure>> {
    if (found === undefined) return err({ code: 'APPLICATION_NOT_FOUND', name });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const application = await this.store.lockApplication(found.id);
      if (application === undefined) return err({ code: 'APPLICATION_DELETING', name });
      const chosen = choice === undefined ? undefined : chooseClusters(await this.store.activeTargets(application.id), choice);
      if (chosen !== undefined && (chosen.missing.length > 0 || chosen.chosen.size === 0)) return err({ code: 'TARGET_NOT_FOUND', name, clusters: chosen.missing, near: chosen.near });
      const rollout = await this.#roll(application, name, chosen?.chosen);
      if (rollout.ok) await this.audit.record({ action: 'syncApplication', object: { kind: 'Application', id: application.id }, projectId: application.project, outcome: 'SUCCEEDED', after: { rollout: rollout.value, ...(chosen === undefined ? {} : { targets: chosen.chosen.size }) } });
      return rollout;
    });
  }

  async #roll(application: ApplicationToRoll, name: string, only: ReadonlySet<TargetId> | undefined): Promise<Result<RolloutId, SyncApplicationFailure>> {
    const { strategy, newestRelease } = application;
    const isPartial = only !== undefined;
    const verdict = judgeSync({ strategy, newestRelease, rollouts: await this.store.known(application.id), isPartial });
    switch (verdict.kind) {
      case 'RUN':
        await this.rollouts.letRun(application, { id: verdict.rollout, release: verdict.release });
        return ok(verdict.rollout);
      case 'QUEUE':
        await this.store.queue(verdict.rollout);
        return ok(verdict.rollout);
      case 'START':
        return ok(await this.rollouts.startFor(application, verdict.release, verdict.cause, only));
      case 'IN_PROGRESS':
        return err({ code: 'ROLLOUT_IN_PROGRESS', name, phase: verdict.phase, isPartial });
      case 'NOTHING':
        return err({ code: 'NOTHING_TO_SYNC', name });
      default:
        return assertNever(verdict);
    }
  }
}
