import { releaseId, rolloutId, unaskedLook, type ApplicationId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import { IS_DUE, type RolloutStore, type StartRollouts } from '../rollouts/index.js';
import { withApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

/** Lets a release run that waited for the rollout before it, once nothing is in its way. */
export class StartWaiting {
  constructor(
    private readonly ports: PlannerPorts,
    private readonly store: RolloutStore,
    private readonly rollouts: StartRollouts,
  ) {}

  async execute(lease: HeldLease, application: ApplicationId): Promise<void> {
    await withApplication(this.ports, lease, application, async ({ now }) => {
      const [waiting] = await this.ports.tx.query<{ id: string; release_id: string }>(
        `SELECT id, release_id FROM rollouts WHERE application_id = $1 AND state = 'PENDING' AND waits_for = 'ROLLOUT' ORDER BY number DESC LIMIT 1`,
        [application],
      );
      if (waiting === undefined) return;
      const toRoll = await this.store.lockApplication(application);
      const id = rolloutId(waiting.id);
      const isLet = toRoll !== undefined && (await this.rollouts.letNextRun(toRoll, { id, release: releaseId(waiting.release_id) }));
      if (!isLet) await this.ports.tx.execute(`UPDATE rollouts SET look_again_at = $2 WHERE id = $1 AND ${IS_DUE}`, [id, unaskedLook(id, now)]);
    });
  }
}
