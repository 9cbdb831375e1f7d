import { err, ok, type Result } from '#kernel';
import { isRolloutOver, type ProjectId, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import type { GateOfRollout, RolloutControlFailure } from './control-failure.js';
import { judgeApproval } from './judge-approval.js';
import { lockRollout } from './rollout-rows.js';
import type { ToldRollout } from './told-rollout.js';

export interface ApproveGateCommand {
  readonly rollout: { readonly project: ProjectId; readonly id: RolloutId } | undefined;
  readonly stage: string;
  readonly gate: string;
  readonly comment: string;
}

/**
 * Said again it changes nothing, but for another comment: that takes the place of the one before, and is a word of its own in the audit trail. So does what another person
 * says with the same account.
 */
const APPROVE = `
  INSERT INTO rollout_approvals AS a (project_id, rollout_id, stage, gate, principal_id, approver, comment, emails) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
  ON CONFLICT (rollout_id, stage, gate, principal_id) DO UPDATE SET approver = excluded.approver, emails = excluded.emails,
    comment = CASE WHEN a.emails = excluded.emails AND excluded.comment = '' THEN a.comment ELSE excluded.comment END, at = CASE WHEN a.emails = excluded.emails THEN a.at ELSE now() END
  WHERE excluded.comment NOT IN ('', a.comment) OR a.emails <> excluded.emails`;

/** One person's yes to a gate, ahead of time too: it counts once, however often it is said. */
@Injectable()
export class ApproveGate {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { rollout: found, stage, gate, comment }: ApproveGateCommand): Promise<Result<ToldRollout, RolloutControlFailure>> {
    if (found === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const rollout = await lockRollout(this.tx, found.id);
      if (rollout === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
      if (isRolloutOver(rollout.phase) || rollout.phase === 'ROLLING_BACK') return err({ code: 'ROLLOUT_OVER', phase: rollout.phase });
      const gates = await this.tx.query<GateOfRollout>(`SELECT stage, name, spec ->> 'kind' AS kind FROM rollout_gates WHERE rollout_id = $1 ORDER BY stage, name`, [rollout.id]);
      if (!gates.some((known) => known.stage === stage && known.name === gate && known.kind === 'APPROVAL')) {
        return err({ code: 'GATE_NOT_FOUND', stage: stage.slice(0, 80), gate: gate.slice(0, 80), stages: rollout.stages.map(({ name }) => name), gates });
      }
      const refused = await judgeApproval(this.tx, viewer, rollout.id);
      if (refused !== undefined) return err(refused);
      const { emails = [] } = viewer;
      const approver = emails[0] === undefined ? viewer.name : `${viewer.name} <${emails[0]}>`;
      const changed = await this.tx.execute(APPROVE, [rollout.project, rollout.id, stage, gate, viewer.principalId, approver, comment, [...emails]]);
      if (changed === 0) return ok({ rollout: rollout.id, hasChanged: false });
      await this.audit.record({ action: 'approveGate', object: { kind: 'Rollout', id: rollout.id }, projectId: rollout.project, outcome: 'SUCCEEDED', after: { stage, gate, comment } });
      await this.outbox.append({ kind: 'rollout.approved', projectId: rollout.project, payload: { applicationId: rollout.application, rolloutId: rollout.id, stage, gate, by: viewer.name } });
      this.tx.notify(CHANNELS.applicationChanged, rollout.application);
      this.tx.notify(CHANNELS.rolloutChanged, rollout.id);
      return ok({ rollout: rollout.id, hasChanged: true });
    });
  }
}
