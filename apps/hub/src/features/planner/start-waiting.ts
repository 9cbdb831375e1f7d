import { releaseId, rolloutId, type ApplicationId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import type { RolloutStore, StartRollouts } from '../rollouts/index.js';
import { withApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

/** Lets a release run that waited for the rollout before it, once nothing is in its way. */
export class StartWaiting {
  constructor(
    private readonly ports: PlannerPorts,
    private readonly store: RolloutStore,
    private readonly rollouts: StartRollouts,
  ) {}

  async execute(lease: HeldLease, id: ApplicationId): Promise<void> {
    await withApplication(this.ports, lease, id, async () => {
      const [waiting] = await this.ports.tx.query<{ id: string; release_id: string }>(
        `SELECT id, release_id FROM rollouts WHERE application_id = $1 AND state = 'PENDING' AND waits_for = 'ROLLOUT' ORDER BY number DESC LIMIT 1`,
        [id],
      );
      if (waiting === undefined) return;
      const application = await this.store.lockApplication(id);
      if (application !== undefined) await this.rollouts.letNextRun(application, { id: rolloutId(waiting.id), release: releaseId(waiting.release_id) });
    });
  }
}
