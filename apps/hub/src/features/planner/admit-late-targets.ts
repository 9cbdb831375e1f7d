import { placeLateTargets, targetId, type ApplicationId, type TargetId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import type { RolloutStore, StartRollouts } from '../rollouts/index.js';
import { withApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

/** Targets that no rollout of the whole application has taken: they matched after it began, or came back. */
const OUTSIDE = `
  SELECT t.id FROM targets t WHERE t.application_id = $1 AND t.state = 'ACTIVE' AND t.assigned_release_id IS NULL AND t.blocked_reason IS NULL
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = $2 AND r.target_id = t.id AND r.state <> 'SKIPPED')`;
/** Of those, the ones that nothing else is about to assign. */
const UNSERVED = `
  SELECT t.id FROM targets t WHERE t.application_id = $1 AND t.state = 'ACTIVE' AND t.assigned_release_id IS NULL AND t.blocked_reason IS NULL
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id AND o.state = 'RUNNING' AND r.state <> 'SKIPPED')`;

/**
 * Gives targets that came late their place: in the rollout of the whole application while it lasts, and a rollout of their own to the release that
 * the others run. Level-triggered: whoever created the target need not know of rollouts.
 */
export class AdmitLateTargets {
  constructor(
    private readonly ports: PlannerPorts,
    private readonly store: RolloutStore,
    private readonly rollouts: StartRollouts,
  ) {}

  async execute(lease: HeldLease, id: ApplicationId): Promise<void> {
    await withApplication(this.ports, lease, id, async (application) => {
      if (application.state !== 'ACTIVE') return;
      const newest = (await this.store.known(id)).find((rollout) => rollout.cause === 'RELEASE' || rollout.cause === 'SYNC');
      const placement = placeLateTargets(application.currentRelease, newest);
      if (placement.join !== undefined) {
        const outside = await this.#targets(OUTSIDE, [id, placement.join.rollout]);
        if (outside.length > 0) await this.store.join(placement.join.rollout, placement.join.stage, outside);
      }
      if (placement.start === undefined) return;
      const unserved = await this.#targets(UNSERVED, [id]);
      if (unserved.length === 0) return;
      await this.ports.failpoints.hit('planner.before-late-rollout');
      const toRoll = await this.store.lockApplication(id);
      if (toRoll !== undefined) await this.rollouts.startFor(toRoll, placement.start, 'LATE_MATCH', new Set(unserved));
    });
  }

  async #targets(sql: string, parameters: readonly unknown[]): Promise<readonly TargetId[]> {
    const rows = await this.ports.tx.query<{ id: string }>(sql, parameters);
    return rows.map((row) => targetId(row.id));
  }
}
