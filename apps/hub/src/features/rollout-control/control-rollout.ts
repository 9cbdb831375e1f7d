import { err, ok, type Result } from '#kernel';
import { controlRollout, type ProjectId, type RolloutCommand, type RolloutId } from '#domain';
import { Inject, Injectable } from '@nestjs/common';
import type { Viewer } from '../../platform/api/index.js';
import { AuditTrail } from '../../platform/audit/index.js';
import { CHANNELS, Outbox, TransactionContext, viewerScope } from '../../platform/database/index.js';
import { IDLE_SO_FAR } from '../rollouts/index.js';
import type { RolloutControlFailure } from './control-failure.js';
import { lockRollout, type LockedRollout } from './rollout-rows.js';
import type { ToldRollout } from './told-rollout.js';

export interface ControlRolloutCommand {
  /** As the viewer was allowed to find it; undefined: no such rollout, or not the viewer's. */
  readonly rollout: { readonly project: ProjectId; readonly id: RolloutId } | undefined;
  readonly command: RolloutCommand;
  readonly reason: string;
}

/** Pauses, resumes and aborts rollouts, and tries again what failed in them. What was assigned stays assigned: only the planner assigns. */
@Injectable()
export class ControlRollout {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(AuditTrail) private readonly audit: AuditTrail,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  async execute(viewer: Viewer, { rollout: found, command, reason }: ControlRolloutCommand): Promise<Result<ToldRollout, RolloutControlFailure>> {
    if (found === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
    return this.tx.run(viewerScope(viewer, found.project), async () => {
      const rollout = await lockRollout(this.tx, found.id);
      if (rollout === undefined) return err({ code: 'ROLLOUT_NOT_FOUND' });
      const phase = controlRollout(command, rollout.phase);
      if (!phase.ok) return phase;
      const retried = command === 'RETRY' ? await this.#retry(rollout) : 0;
      if (phase.value === rollout.phase && retried === 0) return ok({ rollout: rollout.id, hasChanged: false });
      if (phase.value !== rollout.phase) {
        await this.tx.execute(
          `UPDATE rollouts SET state = $2, reason = $3, finished_at = CASE WHEN $2 = 'ABORTED' THEN now() END, waits_for = NULL, version = version + 1 WHERE id = $1`,
          [rollout.id, phase.value, command === 'RESUME' || command === 'RETRY' ? null : reason || null],
        );
      }
      if (command === 'ABORT') await this.#keepBefore(rollout);
      // While it was paused or had halted nobody asked: the time of its gates begins anew.
      if (phase.value === 'RUNNING' && rollout.phase !== 'RUNNING') await this.tx.execute(`UPDATE rollout_gates SET since = now(), idle_ms = ${IDLE_SO_FAR} WHERE rollout_id = $1 AND state = 'WAITING'`, [rollout.id]);
      await this.audit.record({ action: `rollout.${command.toLowerCase()}`, object: { kind: 'Rollout', id: rollout.id }, projectId: rollout.project, outcome: 'SUCCEEDED', after: { phase: phase.value, reason } });
      await this.outbox.append({ kind: `rollout.${command.toLowerCase()}`, projectId: rollout.project, payload: { applicationId: rollout.application, rolloutId: rollout.id, by: viewer.name } });
      this.tx.notify(CHANNELS.applicationChanged, rollout.application);
      this.tx.notify(CHANNELS.rolloutChanged, rollout.id);
      return ok({ rollout: rollout.id, hasChanged: true });
    });
  }

  /** Whoever comes later, or is back, gets what ran before: not a release that was aborted before it came to all, or that failed. */
  async #keepBefore({ id, application }: LockedRollout): Promise<void> {
    await this.tx.execute(
      `UPDATE applications a SET current_release_id = o.previous_release_id FROM rollouts o
       WHERE o.id = $1 AND a.id = $2 AND o.cause IN ('RELEASE', 'SYNC') AND o.started_at IS NOT NULL AND o.previous_release_id IS NOT NULL AND a.current_release_id = o.release_id
         AND EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = o.id AND (r.state IN ('PENDING', 'FAILED') OR (r.state = 'SKIPPED' AND r.reason IN ('CLUSTER_OFFLINE', 'HELD'))))`,
      [id, application],
    );
  }

  /** What failed waits again, as does a gate that failed: so many. The order that it was given stays noted: a rollback has to take it back. */
  async #retry({ id }: LockedRollout): Promise<number> {
    // What was seen in a cluster before it failed says nothing of how it goes this time.
    await this.tx.execute(`DELETE FROM rollout_gate_checks k USING rollout_targets r WHERE r.rollout_id = $1 AND r.state = 'FAILED' AND k.rollout_id = r.rollout_id AND k.subject = r.target_id::text`, [id]);
    const targets = await this.tx.execute(`UPDATE rollout_targets SET state = 'PENDING', reason = NULL, started_at = NULL, finished_at = NULL WHERE rollout_id = $1 AND state = 'FAILED'`, [id]);
    await this.tx.execute(`DELETE FROM rollout_gate_checks k USING rollout_gates g WHERE g.rollout_id = $1 AND g.state = 'FAILED' AND k.rollout_id = g.rollout_id AND k.stage = g.stage AND k.gate = g.name`, [id]);
    return targets + (await this.tx.execute(`UPDATE rollout_gates SET state = 'PENDING', since = now(), idle_ms = ${IDLE_SO_FAR} WHERE rollout_id = $1 AND state = 'FAILED'`, [id]));
  }
}
