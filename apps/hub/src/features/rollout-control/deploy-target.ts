import { err, ok, type Result } from '#kernel';
import { isReasonCode, judgeDeployment, rolloutId, type ApproverRefused, type DeploymentFailure, type ProjectId, type ReasonCode, type RolloutTargetState, type TargetId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { loadRollout, rolloutHeads } from '../rollouts/index.js';
import { judgeApproval } from './judge-approval.js';
import type { ToldRollout } from './told-rollout.js';

export interface DeployTargetCommand {
  /** As the viewer was allowed to find it; undefined: no such target, or not the viewer's. */
  readonly target: { readonly project: ProjectId; readonly id: TargetId } | undefined;
  readonly reason: string;
}

export type DeployTargetFailure =
  | DeploymentFailure
  | ApproverRefused
  | { readonly code: 'TARGET_NOT_FOUND' }
  | { readonly code: 'REASON_MISSING' }
  /** No rollout has the target in it. */
  | { readonly code: 'ROLLOUT_NOT_FOUND' };

interface Place {
  readonly rollout_id: string;
  readonly application_id: string;
  readonly stage: string;
  readonly state: RolloutTargetState;
  readonly reason: string | null;
  readonly blocked_reason: string | null;
}

/** The rollout that runs, if one does; else the newest, which says why nothing can be sent. */
const PLACE = `
  SELECT o.id AS rollout_id, o.application_id, r.stage, r.state, r.reason, t.blocked_reason FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id JOIN targets t ON t.id = r.target_id
  WHERE r.target_id = $1 AND o.cause IN ('RELEASE', 'SYNC', 'PARTIAL') ORDER BY o.state = 'RUNNING' DESC, o.number DESC LIMIT 1`;

/** Gates for people that the target would wait for, in its stage and those before it. */
const APPROVALS_AHEAD = `
  SELECT 1 FROM rollout_gates g JOIN rollout_stages s ON s.rollout_id = g.rollout_id AND s.name = g.stage JOIN rollout_stages own ON own.rollout_id = g.rollout_id AND own.name = $2
  WHERE g.rollout_id = $1 AND g.spec ->> 'kind' = 'APPROVAL' AND g.state NOT IN ('PASSED', 'WAIVED') AND (s.ordinal < own.ordinal OR (s.ordinal = own.ordinal AND g.side = 'BEFORE')) LIMIT 1`;

/** One target gets the release of its rollout now, ahead of its stage. Said twice it is said once. The planner assigns it. Whoever could not approve sends nothing past a gate for people. */
@Injectable()
export class DeployTarget {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { target: found, reason }: DeployTargetCommand): Promise<Result<ToldRollout, DeployTargetFailure>> {
    if (found === undefined) return err({ code: 'TARGET_NOT_FOUND' });
    if (reason.trim() === '') return err({ code: 'REASON_MISSING' });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      await this.tx.query('SELECT 1 FROM applications WHERE id = (SELECT application_id FROM targets WHERE id = $1) FOR NO KEY UPDATE', [found.id]);
      const [place] = await this.tx.query<Place>(PLACE, [found.id]);
      if (place === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
      const verdict = await this.#judge(place, found.id);
      if (!verdict.ok) return verdict;
      const rollout = rolloutId(place.rollout_id);
      if (verdict.value === 'UNDER_WAY') return ok({ rollout, hasChanged: false });
      const refused = (await this.tx.query(APPROVALS_AHEAD, [rollout, place.stage])).length > 0 ? await judgeApproval(this.tx, viewer, rollout) : undefined;
      if (refused !== undefined) return err(refused);
      await this.tx.execute('UPDATE rollout_targets SET is_named = true, named_at = now(), named_by = $3, named_reason = $4 WHERE rollout_id = $1 AND target_id = $2', [rollout, found.id, viewer.name, reason]);
      await this.audit.record({ action: 'deployTarget', object: { kind: 'Target', id: found.id }, projectId: found.project, outcome: 'SUCCEEDED', reason, after: { rollout, reason } });
      await this.outbox.append({ kind: 'rollout.targetSentAhead', projectId: found.project, payload: { applicationId: place.application_id, rolloutId: rollout, targetId: found.id, by: viewer.name } });
      this.tx.notify(CHANNELS.applicationChanged, place.application_id);
      this.tx.notify(CHANNELS.rolloutChanged, rollout);
      this.tx.notify(CHANNELS.targetChanged, found.id);
      return ok({ rollout, hasChanged: true });
    });
  }

  async #judge(place: Place, id: TargetId): Promise<ReturnType<typeof judgeDeployment>> {
    const [head] = await rolloutHeads(this.tx, [place.rollout_id]);
    if (head === undefined) throw new Error(`rollout ${place.rollout_id} of a target is missing`);
    const { state } = await loadRollout(this.tx, head);
    const row = state.targets.find((target) => target.id === id);
    // Of a rollout all at once those that are done are not loaded.
    if (row === undefined) return err(place.state === 'HEALTHY' ? { code: 'ALREADY_AT_RELEASE' } : { code: 'TARGET_LEFT_OUT', reason: reasonIn(place.reason) });
    const isBlocked = row.state === 'PENDING' && place.blocked_reason !== null;
    return judgeDeployment(state, isBlocked ? { ...row, blockedBy: reasonIn(place.blocked_reason) } : row);
  }
}

function reasonIn(text: string | null): ReasonCode {
  return text !== null && isReasonCode(text) ? text : 'INTERNAL_ERROR';
}
