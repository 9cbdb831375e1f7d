import { err, ok, type Result } from '#kernel';
import { currentStage, isRolloutOver, type ProjectId, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { RolloutControlFailure } from './control-failure.js';
import { lockRollout } from './rollout-rows.js';

export interface PromoteStageCommand {
  readonly rollout: { readonly project: ProjectId; readonly id: RolloutId } | undefined;
  readonly reason: string;
}

/** Lets the stage at which a rollout stands pass whatever it waits for: gates, soak, targets that are away or held. Never its failure budget. */
@Injectable()
export class PromoteStage {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { rollout: found, reason }: PromoteStageCommand): Promise<Result<RolloutId, RolloutControlFailure>> {
    if (found === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
    if (reason.trim() === '') return err({ code: 'REASON_MISSING' });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const rollout = await lockRollout(this.tx, found.id);
      if (rollout === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
      if (rollout.phase !== 'RUNNING' && rollout.phase !== 'PAUSED') return err({ code: isRolloutOver(rollout.phase) ? 'ROLLOUT_OVER' : 'ROLLOUT_NOT_READY', phase: rollout.phase });
      const stage = currentStage(rollout.stages);
      if (stage === undefined) return err({ code: 'NOTHING_TO_PROMOTE' });
      await this.tx.execute(
        'UPDATE rollout_stages SET promoted_at = now(), promoted_by = $3, promoted_reason = $4 WHERE rollout_id = $1 AND name = $2 AND promoted_at IS NULL',
        [rollout.id, stage.name, viewer.name, reason],
      );
      await this.audit.record({ action: 'promoteStage', object: { kind: 'Rollout', id: rollout.id }, projectId: rollout.project, outcome: 'SUCCEEDED', after: { stage: stage.name, reason } });
      await this.outbox.append({ kind: 'rollout.promoted', projectId: rollout.project, payload: { applicationId: rollout.application, rolloutId: rollout.id, stage: stage.name, by: viewer.name } });
      this.tx.notify(CHANNELS.applicationChanged, rollout.application);
      this.tx.notify(CHANNELS.rolloutChanged, rollout.id);
      return ok(rollout.id);
    });
  }
}
