import { assertNever } from '#kernel';
import { applyRolloutTransition, planRollout, type ApplicationId, type RolloutState, type RolloutTransition } from '#domain';
import { CHANNELS, type HeldLease } from '../../platform/database/index.js';
import { assignTargets } from './assign-targets.js';
import { notifyAll } from './notify-all.js';
import { loadOrderMaterial } from './order-material.js';
import { withApplication, type PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';
import { loadRollout, runningRollouts, type LoadedRollout } from './rollout-rows.js';

type Assign = Extract<RolloutTransition, { kind: 'assign' }>;
type Mark = Extract<RolloutTransition, { kind: 'mark-target' }>;

/** Targets assigned in one transaction: bounds its memory and how long it holds the rows of clusters. */
const BATCH = 1_000;
/** Rounds of planning in one transaction; a rollout with more is looked at again at once. */
const MAX_ROUNDS = 32;

/**
 * Moves every running rollout of an application as far as it goes now. Rows are loaded, planned and written in one transaction, so that a
 * planner that is killed anywhere leaves either nothing or a whole step behind.
 */
export class AdvanceRollouts {
  constructor(private readonly ports: PlannerPorts) {}

  /** @returns true when there is more to do at once */
  async execute(lease: HeldLease, application: ApplicationId): Promise<boolean> {
    const isMore = await withApplication(this.ports, lease, application, async (planned) => {
      let more = false;
      for (const rollout of await runningRollouts(this.ports.tx, planned.id)) {
        const loaded = await loadRollout(this.ports.tx, rollout);
        await this.ports.failpoints.hit('planner.after-load');
        more = (await this.#advance(planned, loaded)) || more;
      }
      await this.ports.failpoints.hit('planner.before-commit');
      return more;
    });
    return isMore ?? false;
  }

  async #advance(application: PlannedApplication, loaded: LoadedRollout): Promise<boolean> {
    let rollout = loaded.state;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const transitions = planRollout(rollout);
      if (transitions.length === 0) return false;
      const assigns = transitions.filter((transition): transition is Assign => transition.kind === 'assign');
      if (assigns.length > 0) {
        await this.#assign(application, loaded, assigns.slice(0, BATCH));
        return true; // the rows have changed in ways that only they know: some may be blocked
      }
      await this.#write(application, rollout, transitions);
      rollout = transitions.reduce((state, transition) => applyRolloutTransition(state, transition, neverAssigned), rollout);
    }
    return true;
  }

  async #assign(application: PlannedApplication, { state, clusterOf }: LoadedRollout, assigns: readonly Assign[]): Promise<void> {
    const material = (await loadOrderMaterial(this.ports.tx, [state.release], 'forOrders')).get(state.release);
    if (material === undefined) throw new Error(`release ${state.release} of rollout ${state.id} is missing`);
    const targets = assigns.map(({ target }) => {
      const cluster = clusterOf.get(target);
      if (cluster === undefined) throw new Error(`target ${target} of rollout ${state.id} was not loaded`);
      return { id: target, cluster };
    });
    await assignTargets(this.ports, application, material, { rollout: state.id, release: state.release, targets });
  }

  async #write(application: PlannedApplication, rollout: RolloutState, transitions: readonly RolloutTransition[]): Promise<void> {
    await this.#mark(rollout, transitions.filter((transition): transition is Mark => transition.kind === 'mark-target'));
    for (const transition of transitions) {
      switch (transition.kind) {
        case 'mark-target':
        case 'assign':
          break;
        case 'open-stage':
          await this.ports.tx.execute(`UPDATE rollout_stages SET state = 'OPEN', opened_at = now() WHERE rollout_id = $1 AND name = $2`, [rollout.id, transition.stage]);
          break;
        case 'close-stage':
          await this.ports.tx.execute(`UPDATE rollout_stages SET state = 'CLOSED', closed_at = now() WHERE rollout_id = $1 AND name = $2`, [rollout.id, transition.stage]);
          break;
        case 'halt':
          await this.#end(application, rollout, 'HALTED', { stage: transition.stage, failed: transition.failed.length });
          break;
        case 'finish':
          await this.#end(application, rollout, transition.phase, {});
          break;
        default:
          assertNever(transition);
      }
    }
  }

  async #mark({ id }: RolloutState, marks: readonly Mark[]): Promise<void> {
    if (marks.length === 0) return;
    const { tx, ids } = this.ports;
    await tx.query(
      `WITH m AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS m (target_id, state, reason, transition_id)),
       rows AS (UPDATE rollout_targets r SET state = m.state, reason = m.reason, finished_at = CASE WHEN m.state IN ('HEALTHY', 'FAILED', 'SKIPPED') THEN now() END
         FROM m WHERE r.rollout_id = $1 AND r.target_id = m.target_id RETURNING r.project_id, r.target_id, r.generation, m.state, m.reason, m.transition_id)
       INSERT INTO target_transitions (id, project_id, target_id, kind, generation, reason, message)
       SELECT transition_id, project_id, target_id, 'ROLLOUT', coalesce(generation, 0), reason, state FROM rows`,
      [id, marks.map((mark) => mark.target), marks.map((mark) => mark.to), marks.map((mark) => mark.reason), marks.map(() => ids.uuid())],
    );
    await notifyAll(tx, CHANNELS.targetChanged, marks.map((mark) => mark.target));
  }

  async #end(application: PlannedApplication, { id, release }: RolloutState, phase: 'HALTED' | 'SUCCEEDED' | 'FAILED', detail: Readonly<Record<string, string | number>>): Promise<void> {
    const { tx, audit, outbox } = this.ports;
    await tx.execute(`UPDATE rollouts SET state = $2, finished_at = CASE WHEN $2 = 'HALTED' THEN NULL ELSE now() END, version = version + 1 WHERE id = $1 AND state = 'RUNNING'`, [id, phase]);
    await audit.record({ action: 'rollout.end', object: { kind: 'Rollout', id }, projectId: application.project.id, outcome: 'SUCCEEDED', after: { phase, release, ...detail } });
    await outbox.append({ kind: 'rollout.ended', projectId: application.project.id, payload: { applicationId: application.id, rolloutId: id, phase, ...detail } });
    // What its targets show depends on whether their rollout has ended.
    await tx.query(`SELECT pg_notify('target_changed', target_id::text) FROM rollout_targets WHERE rollout_id = $1`, [id]);
    tx.notify(CHANNELS.applicationChanged, application.id);
  }
}

function neverAssigned(): never {
  throw new Error('assignments are written and loaded again, never applied in memory');
}
