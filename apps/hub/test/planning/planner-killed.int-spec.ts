import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silentLog, type Failpoints } from '#kernel';
import { systemMonotonic, systemRandom, systemTimers } from '#runtime';
import { until } from '#testing';
import { findWork, PlanApplication, PlannerController } from '../../src/features/planner/index.js';
import { LeaseLost } from '../../src/platform/database/index.js';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1' };

/** Dies at the nth failpoint that it meets, whatever its name. */
function dyingAt(nth: number): Failpoints & { readonly met: string[] } {
  const met: string[] = [];
  return {
    met,
    hit(name) {
      met.push(name);
      if (met.length === nth) throw new Error(`killed at ${name}`);
    },
  };
}

describe('a planner', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  it('that is killed at every failpoint in turn ends where an undisturbed one does', async () => {
    for (const name of ['c1', 'c2', 'c3', 'c4']) await ground.joined(name, { env: 'prod', size: '1' });
    value(await ground.create('web', anInput({ parameters: { size: '{{ cluster.labels.size }}' } })));
    await ground.push(V1);
    const met = new Set<string>();
    const story: readonly (() => Promise<unknown>)[] = [
      () => Promise.resolve(),
      async () => value(await ground.clusters.label('c1', { size: '2' })),
      async () => value(await ground.clusters.label('c2', { env: 'dev' })),
      async () => ground.answer('web', 'c2'),
      async () => ground.joined('c5', { env: 'prod', size: '5' }),
      async () => Promise.all(['c1', 'c3', 'c4', 'c5'].map((cluster) => ground.answer('web', cluster))),
      async () => ground.joined('c6', { env: 'prod', size: '6' }),
      async () => ground.answer('web', 'c6'),
      async () => value(await ground.remove('web', 'DELETE')),
      async () => Promise.all(['c1', 'c3', 'c4', 'c5', 'c6'].map((cluster) => ground.answer('web', cluster))),
    ];
    for (const chapter of story) {
      await chapter();
      for (let nth = 1; nth < 50; nth += 1) {
        const failpoints = dyingAt(nth);
        const died = await ground.plan(failpoints).then(() => false, () => true);
        for (const name of failpoints.met) met.add(name);
        if (!died) break;
      }
      // At rest: nothing is left half done, whatever was killed on the way.
      const { desired } = (await ground.rows<{ desired: string }>('SELECT sum(desired_seq) AS desired FROM clusters'))[0] ?? { desired: '' };
      await ground.plan();
      expect(await ground.rows('SELECT sum(desired_seq) AS desired FROM clusters')).toEqual([{ desired }]);
    }
    expect([...met].toSorted()).toEqual([
      'planner.after-bump', 'planner.after-load', 'planner.after-orders', 'planner.after-refresh', 'planner.after-settle', 'planner.after-signing', 'planner.after-tombstones',
      'planner.before-commit', 'planner.before-late-rollout',
    ]);
    expect(await ground.rows('SELECT state FROM applications')).toEqual([{ state: 'DELETED' }]);
    expect(await ground.rows(`SELECT DISTINCT state FROM targets`)).toEqual([{ state: 'REMOVED' }]);
    // Every target was assigned once for each reason that there was, and never twice for one.
    expect(await ground.rows(`SELECT c.name, count(*)::int AS orders FROM target_transitions x JOIN targets t ON t.id = x.target_id JOIN clusters c ON c.id = t.cluster_id WHERE x.kind = 'ASSIGNED' GROUP BY 1 ORDER BY 1`)).toEqual([
      { name: 'c1', orders: 2 }, { name: 'c2', orders: 1 }, { name: 'c3', orders: 1 }, { name: 'c4', orders: 1 }, { name: 'c5', orders: 1 }, { name: 'c6', orders: 1 },
    ]);
  });

  it('that lost its lease writes nothing any more', async () => {
    await ground.joined('c1', { env: 'prod' });
    value(await ground.create('web'));
    await ground.push(V1);
    const ghost = await ground.lease();
    await ground.leases.release(ghost);
    const heir = await ground.leases.acquire('planner', 'heir', 60_000);
    expect(heir?.epoch).toBe(ghost.epoch + 1n);
    const [id] = await findWork(ground.tx, 10);
    if (id === undefined) throw new Error('nothing to do');
    await expect(new PlanApplication(ground.ports).execute(ghost, id)).rejects.toThrow(LeaseLost);
    expect(await ground.rows('SELECT count(*)::int AS n FROM targets WHERE order_bytes IS NOT NULL')).toEqual([{ n: 0 }]);
  });

  it('plans on one replica only, and the other takes over when it goes', async () => {
    for (const name of ['c1', 'c2']) await ground.joined(name, { env: 'prod' });
    value(await ground.create('web'));
    const notifications = { listen: () => () => undefined, onReconnect: () => () => undefined, session: undefined };
    const controller = (holder: string): PlannerController =>
      new PlannerController({
        tx: ground.tx, leases: ground.leases, notifications, plan: new PlanApplication(ground.ports), facts: ground.facts, holder, timers: systemTimers, monotonic: systemMonotonic, random: systemRandom, log: silentLog,
      });
    const [first, second] = [controller('first'), controller('second')];
    await ground.push(V1);
    expect(await Promise.all([first.pass(), second.pass()])).toContain(false);
    expect(await ground.rows('SELECT generation::int FROM targets')).toEqual([{ generation: 1 }, { generation: 1 }]);
    const [planner, other] = (await first.pass()) ? [first, second] : [second, first];
    expect(await other.pass()).toBe(false);
    await planner.stop();
    await ground.push({ 'apps/web/cm.yaml': 'a: 2' });
    expect(await other.pass()).toBe(true);
    expect(await ground.rows('SELECT generation::int FROM targets')).toEqual([{ generation: 2 }, { generation: 2 }]);
    other.start();
    await ground.push({ 'apps/web/cm.yaml': 'a: 3' });
    await until('the scan finds the release although no notification came', 20_000, async () => ((await ground.rows<{ n: number }>('SELECT min(generation)::int AS n FROM targets'))[0]?.n === 3 ? true : undefined));
    await other.stop();
  }, 120_000);
});
