import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('a namespace that is to go, with objects of other applications in it', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let generation = 0;
  const source = new TestSource();
  const team: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team' } };
  const ref = { group: '', kind: 'Namespace', namespace: '', name: 'team' };
  const guests = (...names: readonly string[]): readonly KubeObject[] => names.map((name) => configMap(name, { v: '1' }, { namespace: 'team' }));
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  const order = async (application: string, objects: readonly KubeObject[], approvedPrunes: Parameters<typeof anAssignment>[0]['approvedPrunes'] = []): Promise<bigint> => {
    generation += 1;
    source.put(`r${generation}`, objects);
    await agent.accept(anAssignment({ application, generation, release: `r${generation}`, approvedPrunes }));
    return BigInt(generation);
  };

  it('says how many go with it, and an approval covers no more than were shown', async () => {
    const host = [team, ...['a', 'b', 'c'].map((name) => configMap(name, { v: '1' }))];
    await agent.reported({ generation: await order('host', host), sync: 'SYNCED' }, 'host');
    await agent.reported({ generation: await order('guest', guests('g1')), sync: 'SYNCED' }, 'guest');
    const first = await agent.reported({ generation: await order('host', host.slice(1)), sync: 'AWAITING_APPROVAL' }, 'host');
    expect(first.message).toContain('Namespace team with 1 object of other applications');
    await agent.reported({ generation: await order('guest', guests('g1', 'g2')), sync: 'SYNCED' }, 'guest');
    cluster.audit.mark();
    const digest = first.pendingRemoval?.digest;
    if (digest === undefined) throw new Error('nothing to approve');
    const second = await agent.reported({ generation: await order('host', host.slice(1), [digest]), sync: 'AWAITING_APPROVAL' }, 'host');
    expect(second.message).toContain('Namespace team with 2 objects of other applications');
    expect(cluster.deletes()).toEqual([]);

    generation += 1;
    await agent.accept(aTombstone({ application: 'guest', generation, mode: 'ORPHAN' }));
    await agent.reported({ generation: BigInt(generation), sync: 'REMOVED' }, 'guest');
    expect(cluster.object(cm('g1', 'team'))).toBeDefined();
    const again = second.pendingRemoval?.digest;
    if (again === undefined) throw new Error('nothing to approve');
    await agent.reported({ generation: await order('host', host.slice(1), [again]), sync: 'SYNCED', objectCount: 3 }, 'host');
    expect(cluster.deletes()).toEqual(['namespaces team/team']);
    expect(cluster.object(ref)).toBeUndefined();
  });
});
