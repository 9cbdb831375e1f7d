import { rolloutId, type GitWriteForm, type RolloutCommand, type RolloutId, type StageInput, type StrategyInput } from '#domain';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { Outbox } from '../../src/platform/database/index.js';
import { Reverts } from '../../src/features/git-writes/reverts.js';
import { LiftHold } from '../../src/features/rollbacks/lift-hold.js';
import { RollBack, type RolledBack } from '../../src/features/rollbacks/roll-back.js';
import type { RollbackScope } from '../../src/features/rollbacks/rollback-candidates.js';
import { ApproveGate } from '../../src/features/rollout-control/approve-gate.js';
import { ControlRollout } from '../../src/features/rollout-control/control-rollout.js';
import { DeployTarget } from '../../src/features/rollout-control/deploy-target.js';
import { PromoteStage } from '../../src/features/rollout-control/promote-stage.js';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

export interface RolloutSight {
  readonly state: string;
  readonly cause: string;
  readonly release: number;
  /** `stage:STATE`, in order. */
  readonly stages: string;
}

/** A planning ground whose clusters are connected, and what people do with rollouts. */
export type StagedGround = Awaited<ReturnType<typeof stagedGround>>;

/** `canary` for tier=canary, then `rest` for all; parts of the stages may be given. */
export const twoStages = (rest: Partial<StrategyInput> = {}, canary: Partial<StageInput> = {}, others: Partial<StageInput> = {}): StrategyInput => ({
  kind: 'STAGED', stages: [{ name: 'canary', selector: { matchLabels: { tier: 'canary' } }, ...canary }, { name: 'rest', selector: { all: true }, ...others }], ...rest,
});

export async function stagedGround() {
  const ground: PlanningGround = await planningGround();
  const { tx, ids } = ground;
  const audit = new AuditTrail(tx, ids);
  const outbox = new Outbox(tx, ids);
  const control = new ControlRollout(tx, audit, outbox);
  const promote = new PromoteStage(tx, audit, outbox);
  const deploy = new DeployTarget(tx, audit, outbox);
  const approve = new ApproveGate(tx, audit, outbox);
  const back = new RollBack(tx, ground.ports.rolloutStore, ground.ports.rollouts, new Reverts(tx, ids), audit, outbox, ids);
  const lift = new LiftHold(tx, audit, outbox, ids);
  let commits = 0;
  await ground.lease();
  await ground.rows(`UPDATE leases SET since = now() - interval '1 hour'`); // this hub has been up for long

  const staged = {
    ...ground,
    /** Clusters whose agents are connected: `name` or `name tier=canary`. */
    async fleet(...names: readonly string[]): Promise<void> {
      for (const text of names) {
        const [name = '', ...labels] = text.split(' ');
        await ground.joined(name, { env: 'prod', ...Object.fromEntries(labels.map((label) => label.split('='))) });
        await staged.connection(name, 'CONNECTED');
      }
    },
    async connection(cluster: string, state: 'CONNECTED' | 'AWAY'): Promise<void> {
      await ground.rows(`UPDATE clusters SET connected_replica = $2, last_seen_at = now() - $3::interval WHERE name = $1`, state === 'CONNECTED' ? [cluster, 'test', '0s'] : [cluster, null, '10 minutes']);
    },
    async application(strategy: StrategyInput | undefined, rest: Parameters<typeof anInput>[0] = {}): Promise<void> {
      value(await ground.create('web', anInput({ ...rest, strategy })));
    },
    /** A commit that changes the application, planned. */
    async release(): Promise<void> {
      commits += 1;
      await ground.push({ 'apps/web/cm.yaml': `a: ${commits}` });
      await ground.plan();
    },
    /** Agents answer what they were ordered, then the planner looks. */
    async answers(clusters: readonly string[], report: Parameters<PlanningGround['answer']>[2] = {}): Promise<void> {
      for (const cluster of clusters) await ground.answer('web', cluster, report);
      await ground.plan();
    },
    fails: (...clusters: readonly string[]): Promise<void> => staged.answers(clusters, { health: 'DEGRADED' }),
    /** Which release each cluster was assigned: `{ 'eu-1': 2 }`. */
    async assigned(): Promise<Readonly<Record<string, number>>> {
      const rows = await ground.rows<{ name: string; number: number | null }>(
        `SELECT c.name, r.number FROM targets t JOIN clusters c ON c.id = t.cluster_id LEFT JOIN releases r ON r.id = t.assigned_release_id WHERE t.state = 'ACTIVE' ORDER BY c.name`,
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.number ?? 0]));
    },
    async rollouts(): Promise<readonly RolloutSight[]> {
      return ground.rows<RolloutSight>(
        `SELECT o.state, o.cause, r.number AS release, (SELECT string_agg(s.name || ':' || s.state, ' ' ORDER BY s.ordinal) FROM rollout_stages s WHERE s.rollout_id = o.id) AS stages
         FROM rollouts o JOIN releases r ON r.id = o.release_id ORDER BY o.number`,
      );
    },
    /** State and reason of each target in the newest rollout of the whole application: `{ 'eu-1': 'SKIPPED HELD' }`. */
    async states(): Promise<Readonly<Record<string, string>>> {
      const rows = await ground.rows<{ name: string; text: string }>(
        `SELECT c.name, CASE WHEN x.state IN ('SKIPPED', 'FAILED', 'REVERT_FAILED') THEN x.state || ' ' || x.reason ELSE x.state END AS text
         FROM rollout_targets x JOIN targets t ON t.id = x.target_id JOIN clusters c ON c.id = t.cluster_id
         WHERE x.rollout_id = (SELECT id FROM rollouts WHERE cause IN ('RELEASE', 'SYNC') ORDER BY number DESC LIMIT 1) ORDER BY c.name`,
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.text]));
    },
    async newest(): Promise<RolloutId> {
      const [row] = await ground.rows<{ id: string }>('SELECT id FROM rollouts ORDER BY number DESC LIMIT 1');
      return rolloutId(row?.id ?? '');
    },
    tell: async (command: RolloutCommand) => control.execute(ground.viewer, { rollout: { project: ground.project.id, id: await staged.newest() }, command, reason: 'a test' }),
    promote: async (reason = 'a test') => promote.execute(ground.viewer, { rollout: { project: ground.project.id, id: await staged.newest() }, reason }),
    approveAs: async (principal: string, stage: string, gate: string, comment = 'looks good') => {
      const viewer = { ...ground.viewer, principalId: principal as typeof ground.viewer.principalId, name: principal };
      return approve.execute(viewer, { rollout: { project: ground.project.id, id: await staged.newest() }, stage, gate, comment });
    },
    /** One target, ahead of its stage. */
    async deploy(cluster: string, reason = 'a customer waits') {
      const { id } = await ground.view('web', cluster);
      return deploy.execute(ground.viewer, { target: { project: ground.project.id, id }, reason });
    },
    /** The go-ahead of a person: for all, or for some clusters. */
    async goAhead(...clusters: readonly string[]) {
      const [application] = await ground.rows<{ id: string }>(`SELECT id FROM applications WHERE name = 'web'`);
      const result = await ground.sync.execute(ground.viewer, {
        application: { project: ground.project.id, id: application?.id as never }, name: 'web', choice: clusters.length === 0 ? undefined : { clusters: new Set(clusters), selector: undefined },
      });
      await ground.plan();
      return result;
    },
    async rollBack(scope: Partial<Omit<RollbackScope, 'project' | 'application'>> = {}, reason = 'a test', revert?: GitWriteForm, mayWaitForGit = false): Promise<ReturnType<RollBack['execute']> extends Promise<infer R> ? R : RolledBack> {
      const application = await ground.rows<{ id: string }>(`SELECT id FROM applications WHERE name = 'web'`);
      const result = await back.execute(ground.viewer, { scope: { project: ground.project.id, application: application[0]?.id as never, cluster: undefined, stage: undefined, release: undefined, ...scope }, reason, mayWaitForGit, revert });
      await ground.plan();
      return result;
    },
    liftHold: async (cluster?: string) => {
      const result = await lift.execute(ground.viewer, { scope: { project: ground.project.id, application: undefined, cluster }, reason: 'a test' });
      await ground.plan();
      return result;
    },
  };
  return staged;
}
