import { err, ok, type Result } from '#kernel';
import { currentStage, isRolloutOver, type ProjectId, type RolloutId, type StageState } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { RolloutControlFailure } from './control-failure.js';
import { judgeApproval } from './judge-approval.js';
import { lockRollout } from './rollout-rows.js';
import type { ToldRollout } from './told-rollout.js';

export interface PromoteStageCommand {
  readonly rollout: { readonly project: ProjectId; readonly id: RolloutId } | undefined;
  readonly reason: string;
}

/**
 * Lets the stage at which a rollout stands pass whatever it waits for: gates, soak, targets that are away, held or outside their maintenance windows. Never its
 * failure budget. Where it would pass a gate that people must open, whoever could not approve cannot promote.
 */
@Injectable()
export class PromoteStage {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { rollout: found, reason }: PromoteStageCommand): Promise<Result<ToldRollout, RolloutControlFailure>> {
    if (found === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
    if (reason.trim() === '') return err({ code: 'REASON_MISSING' });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const rollout = await lockRollout(this.tx, found.id);
      if (rollout === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
      if (rollout.phase !== 'RUNNING' && rollout.phase !== 'PAUSED') return err({ code: isRolloutOver(rollout.phase) ? 'ROLLOUT_OVER' : 'ROLLOUT_NOT_READY', phase: rollout.phase });
      const stage = currentStage(rollout.stages);
      if (stage === undefined) return err({ code: 'NOTHING_TO_PROMOTE' });
      const refused = (await this.#passesApproval(rollout.id, stage)) ? await judgeApproval(this.tx, viewer, rollout.id) : undefined;
      if (refused !== undefined) return err(refused);
      const promoted = await this.tx.execute(
        'UPDATE rollout_stages SET promoted_at = now(), promoted_by = $3, promoted_reason = $4 WHERE rollout_id = $1 AND name = $2 AND promoted_at IS NULL',
        [rollout.id, stage.name, viewer.name, reason],
      );
      if (promoted === 0) return ok({ rollout: rollout.id, hasChanged: false });
      await this.audit.record({ action: 'promoteStage', object: { kind: 'Rollout', id: rollout.id }, projectId: rollout.project, outcome: 'SUCCEEDED', after: { stage: stage.name, reason } });
      await this.outbox.append({ kind: 'rollout.promoted', projectId: rollout.project, payload: { applicationId: rollout.application, rolloutId: rollout.id, stage: stage.name, by: viewer.name } });
      this.tx.notify(CHANNELS.applicationChanged, rollout.application);
      this.tx.notify(CHANNELS.rolloutChanged, rollout.id);
      return ok({ rollout: rollout.id, hasChanged: true });
    });
  }

  /** Opening a stage takes the promotion away again: before it only the gates before it are passed, then only those behind it. */
  async #passesApproval(rollout: RolloutId, { name, state }: { readonly name: string; readonly state: StageState }): Promise<boolean> {
    const gates = await this.tx.query(
      `SELECT 1 FROM rollout_gates WHERE rollout_id = $1 AND stage = $2 AND side = $3 AND spec ->> 'kind' = 'APPROVAL' AND state NOT IN ('PASSED', 'WAIVED')`,
      [rollout, name, state === 'PENDING' ? 'BEFORE' : 'AFTER'],
    );
    return gates.length > 0;
  }
}
