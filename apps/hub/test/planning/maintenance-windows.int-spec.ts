import { explainRollout, type Labels, type MaintenanceWindow } from '#domain';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { systemScope } from '../../src/platform/database/index.js';
import { findWork } from '../../src/features/planner/find-work.js';
import { loadRollout, rolloutHeads } from '../../src/features/rollouts/load-rollout.js';
import { value } from './planning-ground.js';
import { stagedGround, twoStages, type StagedGround } from './staged-ground.js';

jest.setTimeout(120_000);

const DAY = 86_400_000;
/** Of clusters with `night=yes`, a freeze over the days from now. */
const nights = (fromDay: number, toDay: number): MaintenanceWindow => ({
  name: 'nights', selector: { all: false, matchLabels: { night: 'yes' }, matchExpressions: [] },
  windows: [{ kind: 'DENY', from: new Date(Date.now() + fromDay * DAY).toISOString(), to: new Date(Date.now() + toDay * DAY).toISOString() }],
});

describe('maintenance windows of clusters', () => {
  let ground: StagedGround;
  beforeEach(async () => void (ground = await stagedGround()), 60_000);
  afterEach(() => ground.close());

  const maintain = async (...windows: readonly MaintenanceWindow[]): Promise<void> => {
    await ground.rows(`UPDATE projects SET policy = policy || jsonb_build_object('maintenanceWindows', $1::jsonb) WHERE name = 'default'`, [JSON.stringify(windows)]);
  };
  const close = (): Promise<void> => maintain(nights(-1, 10));
  const open = async (): Promise<void> => {
    await maintain(nights(-10, -1));
    await ground.plan();
  };
  const label = (cluster: string, labels: Labels): Promise<unknown> => ground.rows('UPDATE clusters SET labels = $2::jsonb WHERE name = $1', [cluster, JSON.stringify(labels)]);
  const newest = async (): Promise<object | undefined> => (await ground.rollouts()).at(-1);
  /** Everywhere, before any window is closed. */
  async function running(strategy: Parameters<StagedGround['application']>[0] = { kind: 'ALL_AT_ONCE' }, rest: Parameters<StagedGround['application']>[1] = {}): Promise<void> {
    await ground.fleet('c1 tier=canary zone=a', 'c2 night=yes zone=a', 'c3 zone=a');
    await ground.application(strategy, rest);
    await ground.release();
    for (const cluster of ['c1', 'c2', 'c3']) await ground.answers([cluster]);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
    await close();
  }

  it('hold back the order of a release, say until when, and keep nobody else waiting', async () => {
    await running(twoStages({}, {}, { maxConcurrency: 1, soak: 3_600_000 }));
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c3']);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 2 });
    expect(await newest()).toMatchObject({ state: 'RUNNING', stages: 'canary:CLOSED rest:OPEN' });
    expect(await ground.rows(`SELECT settled_at FROM rollout_stages WHERE name = 'rest' ORDER BY rollout_id DESC LIMIT 1`)).toEqual([{ settled_at: null }]);
    const hurdles = await ground.tx.run(systemScope('test'), async () => {
      const [head] = await rolloutHeads(ground.tx, [await ground.newest()]);
      return head === undefined ? [] : explainRollout((await loadRollout(ground.tx, head)).state, undefined, new Date());
    });
    expect(hurdles).toMatchObject([{ kind: 'TARGETS' }, { kind: 'MAINTENANCE', stage: 'rest', message: expect.stringContaining('1 target of stage rest waits for maintenance windows: nights is closed until'), until: expect.any(Date) }]);
    // Nobody has to tell the planner that a window opens: it looks at what is under way.
    expect(await findWork(ground.tx, 10)).toHaveLength(1);
    await open();
    expect(await ground.assigned()).toMatchObject({ c2: 2 });
    await ground.answers(['c2']);
    expect(await ground.rows(`SELECT settled_at FROM rollout_stages WHERE name = 'rest' ORDER BY rollout_id DESC LIMIT 1`)).toEqual([{ settled_at: expect.any(Date) }]);
  });

  it('are passed by a person who promotes the open stage, with a reason', async () => {
    await running(twoStages());
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c3']);
    expect(await ground.assigned()).toMatchObject({ c2: 1 });
    value(await ground.promote('a hole is being closed'));
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c2: 2 });
  });

  it('go by the labels that a cluster has now', async () => {
    await running();
    await ground.release();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 2 });
    await label('c2', { env: 'prod', night: 'no' });
    await ground.plan();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
  });

  it('hold back what a person sends once more, too', async () => {
    await running();
    const before = await ground.rows<{ generation: string }>(`SELECT t.generation FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE c.name = 'c2'`);
    await ground.tx.run(systemScope('test'), async () => {
      const [row] = await ground.tx.query<{ id: never }>('SELECT id FROM applications');
      const application = row && (await ground.ports.rolloutStore.lockApplication(row.id));
      if (application?.newestRelease !== undefined) await ground.ports.rollouts.startFor(application, application.newestRelease, 'SYNC');
    });
    await ground.plan();
    expect(await ground.states()).toEqual({ c1: 'MOVING', c2: 'PENDING', c3: 'MOVING' });
    expect(await ground.rows(`SELECT t.generation FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE c.name = 'c2'`)).toEqual(before);
  });

  it('hold back a cluster that comes late, and one that was away during a release and is back', async () => {
    await running(twoStages());
    await ground.fleet('c4 night=yes');
    await ground.plan();
    expect(await ground.assigned()).toMatchObject({ c4: 0 });
    expect(await newest()).toMatchObject({ cause: 'LATE_MATCH', state: 'RUNNING' });
    await open();
    expect(await ground.assigned()).toMatchObject({ c4: 1 });
    await ground.answers(['c4']);
    await close();
    await ground.connection('c2', 'AWAY');
    await ground.connection('c4', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    await ground.answers(['c3']);
    expect(await newest()).toMatchObject({ state: 'SUCCEEDED' });
    await ground.connection('c2', 'CONNECTED');
    await ground.plan();
    expect(await newest()).toMatchObject({ cause: 'CATCH_UP', state: 'RUNNING' });
    expect(await ground.assigned()).toMatchObject({ c2: 1 });
    await open();
    expect(await ground.assigned()).toMatchObject({ c2: 2, c4: 1 });
  });

  it('hold back a cluster that is back, and one whose hold is lifted, while the rollout that had left it out is still under way', async () => {
    await running(twoStages());
    await ground.fleet('c4 night=yes');
    await open();
    await ground.answers(['c4']);
    await ground.rows(`UPDATE targets SET hold_at = now(), hold_by = 'test', hold_reason = 'a test' WHERE cluster_id = (SELECT id FROM clusters WHERE name = 'c4')`);
    await close();
    await ground.connection('c2', 'AWAY');
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'SKIPPED CLUSTER_OFFLINE', c3: 'MOVING', c4: 'SKIPPED HELD' });
    await ground.connection('c2', 'CONNECTED');
    value(await ground.liftHold('c4'));
    expect(await ground.states()).toEqual({ c1: 'HEALTHY', c2: 'PENDING', c3: 'MOVING', c4: 'PENDING' });
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 2, c4: 1 });
    await open();
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2, c4: 2 });
  });

  it('hold back other parameters and other rules, and make one order of them when they open', async () => {
    await running({ kind: 'ALL_AT_ONCE' }, { parameters: { zone: '{{ cluster.labels.zone }}' } });
    const order = (): Promise<object> => ground.order('web', 'c2');
    const before = await order();
    await label('c2', { env: 'prod', night: 'yes', zone: 'b' });
    await ground.rows('UPDATE targets SET order_stale = true');
    await ground.plan();
    expect(await newest()).toMatchObject({ cause: 'PARAMETERS', state: 'RUNNING' });
    expect(await order()).toEqual(before);
    await ground.rows(`UPDATE projects SET policy = policy || '{"health": [{"group": "x", "kind": "Y", "healthy": "true"}]}'`);
    await ground.rows('UPDATE targets SET order_stale = true');
    await ground.plan();
    expect(await order()).toEqual(before);
    await open();
    expect(await order()).toMatchObject({ health: [{ kind: 'Y' }] });
    expect(await order()).not.toEqual(before);
  });

  it('never hold up the way back, by hand or by itself', async () => {
    await running(twoStages({ onFailure: 'ROLLBACK' }));
    await open();
    await ground.release();
    await ground.answers(['c1']);
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 2, c3: 2 });
    await close();
    await ground.fails('c3');
    expect(await newest()).toMatchObject({ state: 'ROLLING_BACK' });
    expect(await ground.assigned()).toEqual({ c1: 2, c2: 1, c3: 1 });
    await ground.answers(['c2', 'c3']);
    await ground.answers(['c1']);
    value(await ground.liftHold());
    await open();
    await ground.release();
    for (const clusters of [['c1'], ['c2', 'c3']]) await ground.answers(clusters);
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3, c3: 3 });
    await close();
    value(await ground.rollBack({ release: 1 }));
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1, c3: 1 });
  });

  it('never keep an order from being signed anew, by which an agent goes on healing', async () => {
    await running();
    const [before] = await ground.rows<{ generation: string; assigned_release_id: string }>(`SELECT t.generation, t.assigned_release_id FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE c.name = 'c2'`);
    await ground.release();
    await ground.rows('UPDATE targets SET reissue_requested_at = now()');
    await ground.plan();
    const [after] = await ground.rows<{ generation: string; assigned_release_id: string; reissue_requested_at: Date | null }>(`SELECT t.generation, t.assigned_release_id, t.reissue_requested_at FROM targets t JOIN clusters c ON c.id = t.cluster_id WHERE c.name = 'c2'`);
    expect(after).toMatchObject({ assigned_release_id: before?.assigned_release_id, reissue_requested_at: null });
    expect(Number(after?.generation)).toBeGreaterThan(Number(before?.generation));
  });
});
