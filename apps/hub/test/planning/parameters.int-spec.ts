import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { anInput, planningGround, value, type PlanningGround } from './planning-ground.js';

jest.setTimeout(120_000);

const V1 = { 'apps/web/cm.yaml': 'a: 1' };

describe('parameters and policy', () => {
  let ground: PlanningGround;
  beforeEach(async () => void (ground = await planningGround()), 60_000);
  afterEach(() => ground.close());

  const sized = (): ReturnType<typeof anInput> => anInput({ parameters: { replicas: '{{ cluster.labels.size }}' } });
  const causes = (): Promise<object[]> => ground.rows('SELECT cause, state FROM rollouts ORDER BY number');
  async function running(clusters: Readonly<Record<string, object>>): Promise<void> {
    for (const [name, labels] of Object.entries(clusters)) await ground.joined(name, labels);
    value(await ground.create('web', sized()));
    await ground.push(V1);
    await ground.plan();
  }

  it('are resolved for each cluster; one that lacks a label holds up nobody', async () => {
    await running({ small: { env: 'prod', size: '1' }, none: { env: 'prod' }, large: { env: 'prod', size: '9' } });
    expect(await ground.order('web', 'small')).toMatchObject({ parameters: { replicas: '1' } });
    expect(await ground.order('web', 'large')).toMatchObject({ parameters: { replicas: '9' } });
    expect(await ground.view('web', 'none')).toMatchObject({ sync: 'FAILED', reason: 'PARAMETER_MISSING', message: 'Parameter replicas: cluster none has no cluster.labels.size.', assigned: undefined });
    await ground.answer('web', 'small');
    await ground.answer('web', 'large');
    await ground.plan();
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'FAILED' }]);
  });

  it('heal by themselves once the label is there', async () => {
    await running({ none: { env: 'prod' } });
    await ground.plan();
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'FAILED' }]);
    value(await ground.clusters.label('none', { size: '3' }));
    await ground.plan();
    expect(await ground.order('web', 'none')).toMatchObject({ parameters: { replicas: '3' } });
    await ground.answer('web', 'none');
    await ground.plan();
    expect(await ground.view('web', 'none')).toMatchObject({ sync: 'SYNCED', isSynced: true });
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'FAILED' }, { cause: 'PARAMETERS', state: 'SUCCEEDED' }]);
  });

  it('that change roll the same release anew, on that cluster alone; a label that nobody uses changes nothing', async () => {
    await running({ c1: { env: 'prod', size: '1' }, c2: { env: 'prod', size: '1' } });
    const before = await ground.order('web', 'c1');
    value(await ground.clusters.label('c1', { colour: 'blue' }));
    await ground.plan();
    expect((await ground.order('web', 'c1')).generation).toBe(before.generation);
    value(await ground.clusters.label('c1', { size: '2' }));
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ parameters: { replicas: '2' }, generation: before.generation + 1n, release: before.kind === 'ASSIGNMENT' ? { id: before.release.id } : {} });
    expect((await ground.order('web', 'c2')).generation).toBe(1n);
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'RUNNING' }, { cause: 'PARAMETERS', state: 'RUNNING' }]);
  });

  it('that can no longer be resolved leave what runs, and clear when they can again', async () => {
    await running({ c1: { env: 'prod', size: '1' } });
    await ground.answer('web', 'c1');
    await ground.plan();
    value(await ground.clusters.label('c1', {}, undefined, ['size']));
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ sync: 'KEPT_LAST_GOOD', reason: 'PARAMETER_MISSING', health: 'HEALTHY' });
    expect(await ground.order('web', 'c1')).toMatchObject({ generation: 1n });
    value(await ground.clusters.label('c1', { size: '1' }));
    await ground.plan();
    expect(await ground.view('web', 'c1')).toMatchObject({ sync: 'SYNCED', reason: 'SYNCED' });
    expect(await ground.order('web', 'c1')).toMatchObject({ generation: 1n });
  });

  it('a change of the sync policy alone reaches the agent without a release', async () => {
    await running({ c1: { env: 'prod', size: '1' } });
    await ground.answer('web', 'c1');
    await ground.plan();
    value(await ground.update('web', { ...sized(), sync: { drift: 'REPORT', prune: true, automated: true } }));
    expect(await ground.push(V1)).toMatchObject({ released: [], unchanged: 1 });
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ generation: 2n, sync: { drift: 'REPORT', prune: true } });
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'SUCCEEDED' }, { cause: 'POLICY', state: 'RUNNING' }]);
  });

  it('orders that were asked for again are signed anew with the same content and a higher generation', async () => {
    await running({ c1: { env: 'prod', size: '1' } });
    await ground.database.pool.query('UPDATE targets SET reissue_requested_at = now()');
    await ground.plan();
    expect(await ground.order('web', 'c1')).toMatchObject({ generation: 2n, parameters: { replicas: '1' } });
    expect(await ground.rows('SELECT reissue_requested_at, order_epoch::int FROM targets')).toEqual([{ reissue_requested_at: null, order_epoch: 1 }]);
    expect(await causes()).toEqual([{ cause: 'RELEASE', state: 'RUNNING' }]);
  });
});
