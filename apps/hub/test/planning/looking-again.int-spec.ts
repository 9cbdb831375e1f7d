import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silentLog } from '#kernel';
import { systemTimers } from '#runtime';
import { ManualTimers, seededRandom } from '#testing';
import { findDue, findWork, PlanApplication, PlannerController } from '../../src/features/planner/index.js';
import { ProjectPolicyStore } from '../../src/features/project-policy/project-policy.store.js';
import { CHANNELS, type Channel } from '../../src/platform/database/index.js';
import { anInput, value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const APPROVED = [{ name: 'go', approval: {} }];
const QUEUE_FIRST = [{ name: 'queue-first', rollout: { application: 'queue', deadline: 60_000 } }];

describe('a rollout that waits', () => {
  let ground: StagedGround;
  let ends: (() => Promise<void>)[];
  beforeEach(async () => {
    ground = await stagedGround();
    ends = [];
  }, 60_000);
  afterEach(async () => {
    for (const end of ends) await end();
    await ground.close();
  });

  const due = async (): Promise<number> => (await findWork(ground.tx, 10, 'DUE')).length;
  /** The first release is well on the canary and waits before the rest. */
  async function waits(before: Parameters<typeof twoStages>[2] = { before: APPROVED }): Promise<void> {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ offlineWait: 0 }, {}, before));
    await ground.release();
    await ground.answers(['c1']);
  }
  /** A planner to which notifications come only as a test says, on a clock of its own. */
  async function planner(failures: (() => Error | undefined) = () => undefined) {
    const heard = new Map<Channel, (id: string) => void>();
    const timers = new ManualTimers();
    const plan = new PlanApplication(ground.ports);
    let planned = 0;
    const controller = new PlannerController({
      tx: ground.tx, facts: ground.facts, holder: 'test', timers, monotonic: timers.clock, random: seededRandom(1), log: silentLog,
      leases: { acquire: () => ground.lease(), renew: () => Promise.resolve(true), release: () => Promise.resolve() },
      plan: {
        execute: async (lease, application) => {
          const failure = failures();
          if (failure !== undefined) throw failure;
          const looked = await plan.execute(lease, application);
          planned += 1;
          return looked;
        },
      },
      notifications: { session: undefined, onReconnect: () => () => undefined, listen: (channel, listener) => (heard.set(channel, listener), () => undefined) },
    });
    controller.start();
    ends.push(() => controller.stop());
    const until = async (isSo: () => Promise<boolean> | boolean): Promise<void> => {
      while (!(await isSo())) {
        await timers.advance(1); // what gathers notifications waits for milliseconds
        await systemTimers.sleep(10);
      }
    };
    await until(() => timers.pendingCount > 0);
    return { timers, until, tell: (channel: Channel, id: string) => heard.get(channel)?.(id), looks: () => planned };
  }
  const state = async (): Promise<string | undefined> => (await ground.rollouts()).at(-1)?.state;
  const idOf = async (table: 'applications' | 'clusters', name: string): Promise<string> => (await ground.rows<{ id: string }>(`SELECT id FROM ${table} WHERE name = $1`, [name]))[0]?.id ?? '';

  it('for a person is left alone by the scan, with all that its release has not come to, for less than a minute', async () => {
    await waits();
    value(await ground.clusters.label('c2', { shape: 'odd' })); // its order is made when it gets one
    expect([await due(), await findWork(ground.tx, 10)]).toEqual([0, [await idOf('applications', 'web')]]);
    const [row] = await ground.rows<{ seconds: number }>('SELECT extract(epoch FROM look_again_at - now())::float8 AS seconds FROM rollouts');
    expect([row !== undefined && row.seconds > 0, row !== undefined && row.seconds <= 60]).toEqual([true, true]);
    await ground.rows('UPDATE rollouts SET look_again_at = now()');
    expect(await due()).toBe(1);
    await ground.plan();
    expect(await due()).toBe(0);
  });

  it('is looked at though the clock of the database was put back behind the moment that is written down', async () => {
    await waits();
    await ground.rows(`UPDATE rollouts SET look_again_at = now() + interval '1 hour'`); // as it was written an hour ahead
    expect([await due(), (await findDue(ground.tx, 10)).applications.length]).toEqual([1, 1]);
    await ground.plan();
    expect([await due(), (await findDue(ground.tx, 10)).applications.length]).toEqual([0, 0]);
  });

  it('for the one before it is looked at though the clock of the database was put back', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ newerRelease: 'WAIT' }));
    await ground.release();
    await ground.release();
    await ground.rows(`UPDATE rollouts SET look_again_at = now() + interval '1 hour' WHERE state = 'PENDING'`);
    expect(await due()).toBe(1);
    await ground.plan();
    expect(await due()).toBe(0);
  });

  it('goes on when nobody was told of what it waited for, with the next look at it, though other things are told of without end', async () => {
    await waits();
    const { timers, until, tell } = await planner();
    value(await ground.approveAs(ground.viewer.principalId, 'rest', 'go')); // its notification is lost
    await ground.rows('UPDATE rollouts SET look_again_at = now()');
    await until(async () => {
      tell(CHANNELS.clusterChanged, await idOf('clusters', 'none'));
      await timers.advance(1_000);
      return (await ground.assigned())['c2'] === 1;
    });
  });

  it('until a moment is looked at in that moment, not with the next scan', async () => {
    await waits({ before: QUEUE_FIRST });
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '57 seconds'`);
    await ground.rows('UPDATE rollouts SET look_again_at = now()');
    await ground.plan();
    const { nextInMs } = await findDue(ground.tx, 10);
    expect([nextInMs !== undefined && nextInMs > 0, nextInMs !== undefined && nextInMs <= 3_000]).toEqual([true, true]);
    const { timers, until } = await planner();
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '3 seconds'`);
    await ground.rows(`UPDATE rollouts SET look_again_at = look_again_at - interval '3 seconds'`);
    await timers.advance(3_000); // a scan comes after 3.5 s at the earliest
    await until(async () => (await state()) === 'HALTED');
  });

  it('until a moment that comes nearer with an event is looked at in that one', async () => {
    await waits({ before: QUEUE_FIRST });
    const { timers, until, tell, looks } = await planner();
    await until(() => looks() > 0);
    const before = looks();
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '58 seconds'`);
    tell(CHANNELS.applicationChanged, await idOf('applications', 'web'));
    await until(() => looks() > before && timers.pendingCount > 0);
    const { nextInMs = 0 } = await findDue(ground.tx, 10);
    expect(nextInMs).toBeLessThanOrEqual(2_000);
    await ground.rows(`UPDATE rollout_gates SET since = since - interval '2 seconds'`);
    await ground.rows(`UPDATE rollouts SET look_again_at = look_again_at - interval '2 seconds'`);
    await timers.advance(2_000);
    await until(async () => (await state()) === 'HALTED');
  });

  it('for another application is looked at when that changes', async () => {
    await waits({ before: QUEUE_FIRST });
    const { until, tell, looks } = await planner();
    await until(() => looks() > 0);
    value(await ground.create('queue', anInput({ source: { repository: 'fleet', ref: 'main', path: 'apps/queue' } })));
    const before = looks();
    tell(CHANNELS.applicationChanged, await idOf('applications', 'queue'));
    await until(() => looks() === before + 2);
  });

  it('is looked at when one of its clusters comes or goes, and when one falls silent', async () => {
    await waits();
    const { until, tell, looks } = await planner();
    await until(() => looks() > 0);
    await ground.connection('c2', 'AWAY');
    tell(CHANNELS.clusterChanged, await idOf('clusters', 'c2'));
    const before = looks();
    await until(() => looks() > before);
    await ground.rows(`UPDATE clusters SET connected_replica = 'killed', last_seen_at = now() - interval '61 seconds' WHERE name = 'c2'`);
    expect(await due()).toBe(1);
    await ground.rows(`UPDATE clusters SET last_seen_at = now() - interval '90 seconds' WHERE name = 'c2'`);
    expect(await due()).toBe(0);
  });

  it('is looked at again soon when a look failed', async () => {
    await waits();
    let failures = 0;
    const { timers, until, tell } = await planner(() => ((failures += 1) <= 2 ? new Error('not now') : undefined));
    await until(() => failures === 1);
    value(await ground.approveAs(ground.viewer.principalId, 'rest', 'go'));
    tell(CHANNELS.applicationChanged, await idOf('applications', 'web'));
    await until(() => failures === 2 && timers.pendingCount > 0);
    await timers.advance(6_600);
    await until(async () => (await ground.assigned())['c2'] === 1);
  });

  it('behind another one is left alone as well, and begins when that has ended', async () => {
    await ground.fleet('c1 tier=canary', 'c2');
    await ground.application(twoStages({ newerRelease: 'WAIT' }, {}, { before: APPROVED }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.release();
    expect([await due(), (await ground.rollouts()).map((rollout) => rollout.state)]).toEqual([0, ['RUNNING', 'PENDING']]);
    await ground.rows('UPDATE rollouts SET look_again_at = now()');
    expect(await due()).toBe(1);
    await ground.plan();
    expect(await due()).toBe(0);
  });

  it('is told of when the rules of its project change', async () => {
    await waits();
    const client = await ground.database.pool.connect();
    const told: string[] = [];
    client.on('notification', ({ payload }) => void told.push(payload ?? ''));
    await client.query(`LISTEN ${CHANNELS.applicationChanged}`);
    const store = new ProjectPolicyStore(ground.tx);
    await ground.tx.run({ kind: 'system', controller: 'test' }, async () => {
      const stored = await store.lock(ground.project.id);
      if (stored === undefined) throw new Error('the project is gone');
      await store.save(stored, { ...stored.policy, approvals: { notByAuthor: true } });
    });
    await client.query('UNLISTEN *');
    client.release();
    expect(told).toEqual([await idOf('applications', 'web')]);
  });
});
