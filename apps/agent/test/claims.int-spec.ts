import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION } from '#domain';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone, HUB } from './test-orders.js';

jest.setTimeout(120_000);

describe('two applications that claim one object', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('first', [configMap('shared', { by: 'first' }), configMap('mine', { v: '1' })]);
    source.put('second', [configMap('shared', { by: 'second' }), configMap('other', { v: '1' })]);
    await agent.accept(anAssignment({ application: 'first', generation: 1, release: 'first' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' }, 'first');
    cluster.audit.mark();
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('the second fails whole, before any write, and both are named', async () => {
    await agent.accept(anAssignment({ application: 'second', generation: 2, release: 'second' }));
    const report = await agent.reported({ generation: 2n, sync: 'FAILED', reason: 'OBJECT_CLAIMED' }, 'second');
    expect(report.message).toBe('default/second may not have: ConfigMap shop/shared is declared by default/first too');
    expect(cluster.writes()).toEqual([]);
    expect(cluster.object(cm('shared'))?.['data']).toEqual({ by: 'first' });
  });

  it('the second gets it as it is, when the first no longer declares it', async () => {
    const uid = cluster.object(cm('shared'))?.metadata.uid;
    source.put('less', [configMap('mine', { v: '1' })]);
    await agent.accept(anAssignment({ application: 'first', generation: 3, release: 'less' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', objectCount: 1 }, 'first');
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' }, 'second');
    expect(cluster.object(cm('shared'))).toMatchObject({ data: { by: 'second' }, metadata: { uid, annotations: { [OWNER_ANNOTATION]: `${HUB}/default/second` } } });
    expect(cluster.deletes()).toEqual([]);
  });

  it('an object that another hub owns is refused by its mark', async () => {
    await cluster.create(configMap('foreign', { a: '1' }, { namespace: 'shop', annotations: { [OWNER_ANNOTATION]: '00000000-0000-7000-8000-0000000000cc/default/theirs' } }));
    source.put('third', [configMap('foreign', { a: '2' })]);
    await agent.accept(anAssignment({ application: 'third', generation: 4, release: 'third' }));
    const report = await agent.reported({ generation: 4n, sync: 'FAILED', reason: 'OBJECT_CLAIMED' }, 'third');
    expect(report.message).toContain('ConfigMap shop/foreign belongs to 00000000-0000-7000-8000-0000000000cc/default/theirs');
    expect(cluster.object(cm('foreign'))?.['data']).toEqual({ a: '1' });
  });

  it('an object of nobody is taken up', async () => {
    await cluster.create(configMap('free', { a: '1' }, { namespace: 'shop' }));
    source.put('fourth', [configMap('free', { b: '2' })]);
    await agent.accept(anAssignment({ application: 'fourth', generation: 5, release: 'fourth' }));
    await agent.reported({ generation: 5n, sync: 'SYNCED', health: 'HEALTHY' }, 'fourth');
    expect(cluster.object(cm('free'))?.['data']).toEqual({ a: '1', b: '2' });
  });

  it('the object is free again when its owner is gone', async () => {
    source.put('fifth', [configMap('mine', { v: '5' })]);
    await agent.accept(anAssignment({ application: 'fifth', generation: 6, release: 'fifth' }));
    await agent.reported({ generation: 6n, sync: 'FAILED', reason: 'OBJECT_CLAIMED' }, 'fifth');
    await agent.accept(aTombstone({ application: 'first', generation: 7, mode: 'DELETE' }));
    await agent.reported({ generation: 6n, sync: 'SYNCED', health: 'HEALTHY' }, 'fifth');
    expect(cluster.object(cm('mine'))?.['data']).toEqual({ v: '5' });
  });
});
