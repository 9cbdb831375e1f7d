import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('a session that begins', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('a', { v: '1' })]);
    source.put('two', [configMap('b', { v: '1' })]);
    source.put('three', [configMap('c', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }), anAssignment({ application: 'web', generation: 2, release: 'two' }), anAssignment({ application: 'old', generation: 3, release: 'three' }));
    for (const [application, generation] of [['shop', 1n], ['web', 2n], ['old', 3n]] as const) await agent.reported({ generation, sync: 'SYNCED', health: 'HEALTHY' }, application);
    await agent.accept(aTombstone({ application: 'old', generation: 4, mode: 'DELETE' }));
    await agent.reported({ generation: 4n, sync: 'REMOVED' }, 'old');
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('hears of every target that is held, as it stands, although nothing has changed: its hub may be restored from an older database', () => {
    const before = agent.reports.length;
    const current = [agent.last('shop'), agent.last('web')];
    agent.core.reportAll();
    expect(agent.reports.slice(before).toSorted((a, b) => Number(a.generation - b.generation))).toEqual(current);
  });
});
