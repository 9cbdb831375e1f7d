import { assertNever } from '#kernel';
import { sayFailedGate, type RolloutCause, type RolloutState, type RolloutTransition } from '#domain';
import { CHANNELS } from '../../platform/database/index.js';
import { notifyAll } from './notify-all.js';
import type { PlannedApplication } from './planned-application.js';
import type { PlannerPorts } from './planner.ports.js';
import { traceRollout, traceStage } from './rollout-trace.js';
import { endSideRollouts, IDLE_SO_FAR, type LoadedRollout } from '../rollouts/index.js';

type Of<K extends RolloutTransition['kind']> = Extract<RolloutTransition, { kind: K }>;

/** Who was away and waited to be tried again keeps the order that a rollback has to take back. */
const WAITS_WITHOUT_ORDER = `m.state = 'PENDING' AND r.reason IS DISTINCT FROM 'CLUSTER_OFFLINE'`;
const HOLD = `
  WITH held AS (
    UPDATE targets t SET hold_at = now(), hold_by = 'capstan', hold_reason = $2, hold_rollout_id = $1, version = t.version + 1 FROM unnest($3::uuid[], $4::uuid[]) AS w (id, transition_id)
    WHERE t.id = w.id AND t.state = 'ACTIVE' AND t.assigned_release_id IS NOT NULL AND t.hold_at IS NULL RETURNING t.project_id, t.id, t.generation, w.transition_id)
  INSERT INTO target_transitions (id, project_id, target_id, kind, generation, message, actor, rollout_id) SELECT transition_id, project_id, id, 'HELD', generation, $2, 'capstan', $1 FROM held`;

/** Writes what the planner decided, all but assignments, in the open transaction. */
export class WriteTransitions {
  constructor(private readonly ports: Pick<PlannerPorts, 'tx' | 'audit' | 'outbox' | 'ids' | 'meter' | 'tracer'>) {}

  async write(application: PlannedApplication, loaded: LoadedRollout, transitions: readonly RolloutTransition[]): Promise<void> {
    const { tx } = this.ports;
    const { state: rollout } = loaded;
    await this.#mark(rollout, transitions.filter((transition): transition is Of<'mark-target'> => transition.kind === 'mark-target'));
    for (const transition of transitions) {
      switch (transition.kind) {
        case 'mark-target':
        case 'assign':
          break;
        case 'forget-name':
          await tx.execute('UPDATE rollout_targets SET is_named = false WHERE rollout_id = $1 AND target_id = $2', [rollout.id, transition.target]);
          await this.#tell(application, rollout, 'rollout.targetNotSentAhead', { target: transition.target });
          break;
        case 'judge-gate':
          await tx.execute(`UPDATE rollout_gates SET state = $4, since = now(), idle_ms = ${IDLE_SO_FAR} WHERE rollout_id = $1 AND stage = $2 AND name = $3`, [rollout.id, transition.stage, transition.gate, transition.to]);
          await this.#tell(application, rollout, 'rollout.gate', { stage: transition.stage, gate: transition.gate, state: transition.to });
          break;
        case 'open-stage':
          await tx.execute(`UPDATE rollout_stages SET state = 'OPEN', opened_at = now(), promoted_at = NULL WHERE rollout_id = $1 AND name = $2`, [rollout.id, transition.stage]);
          await this.#tell(application, rollout, 'rollout.stage', { stage: transition.stage, state: 'OPEN' });
          break;
        case 'settle-stage':
          await tx.execute('UPDATE rollout_stages SET settled_at = $3 WHERE rollout_id = $1 AND name = $2', [rollout.id, transition.stage, transition.at ?? null]);
          break;
        case 'close-stage':
          await this.#close(application, rollout, transition.stage);
          await this.#tell(application, rollout, 'rollout.stage', { stage: transition.stage, state: 'CLOSED' });
          break;
        case 'halt':
          await this.#halt(application, loaded, transition);
          break;
        case 'finish':
          await this.#end(application, rollout, transition.phase);
          break;
        default:
          assertNever(transition);
      }
    }
  }

  async #mark({ id }: RolloutState, marks: readonly Of<'mark-target'>[]): Promise<void> {
    if (marks.length === 0) return;
    const { tx, ids } = this.ports;
    await tx.query(
      `WITH m AS (SELECT * FROM unnest($2::uuid[], $3::text[], $4::text[], $5::uuid[]) AS m (target_id, state, reason, transition_id)),
       rows AS (UPDATE rollout_targets r SET state = m.state, reason = m.reason, is_named = false,
           generation = CASE WHEN ${WAITS_WITHOUT_ORDER} THEN NULL ELSE r.generation END, epoch = CASE WHEN ${WAITS_WITHOUT_ORDER} THEN NULL ELSE r.epoch END,
           started_at = CASE m.state WHEN 'PENDING' THEN NULL WHEN 'MOVING' THEN now() ELSE r.started_at END,
           finished_at = CASE WHEN m.state IN ('PENDING', 'MOVING', 'REVERTING') THEN NULL ELSE now() END
         FROM m WHERE r.rollout_id = $1 AND r.target_id = m.target_id RETURNING r.project_id, r.target_id, r.generation, m.state, m.reason, m.transition_id)
       INSERT INTO target_transitions (id, project_id, target_id, kind, generation, reason, message, rollout_id)
       SELECT transition_id, project_id, target_id, 'ROLLOUT', coalesce(generation, 0), reason, state, $1 FROM rows`,
      [id, marks.map((mark) => mark.target), marks.map((mark) => mark.to), marks.map((mark) => mark.reason), marks.map(() => ids.uuid())],
    );
    await notifyAll(tx, CHANNELS.targetChanged, marks.map((mark) => mark.target));
  }

  async #close(application: PlannedApplication, { id }: RolloutState, stage: string): Promise<void> {
    const { tx, meter, tracer } = this.ports;
    const [row] = await tx.query<{ seconds: number | null }>(
      `UPDATE rollout_stages SET state = 'CLOSED', closed_at = now() WHERE rollout_id = $1 AND name = $2 RETURNING extract(epoch FROM now() - opened_at)::float8 AS seconds`, [id, stage],
    );
    const seconds = row?.seconds ?? undefined;
    if (seconds !== undefined) tx.afterCommit(() => meter?.stageClosed(seconds));
    await traceStage({ tx, tracer }, application, id, stage);
  }

  /** What goes back stays back: every target of the rollout that runs anything is held, moved or not, and the application runs again what it ran before. */
  async #halt(application: PlannedApplication, { state: rollout, previousRelease }: LoadedRollout, { stage, failed, to }: Of<'halt'>): Promise<void> {
    const { tx, ids } = this.ports;
    const at = rollout.stages.find(({ name }) => name === stage);
    const reason = failed.length > 0 ? `${failed.length} failed in stage ${stage}` : ((at && sayFailedGate(rollout, at)) ?? `a gate of stage ${stage} failed`);
    await tx.execute('UPDATE rollouts SET state = $2, reason = $3, failed_at = coalesce(failed_at, now()), version = version + 1 WHERE id = $1', [rollout.id, to, reason]);
    await traceStage(this.ports, application, rollout.id, stage, reason);
    if (to === 'ROLLING_BACK') {
      await tx.execute(HOLD, [rollout.id, `rolled back: ${reason}`, rollout.targets.map((target) => target.id), rollout.targets.map(() => ids.uuid())]);
      await endSideRollouts(tx, application.id, { of: rollout.release }, rollout.id);
      // What went to some clusters only never was what the application has.
      await tx.execute(`UPDATE applications SET current_release_id = $2 WHERE id = $1 AND EXISTS (SELECT 1 FROM rollouts o WHERE o.id = $3 AND o.cause <> 'PARTIAL')`, [application.id, previousRelease ?? null, rollout.id]);
    }
    tx.afterCommit(() => this.ports.meter?.halted(to));
    await this.#tell(application, rollout, to === 'HALTED' ? 'rollout.halted' : 'rollout.rollingBack', { stage, failed: failed.length });
    await this.#tellTargets(application, rollout);
  }

  async #end(application: PlannedApplication, rollout: RolloutState, phase: Of<'finish'>['phase']): Promise<void> {
    const { tx, meter, tracer } = this.ports;
    const [row] = await tx.query<{ cause: RolloutCause; lead_seconds: number }>(
      `UPDATE rollouts o SET state = $2, finished_at = now(), failed_at = CASE WHEN $2 = 'FAILED' THEN coalesce(failed_at, now()) ELSE failed_at END, version = version + 1 FROM releases r
       WHERE o.id = $1 AND r.id = o.release_id RETURNING o.cause, extract(epoch FROM now() - r.committed_at)::float8 AS lead_seconds`,
      [rollout.id, phase],
    );
    if (row === undefined) throw new Error(`rollout ${rollout.id} or its release is missing`);
    await traceRollout({ tx, tracer }, application, rollout.id);
    tx.afterCommit(() => {
      meter?.ended(row.cause, phase);
      if (phase === 'SUCCEEDED' && row.cause === 'RELEASE') meter?.delivered(row.lead_seconds);
    });
    await this.#tell(application, rollout, 'rollout.ended', { phase });
    await this.#tellTargets(application, rollout);
  }

  async #tell(application: PlannedApplication, { id, release }: RolloutState, kind: string, detail: Readonly<Record<string, string | number>>): Promise<void> {
    const { audit, outbox } = this.ports;
    await audit.record({ action: kind, object: { kind: 'Rollout', id }, projectId: application.project.id, outcome: 'SUCCEEDED', after: { release, ...detail } });
    await outbox.append({ kind, projectId: application.project.id, payload: { applicationId: application.id, rolloutId: id, ...detail } });
  }

  /** What targets show depends on where their rollout stands. */
  async #tellTargets({ id: application }: PlannedApplication, { id }: RolloutState): Promise<void> {
    const { tx } = this.ports;
    await tx.query(`SELECT pg_notify('target_changed', target_id::text) FROM rollout_targets WHERE rollout_id = $1`, [id]);
    tx.notify(CHANNELS.applicationChanged, application);
  }
}
