import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('objects that refuse to go', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('three', [configMap('a', { v: '1' }), configMap('b', { v: '1' }), configMap('c', { v: '1' })]);
    source.put('two', [configMap('a', { v: '1' }), configMap('b', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'three' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('stay tracked and name what holds them, while the release is synced', async () => {
    await cluster.edit(cm('c'), { metadata: { finalizers: ['example.com/stuck'] } });
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    const report = await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'PRUNE_BLOCKED' });
    expect(report).toMatchObject({ objectCount: 3, health: 'HEALTHY' });
    expect(report.message).toMatch(/^ConfigMap shop\/c waits for example.com\/stuck since 20[-\dT:]+Z$/);
  });

  it('are asked once, not again and again', () => {
    expect(cluster.deletes()).toEqual(['configmaps shop/c']);
  });

  it('are forgotten as soon as they are gone', async () => {
    await cluster.edit(cm('c'), { metadata: { finalizers: null } });
    await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'SYNCED', objectCount: 2 });
    expect(cluster.object(cm('c'))).toBeUndefined();
  });

  it('that are not ours any more are let go, not deleted', async () => {
    cluster.audit.mark();
    const taken = cm('b');
    await cluster.edit(taken, { metadata: { annotations: { 'capstan.dev/owner': 'another/default/thing' } } });
    await agent.reported({ generation: 2n, sync: 'DRIFTED' });
    source.put('one', [configMap('a', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 3, release: 'one' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', objectCount: 1 });
    expect(cluster.deletes()).toEqual([]);
    expect(cluster.object(taken)).toBeDefined();
  });
});
