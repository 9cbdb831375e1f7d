import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { aTombstone, anAssignment } from './test-orders.js';

jest.setTimeout(30_000);

const kept = configMap('kept', { v: '1' }, { annotations: { 'helm.sh/resource-policy': 'keep' } });
const alsoKept = configMap('also-kept', { v: '1' }, { annotations: { 'helm.sh/resource-policy': 'keep' } });

describe('an object that asks to stay', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    const rest = ['a', 'b', 'c'].map((name) => configMap(name, { v: '1' }));
    source.put('all', [...rest, kept, alsoKept]);
    source.put('fewer', [...rest.slice(1), alsoKept]);
    await agent.accept(anAssignment({ generation: 1, release: 'all' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', objectCount: 5 });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('leaves the inventory by a prune, and stays in the cluster', async () => {
    await agent.accept(anAssignment({ generation: 2, release: 'fewer' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', objectCount: 3 });
    expect(cluster.deletes()).toEqual(['configmaps shop/a']);
    expect(cluster.object(cm('kept'))?.['data']).toEqual({ v: '1' });
  });

  it('stays when its application is deleted, without holding up the removal', async () => {
    cluster.audit.mark();
    await agent.accept(aTombstone({ generation: 3, mode: 'DELETE' }));
    await agent.reported({ generation: 3n, sync: 'REMOVED' });
    expect(cluster.deletes().toSorted()).toEqual(['configmaps shop/b', 'configmaps shop/c']);
    expect(cluster.object(cm('also-kept'))?.['data']).toEqual({ v: '1' });
  });
});
