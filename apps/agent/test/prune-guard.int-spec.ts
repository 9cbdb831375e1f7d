import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

describe('the prune guard', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  let onFailpoint: (name: string) => void | Promise<void> = () => undefined;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source, 1, { failpoints: { hit: (name) => onFailpoint(name) } });
    source.put('six', ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => configMap(name, { v: '1' })));
    source.put('five', ['a', 'b', 'c', 'd', 'e'].map((name) => configMap(name, { v: '1' })));
    source.put('two', ['a', 'b'].map((name) => configMap(name, { v: '2' })));
    source.put('guarded', [...['a', 'b'].map((name) => configMap(name, { v: '3' })), configMap('keep', { v: '1' }, { annotations: { 'capstan.dev/protect': 'true' } })]);
    await agent.accept(anAssignment({ generation: 1, release: 'six' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('prunes a little by itself, under the UID that it knows', async () => {
    await agent.accept(anAssignment({ generation: 2, release: 'five' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'SYNCED', objectCount: 5 });
    expect(cluster.deletes()).toEqual(['configmaps shop/f']);
  });

  it('holds a release that drops most objects, and changes nothing', async () => {
    cluster.audit.mark();
    await agent.accept(anAssignment({ generation: 3, release: 'two' }));
    const report = await agent.reported({ generation: 3n, sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' });
    expect(report.pendingRemoval).toMatchObject({ total: 3, objects: [cm('c'), cm('d'), cm('e')] });
    expect(report.message).toContain('ConfigMap shop/c');
    expect(cluster.writes()).toEqual([]);
    expect(cluster.object(cm('a'))?.['data']).toEqual({ v: '1' });
  });

  it('goes on healing what runs meanwhile', async () => {
    await cluster.remove(cm('c'));
    await until('the object to be back', 10_000, () => cluster.object(cm('c')));
    expect(agent.last()).toMatchObject({ sync: 'AWAITING_APPROVAL' });
  });

  it('does not take the approval of another plan', async () => {
    cluster.audit.mark();
    const asked = await until('a plan that knows the object by its new UID', 10_000, async () => {
      await agent.accept(anAssignment({ generation: 4, release: 'two', approvedPrunes: [anAssignment({ generation: 1, release: 'six' }).parametersDigest] }));
      return agent.reported({ generation: 4n, sync: 'AWAITING_APPROVAL' });
    });
    expect(asked.pendingRemoval?.total).toBe(3);
    expect(cluster.deletes()).toEqual([]);
  });

  it('goes through once exactly that plan is approved', async () => {
    const digest = agent.last()?.pendingRemoval?.digest;
    if (digest === undefined) throw new Error('nothing to approve');
    await agent.accept(anAssignment({ generation: 5, release: 'two', approvedPrunes: [digest] }));
    await agent.reported({ generation: 5n, sync: 'SYNCED', objectCount: 2, pendingRemoval: undefined });
    expect(cluster.deletes().toSorted()).toEqual(['configmaps shop/c', 'configmaps shop/d', 'configmaps shop/e']);
    expect(cluster.object(cm('a'))?.['data']).toEqual({ v: '2' });
  });

  it('asks again when an object is protected in the moment before its delete', async () => {
    source.put('late', ['a', 'b', 'late'].map((name) => configMap(name, { v: '2' })));
    await agent.accept(anAssignment({ generation: 6, release: 'late' }));
    await agent.reported({ generation: 6n, sync: 'SYNCED', objectCount: 3 });
    let edits = 0;
    onFailpoint = async (name) => {
      if (name === 'agent.prune.before-delete' && edits++ === 0) await cluster.edit(cm('late'), { metadata: { annotations: { 'capstan.dev/protect': 'true' } } });
    };
    cluster.audit.mark();
    await agent.accept(anAssignment({ generation: 7, release: 'two' }));
    await agent.reported({ generation: 7n, sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' });
    expect(edits).toBe(1);
    expect(cluster.object(cm('late'))).toBeDefined();
    await cluster.edit(cm('late'), { metadata: { annotations: { 'capstan.dev/protect': null } } });
    await cluster.remove(cm('late'));
  });

  it('deletes what only somebody else wrote in that moment', async () => {
    source.put('busy', ['a', 'b', 'busy'].map((name) => configMap(name, { v: '2' })));
    await agent.accept(anAssignment({ generation: 8, release: 'busy' }));
    await agent.reported({ generation: 8n, sync: 'SYNCED', objectCount: 3 });
    let edits = 0;
    onFailpoint = async (name) => {
      if (name === 'agent.prune.before-delete' && edits++ === 0) await cluster.edit(cm('busy'), { data: { beat: '1' } });
    };
    await agent.accept(anAssignment({ generation: 9, release: 'two' }));
    await agent.reported({ generation: 9n, sync: 'SYNCED', reason: 'SYNCED', objectCount: 2 });
    expect(cluster.object(cm('busy'))).toBeUndefined();
  });

  it('asks for a single protected object too', async () => {
    await agent.accept(anAssignment({ generation: 10, release: 'guarded' }));
    await agent.reported({ generation: 10n, sync: 'SYNCED', objectCount: 3 });
    await agent.accept(anAssignment({ generation: 11, release: 'two' }));
    const report = await agent.reported({ generation: 11n, sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' });
    expect(report.pendingRemoval?.objects).toEqual([cm('keep')]);
  });

  it('lists what could be pruned where pruning is off', async () => {
    await agent.accept(anAssignment({ generation: 12, release: 'two', prune: false }));
    const report = await agent.reported({ generation: 12n, sync: 'SYNCED', reason: 'PRUNE_DISABLED' });
    expect(report).toMatchObject({ message: 'no longer declared: ConfigMap shop/keep', objectCount: 3, pendingRemoval: undefined });
    expect(cluster.object(cm('keep'))).toBeDefined();
  });
});
