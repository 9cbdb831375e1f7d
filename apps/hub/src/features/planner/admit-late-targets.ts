import { movesAll, placeLateTargets, targetId, UNFINISHED_ROLLOUT_STATES, type ApplicationId, type ReleaseId, type RolloutCause, type RolloutId, type TargetId } from '#domain';
import type { HeldLease } from '../../platform/database/index.js';
import { IS_CONNECTED } from '../clusters/index.js';
import type { RolloutStore, StartRollouts } from '../rollouts/index.js';
import { withApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';

const UNASSIGNED = `SELECT t.id FROM targets t WHERE t.application_id = $1 AND t.state = 'ACTIVE' AND t.assigned_release_id IS NULL AND t.blocked_reason IS NULL AND t.hold_at IS NULL`;
/** Who was skipped for this stays in its rollout: it is taken up again, or takes no part. */
export const STAYS = `r.reason IN ('CLUSTER_OFFLINE', 'HELD', 'NO_STAGE')`;
/** Targets that no rollout of the whole application has taken: they matched after it began, or came back. */
const OUTSIDE = `${UNASSIGNED}
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = $2 AND r.target_id = t.id AND (r.state <> 'SKIPPED' OR ${STAYS}))`;
/** Of those, the ones that nothing else is about to assign, and that the newest rollout does not leave out. */
const UNSERVED = `${UNASSIGNED}
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r JOIN rollouts o ON o.id = r.rollout_id WHERE r.target_id = t.id AND o.state IN ('RUNNING', 'PAUSED') AND (r.state <> 'SKIPPED' OR ${STAYS}))
    AND NOT EXISTS (SELECT 1 FROM rollout_targets r WHERE r.rollout_id = $2 AND r.target_id = t.id AND r.state = 'SKIPPED' AND r.reason = 'NO_STAGE')`;
/** The newest rollout of the whole application that was let start: one that still waits has left nobody behind. */
const LAST_STARTED = `(SELECT id, number, state FROM rollouts WHERE application_id = $1 AND cause IN ('RELEASE', 'SYNC') AND started_at IS NOT NULL ORDER BY number DESC LIMIT 1)`;
/** Whether a rollout of the whole application has brought the release to its last stage and was not taken back or aborted: until then gates are before it that nobody has passed. */
const CAME_TO_ALL = `
  SELECT 1 FROM rollouts o WHERE o.application_id = $1 AND o.release_id = $2 AND o.cause IN ('RELEASE', 'SYNC') AND o.state IN ('SUCCEEDED', 'FAILED', 'SUPERSEDED') AND o.started_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM rollout_stages s WHERE s.rollout_id = o.id AND s.state = 'PENDING') LIMIT 1`;
/** Targets that the last rollout ended without, since their cluster was away or they were held; neither is so any more, and they still run something else that no person has sent them since. */
const LEFT_BEHIND = `
  SELECT t.id FROM ${LAST_STARTED} n JOIN rollout_targets r ON r.rollout_id = n.id JOIN targets t ON t.id = r.target_id JOIN clusters c ON c.id = t.cluster_id
  WHERE t.application_id = $1 AND t.state = 'ACTIVE' AND t.hold_at IS NULL AND t.blocked_reason IS NULL AND r.state = 'SKIPPED' AND r.reason IN ('CLUSTER_OFFLINE', 'HELD')
    AND n.state <> ALL($3::text[]) AND t.assigned_release_id IS DISTINCT FROM $2 AND ${IS_CONNECTED}
    AND NOT EXISTS (SELECT 1 FROM rollout_targets u JOIN rollouts o ON o.id = u.rollout_id WHERE u.target_id = t.id AND o.cause <> 'ROLLBACK' AND (o.state IN ('RUNNING', 'PAUSED', 'ROLLING_BACK')
      OR (o.cause = 'PARTIAL' AND o.number > n.number AND u.generation IS NOT NULL)))`;

/**
 * Gives targets that came late their place: in the rollout of the whole application while it lasts, and a rollout of their own to the release that
 * the others run, if that has come as far as the last stage: a release that was ended on its way goes to nobody else. The same for those that were
 * away or held. Level-triggered: whoever created the target need not know of rollouts.
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
      const known = (await this.store.known(id)).filter((rollout) => movesAll(rollout.cause));
      const [newest] = known;
      const placement = placeLateTargets(application.currentRelease, known.find((rollout) => rollout.phase !== 'PENDING'));
      if (newest?.phase === 'PENDING') await this.#join(id, newest.id);
      if (placement.join !== undefined) await this.#join(id, placement.join);
      if (placement.start === undefined || (await this.ports.tx.query(CAME_TO_ALL, [id, placement.start])).length === 0) return;
      await this.#start(id, placement.start, 'LATE_MATCH', await this.#targets(UNSERVED, [id, newest?.id ?? null]));
      await this.#start(id, placement.start, 'CATCH_UP', await this.#targets(LEFT_BEHIND, [id, placement.start, UNFINISHED_ROLLOUT_STATES]));
    });
  }

  async #join(id: ApplicationId, rollout: RolloutId): Promise<void> {
    const outside = await this.#targets(OUTSIDE, [id, rollout]);
    if (outside.length > 0) await this.store.join(id, rollout, outside);
  }

  async #start(id: ApplicationId, release: ReleaseId, cause: RolloutCause, targets: readonly TargetId[]): Promise<void> {
    if (targets.length === 0) return;
    await this.ports.failpoints.hit('planner.before-late-rollout');
    const toRoll = await this.store.lockApplication(id);
    if (toRoll !== undefined) await this.rollouts.startFor(toRoll, release, cause, new Set(targets));
  }

  async #targets(sql: string, parameters: readonly unknown[]): Promise<readonly TargetId[]> {
    const rows = await this.ports.tx.query<{ id: string }>(sql, parameters);
    return rows.map((row) => targetId(row.id));
  }
}
