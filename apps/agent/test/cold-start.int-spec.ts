import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { contentId } from '#domain';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

const idsOf = (...releases: readonly string[]): readonly string[] => releases.map((release) => contentId(anAssignment({ generation: 1, release }))).toSorted();

jest.setTimeout(120_000);

describe('a start without hub and without Git', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1')]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    source.isDown = true;
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('touches nothing that is as it should be', async () => {
    await agent.stop();
    cluster.audit.mark();
    agent = await TestAgent.start(cluster, source, 2);
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(agent.core.inbox.held()).toEqual([expect.objectContaining({ generation: 1n, epoch: 1n })]);
    expect(cluster.writes()).toEqual([]);
    expect(source.asked).toBe(1);
  });

  it('heals what was changed while it was away', async () => {
    await agent.stop();
    await cluster.edit(deploy('web'), { spec: { replicas: 5 } });
    await cluster.remove(cm('settings'));
    agent = await TestAgent.start(cluster, source, 3);
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY', healedCount: 2 });
    expect(cluster.object(deploy('web'))?.['spec']).toMatchObject({ replicas: 1 });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'blue' });
  });

  it('keeps what runs when an order needs what cannot be had', async () => {
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', reason: 'REPOSITORY_UNREACHABLE' });
    await agent.stop();
    cluster.audit.mark();
    agent = await TestAgent.start(cluster, source, 4);
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', reason: 'REPOSITORY_UNREACHABLE', health: 'HEALTHY' });
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', healedCount: 1 });
    expect(cluster.writes()).toEqual(['patch configmaps shop/settings']);
  });

  it('goes on by itself when Git is back', async () => {
    source.isDown = false;
    source.put('two', [configMap('settings', { colour: 'green' }), deployment('web', 'web:2')]);
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'green' });
  });

  it('tells from its first word on what it keeps, and goes back there without Git', async () => {
    await agent.stop();
    source.isDown = true;
    agent = await TestAgent.start(cluster, source, 5);
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(new Set(agent.reports.map(({ kept }) => kept?.join()))).toEqual(new Set([idsOf('one', 'two').join()]));
    const { asked } = source;
    await agent.accept(anAssignment({ generation: 3, release: 'one' }));
    expect((await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' })).kept).toEqual(idsOf('one', 'two'));
    expect(source.asked).toBe(asked);
  });

  it('tells that it lets go of what is more than three healthy releases ago', async () => {
    source.isDown = false;
    const kept: (readonly string[] | undefined)[] = [];
    for (const [index, release] of ['three', 'four', 'five'].entries()) {
      source.put(release, [configMap('settings', { colour: release }), deployment('web', 'web:1')]);
      await agent.accept(anAssignment({ generation: 4 + index, release }));
      kept.push((await agent.reported({ generation: BigInt(4 + index), sync: 'SYNCED', health: 'HEALTHY' })).kept);
    }
    // What is applied is healthy only after that, so that three more stay beside it.
    expect(kept).toEqual([idsOf('one', 'two', 'three'), idsOf('one', 'two', 'three', 'four'), idsOf('one', 'three', 'four', 'five')]);
  });
});
