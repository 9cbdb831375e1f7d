import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('the removal of a target with its objects', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1'), { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    cluster.audit.mark();
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('takes what holds no data, in reverse order, and asks for the rest', async () => {
    await agent.accept(aTombstone({ generation: 2, mode: 'DELETE' }));
    const report = await agent.reported({ generation: 2n, sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL' });
    expect(report.pendingRemoval).toMatchObject({ total: 1, objects: [{ group: '', kind: 'PersistentVolumeClaim', namespace: 'shop', name: 'data' }] });
    expect(cluster.deletes()).toEqual(['deployments shop/web', 'configmaps shop/settings']);
    expect(agent.core.inbox.floor()).toEqual({ epoch: 0n, generation: 0n });
  });

  it('is complete once exactly that was approved: nothing is held any more and the floor is raised', async () => {
    const digest = agent.last()?.pendingRemoval?.digest;
    if (digest === undefined) throw new Error('nothing to approve');
    await agent.accept(aTombstone({ generation: 3, mode: 'DELETE', approvedRemovals: [digest] }));
    await agent.reported({ generation: 3n, sync: 'REMOVED', objectCount: 0 });
    expect(agent.core.inbox.held()).toEqual([]);
    expect(agent.core.inbox.floor()).toEqual({ epoch: 1n, generation: 3n });
    expect([cm('settings'), deploy('web')].map((ref) => cluster.object(ref))).toEqual([undefined, undefined]);
    expect(cluster.deletes()).toEqual(['deployments shop/web', 'configmaps shop/settings', 'persistentvolumeclaims shop/data']);
  });

  it('leaves the namespace that was made for it, and nothing of its own state', () => {
    expect(cluster.object({ group: '', kind: 'Namespace', namespace: '', name: 'shop' })).toBeDefined();
    const left = [...cluster.sandbox.objects().values()].filter(({ kind, metadata }) => kind === 'Secret' && /order|content/.test(metadata.labels?.['capstan.dev/state'] ?? ''));
    expect(left).toEqual([]);
  });

  it('survives a restart with its floor, and the target can come back', async () => {
    await agent.stop();
    agent = await TestAgent.start(cluster, source, 2);
    expect(agent.core.inbox.floor()).toEqual({ epoch: 1n, generation: 3n });
    await agent.accept(anAssignment({ generation: 4, release: 'one' }));
    await agent.reported({ generation: 4n, sync: 'SYNCED', health: 'HEALTHY' });
  });

  it('waits for what refuses to go, and says what holds it', async () => {
    await cluster.edit(cm('settings'), { metadata: { finalizers: ['example.com/stuck'] } });
    await agent.accept(aTombstone({ generation: 5, mode: 'DELETE' }));
    const report = await agent.reported({ generation: 5n, sync: 'REMOVING', reason: 'PRUNE_BLOCKED' });
    expect(report.message).toMatch(/^ConfigMap shop\/settings waits for example.com\/stuck since 20[-\dT:]+Z$/);
    await cluster.edit(cm('settings'), { metadata: { finalizers: null } });
    await agent.reported({ generation: 5n, sync: 'AWAITING_APPROVAL' });
  });
});
