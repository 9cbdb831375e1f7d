import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1', 'apps/api/cm.yaml': 'a: 1' };

describe('removals', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  /** `count` clusters that run `web`, all healthy. */
  async function fleet(count: number, applications: readonly string[] = ['web']): Promise<void> {
    for (let n = 1; n <= count; n += 1) await ground.joined(`c${n}`, { env: 'prod' });
    for (const name of applications) value(await ground.create(name, anInput({ source: { repository: 'fleet', ref: 'main', path: 'apps/web' } })));
    await ground.push(V1);
    await ground.plan();
    for (const name of applications) for (let n = 1; n <= count; n += 1) await ground.answer(name, `c${n}`);
    await ground.plan();
  }
  const away = (name: string, confirm?: Parameters<PlanningGround['clusters']['label']>[2]): ReturnType<PlanningGround['clusters']['label']> => ground.clusters.label(name, { env: 'dev' }, confirm);
  const states = (): Promise<object[]> => ground.rows(`SELECT c.name, t.state FROM targets t JOIN clusters c ON c.id = t.cluster_id ORDER BY 1`);

  it('of one target among many happen at once, signed, and end with the acknowledgement', async () => {
    await fleet(3);
    value(await away('c1'));
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'REMOVING', sync: 'REMOVING', reason: 'WAITING_FOR_AGENT', removal: { mode: 'DELETE', cause: 'SELECTOR' } });
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'TOMBSTONE', mode: 'DELETE', generation: 3n });
    await ground.answer('web', 'c1');
    expect(await ground.view('web', 'c1')).toMatchObject({ sync: 'REMOVED' });
    await ground.plan();
    expect(await states()).toEqual([{ name: 'c1', state: 'REMOVED' }, { name: 'c2', state: 'ACTIVE' }, { name: 'c3', state: 'ACTIVE' }]);
  });

  it('of what another one needs are signed after those of the other, whoever is planned first', async () => {
    await fleet(3, ['api']);
    value(await ground.create('web', anInput({ source: { repository: 'fleet', ref: 'main', path: 'apps/web' }, dependsOn: ['api'] })));
    await ground.push({ ...V1, 'apps/web/cm.yaml': 'a: 2' });
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'ASSIGNMENT', dependsOn: ['api'] });
    const refused = await away('c1');
    if (refused.ok || refused.error.code !== 'REMOVAL_NEEDS_CONFIRMATION') throw new Error('expected a refusal');
    await ground.database.pool.query(`UPDATE clusters SET labels = '{"env":"prod"}'`);
    value(await away('c1', refused.error.digest));
    await ground.plan();
    await ground.plan();
    const [web, api] = [await ground.order('web', 'c1'), await ground.order('api', 'c1')];
    expect([web.kind, api.kind]).toEqual(['TOMBSTONE', 'TOMBSTONE']);
    expect(web).toMatchObject({ dependsOn: ['api'] });
    expect(api.generation > web.generation).toBe(true);
  });

  it('without prune let go and delete nothing', async () => {
    for (const name of ['c1', 'c2', 'c3']) await ground.joined(name, { env: 'prod' });
    value(await ground.create('web', anInput({ sync: { prune: false } })));
    await ground.push(V1);
    await ground.plan();
    value(await away('c1'));
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'TOMBSTONE', mode: 'ORPHAN' });
  });

  it('of the only target need a confirmation, by exactly this digest', async () => {
    await fleet(1);
    const refused = await away('c1');
    expect(refused).toMatchObject({ ok: false, error: { code: 'REMOVAL_NEEDS_CONFIRMATION', count: 1, digest: expect.stringMatching(/^sha256:/), targets: ['default/web@c1'] } });
    // The mutation would have been undone: here the use case alone has written the labels.
    if (refused.ok || refused.error.code !== 'REMOVAL_NEEDS_CONFIRMATION') throw new Error('expected a refusal');
    expect(await states()).toEqual([{ name: 'c1', state: 'ACTIVE' }]);
    await ground.database.pool.query(`UPDATE clusters SET labels = '{"env":"prod"}'`);
    value(await away('c1', refused.error.digest));
    expect(await states()).toEqual([{ name: 'c1', state: 'REMOVING' }]);
  });

  it('one by one count together for ten minutes', async () => {
    await fleet(20);
    value(await away('c1'));
    expect(await away('c2')).toMatchObject({ ok: false, error: { code: 'REMOVAL_NEEDS_CONFIRMATION', count: 1 } });
  });

  it('by a narrower selector are guarded as well, and confirmed by updateApplication', async () => {
    await fleet(4);
    await ground.database.pool.query(`UPDATE clusters SET labels = labels || '{"tier":"edge"}' WHERE name IN ('c1', 'c2')`);
    const narrower = anInput({ selector: { matchLabels: { env: 'prod', tier: 'edge' } } });
    const refused = await ground.update('web', narrower);
    expect(refused).toMatchObject({ ok: false, error: { code: 'REMOVAL_NEEDS_CONFIRMATION', count: 2, targets: ['default/web@c3', 'default/web@c4'] } });
    expect(await states()).toEqual(['c1', 'c2', 'c3', 'c4'].map((name) => ({ name, state: 'ACTIVE' })));
  });

  it('match again: the removal ends first, then the target comes back with a higher generation', async () => {
    await fleet(3);
    value(await away('c1'));
    await ground.plan();
    value(await ground.clusters.label('c1', { env: 'prod' }));
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'REMOVING' });
    const tombstone = await ground.order('web', 'c1');
    await ground.answer('web', 'c1');
    await ground.plan();
    const order = await ground.order('web', 'c1');
    expect(order).toMatchObject({ kind: 'ASSIGNMENT', target: tombstone.target });
    expect(order.generation).toBeGreaterThan(tombstone.generation);
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'ACTIVE', sync: 'PENDING', reason: 'WAITING_FOR_AGENT', removal: undefined });
    await ground.answer('web', 'c1');
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ sync: 'SYNCED', isSynced: true });
  });

  it.each(['DELETE', 'ORPHAN'] as const)('by deleting the application with mode %s reach every target, and free the name at the end', async (mode) => {
    await fleet(2);
    value(await ground.remove('web', mode));
    expect(await ground.remove('web', mode === 'DELETE' ? 'ORPHAN' : 'DELETE')).toEqual({ ok: false, error: { code: 'APPLICATION_DELETING', name: 'web' } });
    expect(await ground.create('web')).toEqual({ ok: false, error: { code: 'DUPLICATE_APPLICATION', name: 'web' } });
    await ground.plan();
    for (const cluster of ['c1', 'c2']) {
      expect(await ground.order('web', cluster)).toMatchObject({ kind: 'TOMBSTONE', mode });
      expect(await ground.rows('SELECT state FROM applications')).toEqual([{ state: 'DELETING' }]);
      await ground.answer('web', cluster);
      await ground.plan();
    }
    expect(await ground.rows('SELECT state, deleted_at IS NOT NULL AS gone FROM applications')).toEqual([{ state: 'DELETED', gone: true }]);
    value(await ground.create('web'));
  });

  it('of an application that never reached an agent are done at once', async () => {
    await ground.joined('c1', { env: 'prod' });
    value(await ground.create('web'));
    value(await ground.remove('web', 'DELETE'));
    await ground.plan();
    expect(await ground.rows('SELECT state FROM applications')).toEqual([{ state: 'DELETED' }]);
    expect(await ground.rows('SELECT desired_seq::int, (SELECT count(*)::int FROM tombstones WHERE order_bytes IS NOT NULL) AS signed FROM clusters')).toEqual([{ desired_seq: 1, signed: 0 }]);
  });

  it('of a cluster let everything go, and wait for its agent', async () => {
    await fleet(2);
    value(await ground.clusters.remove('c1'));
    expect(await ground.rows(`SELECT state FROM clusters WHERE name = 'c1'`)).toEqual([{ state: 'REMOVING' }]);
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'TOMBSTONE', mode: 'ORPHAN' });
    await ground.answer('web', 'c1');
    await ground.plan();
    expect(await states()).toEqual([{ name: 'c1', state: 'REMOVED' }, { name: 'c2', state: 'ACTIVE' }]);
  });

  it('of a cluster by force wait for nobody', async () => {
    await fleet(1);
    value(await ground.clusters.remove('c1', true));
    await ground.plan();
    expect(await states()).toEqual([{ name: 'c1', state: 'REMOVED' }]);
    expect(await ground.rows(`SELECT state FROM clusters`)).toEqual([{ state: 'REMOVED' }]);
  });

  it('are never caused by facts: the target stays and says so', async () => {
    await ground.joined('c1', { env: 'prod' });
    const facts = (region: string): Promise<unknown> => ground.database.pool.query(`UPDATE clusters SET facts = $1, facts_at = now() + random() * interval '1 second'`, [{ region, custom: {} }]);
    await facts('eu');
    value(await ground.create('web', anInput({ selector: { matchLabels: { env: 'prod' }, matchExpressions: [{ key: 'facts.capstan.dev/region', operator: 'In', values: ['eu'] }] } })));
    await ground.push(V1);
    await ground.plan();
    await ground.answer('web', 'c1');
    await ground.plan();
    await facts('us');
    expect(await ground.facts.pass()).toBe(false);
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'ACTIVE', sync: 'SYNCED', reason: 'FACT_MISMATCH' });
    expect(await ground.rows('SELECT count(*)::int AS n FROM tombstones')).toEqual([{ n: 0 }]);
    await facts('eu');
    await ground.facts.pass();
    const target = await ground.view('web', 'c1');
    expect(target).toMatchObject({ sync: 'SYNCED', reason: 'SYNCED' });
    const confirm = (): Promise<unknown> => ground.confirmFactMismatch.execute(ground.viewer, { target, name: target.name });
    expect(await confirm()).toEqual({ ok: false, error: { code: 'NOTHING_TO_CONFIRM', name: 'default/web@c1' } });
    await facts('us'); // nobody has looked yet: the confirmation does
    expect(await confirm()).toEqual({ ok: true, value: target.id });
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'TOMBSTONE', mode: 'DELETE' });
    await ground.answer('web', 'c1');
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'REMOVED' });
    expect(await confirm()).toMatchObject({ ok: false, error: { code: 'NOTHING_TO_CONFIRM' } });
  });

  it('begin no sooner than an agent acknowledges this removal: older reports do not count', async () => {
    await fleet(3);
    const before = await ground.order('web', 'c1');
    value(await away('c1'));
    await ground.plan();
    await ground.answer('web', 'c1', { generation: before.generation });
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ state: 'REMOVING' });
  });

  it('are not acknowledged by what an agent did in an older epoch, nor before they were ordered', async () => {
    await fleet(3);
    value(await away('c1'));
    const { id, generation } = await ground.view('web', 'c1');
    const done = async (): Promise<unknown> => (await ground.rows('SELECT acknowledged_at IS NOT NULL AS done FROM tombstones WHERE target_id = $1', [id]))[0];
    await ground.report('c1', id, { epoch: 1n, generation, sync: 'REMOVED', reason: 'REMOVED' });
    expect(await done()).toEqual({ done: false }); // not signed yet
    await ground.rows('UPDATE hub_identity SET epoch = 2');
    await ground.plan();
    await ground.report('c1', id, { epoch: 1n, generation: 99n, sync: 'REMOVED', reason: 'REMOVED' });
    expect(await done()).toEqual({ done: false });
    await ground.answer('web', 'c1');
    expect(await done()).toEqual({ done: true });
  });

  it('of guarded objects wait for approvePrune, and carry it in the next order', async () => {
    await fleet(3);
    value(await away('c1'));
    await ground.plan();
    const digest = `sha256:${'d'.repeat(64)}`;
    await ground.answer('web', 'c1', { sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL', pendingRemoval: { digest: digest as never, total: 1, objects: [] } });
    expect(await ground.view('web', 'c1')).toMatchObject({ sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL', observed: { pendingRemoval: { digest } } });
    const target = await ground.view('web', 'c1');
    expect(await ground.approve.execute(ground.viewer, { target, name: target.name, digest: `sha256:${'e'.repeat(64)}` as never })).toMatchObject({ ok: false, error: { code: 'DIGEST_MISMATCH' } });
    value(await ground.approve.execute(ground.viewer, { target, name: target.name, digest: digest as never }));
    const other = await ground.view('web', 'c2');
    expect(await ground.approve.execute(ground.viewer, { target: other, name: other.name, digest: digest as never })).toMatchObject({ ok: false, error: { code: 'NOTHING_TO_APPROVE' } });
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ kind: 'TOMBSTONE', approvedRemovals: [digest], generation: 4n });
  });
});
