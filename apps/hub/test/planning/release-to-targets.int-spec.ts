import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1' };
const V2 = { 'apps/web/cm.yaml': 'a: 2' };

describe('from a commit to targets', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  it('releases, assigns signed orders, and ends the rollout when every agent has answered', async () => {
    const cluster = await ground.joined('eu-1', { env: 'prod' });
    await ground.joined('dev-1', { env: 'dev' });
    value(await ground.create('web'));
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'PENDING', reason: 'WAITING_FOR_ROLLOUT', assigned: undefined, generation: 0n });
    expect(await ground.targets.list(ground.viewer, {}, { limit: 10, after: undefined, filterHash: '' })).toHaveLength(1);

    const pushed = await ground.push(V1);
    expect(pushed).toMatchObject({ released: [expect.any(String)], unchanged: 0, held: 0 });
    await ground.plan();
    const order = await ground.order('web', 'eu-1');
    expect(order).toMatchObject({ kind: 'ASSIGNMENT', audience: cluster, epoch: 1n, generation: 1n, release: { id: pushed.released[0], path: 'apps/web', repository: { url: 'https://git.example.com/fleet' } } });
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'PENDING', reason: 'WAITING_FOR_AGENT', isSettled: false });

    await ground.answer('web', 'eu-1', { sync: 'APPLYING', reason: 'APPLYING', health: 'PROGRESSING' });
    await ground.plan();
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'APPLYING', isSettled: false });
    await ground.answer('web', 'eu-1');
    await ground.plan();
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'SYNCED', health: 'HEALTHY', isSettled: true, isSynced: true, isHealthy: true });
    expect(await ground.rows('SELECT state, cause FROM rollouts')).toEqual([{ state: 'SUCCEEDED', cause: 'RELEASE' }]);
    expect(await ground.rows('SELECT kind FROM target_transitions ORDER BY at, id')).toEqual(['CREATED', 'ASSIGNED', 'OBSERVED', 'OBSERVED', 'ROLLOUT'].map((kind) => ({ kind })));
  });

  it('makes no release of what nobody watches, and tells nobody', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    value(await ground.create('web'));
    await ground.push(V1);
    await ground.plan();
    const [before] = await ground.rows('SELECT desired_seq FROM clusters');
    expect(await ground.push({ ...V1, 'docs/readme.md': 'hello' })).toMatchObject({ released: [], unchanged: 1 });
    await ground.plan();
    expect(await ground.rows('SELECT desired_seq FROM clusters')).toEqual([before]);
    expect(await ground.rows('SELECT count(*)::int AS n FROM releases')).toEqual([{ n: 1 }]);
  });

  it('takes a revert to older content for a release of its own', async () => {
    value(await ground.create('web'));
    await ground.push(V1);
    await ground.push(V2);
    expect((await ground.push(V1, { commit: 'c'.repeat(40) })).released).toHaveLength(1);
    expect(await ground.rows('SELECT number FROM releases ORDER BY number')).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]);
  });

  it('lets a newer release supersede the one under way', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    value(await ground.create('web'));
    await ground.push(V1);
    await ground.plan();
    const { released } = await ground.push(V2);
    await ground.plan();
    expect(await ground.order('web', 'eu-1')).toMatchObject({ generation: 2n, release: { id: released[0] } });
    expect(await ground.rows('SELECT state FROM rollouts ORDER BY number')).toEqual([{ state: 'SUPERSEDED' }, { state: 'RUNNING' }]);
  });

  it('waits for syncApplication where sync.automated is false', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    const application = value(await ground.create('web', anInput({ sync: { automated: false } })));
    expect(await ground.sync.execute(ground.viewer, { application, name: 'web' })).toEqual({ ok: false, error: { code: 'NOTHING_TO_SYNC', name: 'web' } });
    await ground.push(V1);
    await ground.plan();
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'PENDING', reason: 'WAITING_FOR_SYNC', assigned: undefined, isSettled: false });
    value(await ground.sync.execute(ground.viewer, { application, name: 'web' }));
    await ground.plan();
    await ground.answer('web', 'eu-1');
    await ground.plan();
    expect(await ground.view('web', 'eu-1')).toMatchObject({ sync: 'SYNCED', isSynced: true });
    // Asked again it tries the same release anew.
    value(await ground.sync.execute(ground.viewer, { application, name: 'web' }));
    await ground.plan();
    expect(await ground.order('web', 'eu-1')).toMatchObject({ generation: 2n });
    expect(await ground.rows('SELECT cause, state FROM rollouts ORDER BY number')).toEqual([{ cause: 'RELEASE', state: 'SUCCEEDED' }, { cause: 'SYNC', state: 'RUNNING' }]);
  });

  it('fails the rollout for a release that does not work, and not for a cluster that is away for a while', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    value(await ground.create('web'));
    await ground.push(V1);
    await ground.plan();
    await ground.answer('web', 'eu-1', { sync: 'FAILED', reason: 'CLUSTER_UNAVAILABLE', health: 'UNKNOWN' });
    await ground.plan();
    expect(await ground.rows('SELECT state FROM rollouts')).toEqual([{ state: 'RUNNING' }]);
    await ground.answer('web', 'eu-1', { sync: 'FAILED', reason: 'INVALID_YAML', health: 'UNKNOWN' });
    await ground.plan();
    expect(await ground.rows('SELECT o.state, r.state AS target, r.reason FROM rollouts o JOIN rollout_targets r ON r.rollout_id = o.id')).toEqual([{ state: 'FAILED', target: 'FAILED', reason: 'INVALID_YAML' }]);
  });

  it('rolls to a cluster that matches late, for it alone', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    value(await ground.create('web'));
    const { released } = await ground.push(V1);
    await ground.plan();
    await ground.answer('web', 'eu-1');
    await ground.plan();
    await ground.joined('eu-2', { env: 'prod' });
    await ground.plan();
    expect(await ground.order('web', 'eu-2')).toMatchObject({ generation: 1n, release: { id: released[0] } });
    expect(await ground.order('web', 'eu-1')).toMatchObject({ generation: 1n });
    expect(await ground.rows(`SELECT o.cause, count(*)::int AS targets FROM rollouts o JOIN rollout_targets r ON r.rollout_id = o.id WHERE o.number = 2 GROUP BY 1`)).toEqual([{ cause: 'LATE_MATCH', targets: 1 }]);
  });

  it('lets a late cluster join the rollout that is under way', async () => {
    await ground.joined('eu-1', { env: 'prod' });
    value(await ground.create('web'));
    await ground.push(V1);
    await ground.plan();
    await ground.joined('eu-2', { env: 'prod' });
    await ground.plan();
    expect(await ground.rows('SELECT r.state FROM rollouts o JOIN rollout_targets r ON r.rollout_id = o.id')).toEqual([{ state: 'MOVING' }, { state: 'MOVING' }]);
  });
});
