import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { systemScope } from '../../src/platform/database/index.js';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const CLUSTERS = ['c1', 'c2', 'c3', 'c4'];
const APPLICATIONS = ['web', 'api'];

describe('changes at the same time', () => {
  let ground: PlanningGround;
  beforeAll(async () => void (ground = await planningGround()));
  afterAll(() => ground.close());

  it('of labels, selectors and by the planner never wait for each other in a circle', async () => {
    for (const cluster of CLUSTERS) await ground.joined(cluster, { env: 'prod', tier: 'a' });
    for (const application of APPLICATIONS) value(await ground.create(application));
    await ground.push({ 'apps/web/cm.yaml': 'a: 1' });
    await ground.plan();
    for (let round = 0; round < 12; round += 1) {
      const [env, tier] = round % 2 === 0 ? ['dev', 'a'] : ['prod', 'b'];
      const selector = { matchLabels: { env: 'prod' }, matchExpressions: round % 2 === 0 ? [] : [{ key: 'tier', operator: 'Exists', values: [] }] };
      await Promise.all([
        ...CLUSTERS.map((cluster) => ground.clusters.label(cluster, { env, tier })),
        ...APPLICATIONS.map((application) => ground.update(application, anInput({ selector: selector as never }))),
        ground.plan(),
      ]);
      for (const application of APPLICATIONS) {
        for (const cluster of CLUSTERS) {
          const [open] = await ground.rows(`SELECT 1 FROM tombstones b JOIN targets t ON t.id = b.target_id JOIN clusters c ON c.id = t.cluster_id JOIN applications a ON a.id = t.application_id
            WHERE a.name = $1 AND c.name = $2 AND b.acknowledged_at IS NULL AND b.order_bytes IS NOT NULL`, [application, cluster]);
          if (open !== undefined) await ground.answer(application, cluster);
        }
      }
      await ground.rows(`UPDATE tombstones SET created_at = created_at - interval '1 hour'`); // the guard is not what is tested
    }
    // Every connection of the pool tells its numbers: they wait a little, so that no two of these run on one.
    await Promise.all(Array.from({ length: 8 }, () => ground.tx.run(systemScope('test'), () => ground.tx.query('SELECT pg_stat_force_next_flush(), pg_sleep(0.3)'))));
    const [stats] = await ground.rows<{ deadlocks: string }>('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()');
    expect(stats).toEqual({ deadlocks: '0' });
  });
});
