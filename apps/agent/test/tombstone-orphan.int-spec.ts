import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION, TARGET_LABEL } from '#domain';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('letting go of a target', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('settings', { colour: 'blue' }), deployment('web', 'web:1')]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    cluster.audit.mark();
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('takes our marks off and leaves everything else as it runs', async () => {
    const before = cluster.object(deploy('web'));
    await agent.accept(aTombstone({ generation: 2, mode: 'ORPHAN' }));
    await agent.reported({ generation: 2n, sync: 'REMOVED' });
    const after = cluster.object(deploy('web'));
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
    expect(after?.['spec']).toEqual(before?.['spec']);
    expect(after?.metadata.annotations ?? {}).not.toHaveProperty([OWNER_ANNOTATION]);
    expect(after?.metadata.labels ?? {}).not.toHaveProperty([TARGET_LABEL]);
    expect(cluster.deletes()).toEqual([]);
  });

  it('ends the healing', async () => {
    cluster.audit.mark();
    await cluster.edit(cm('settings'), { data: { colour: 'red' } });
    source.put('two', [configMap('marker', { v: '1' })]);
    await agent.accept(anAssignment({ application: 'other', generation: 3, release: 'two' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' }, 'other');
    expect(cluster.writes()).toEqual(['patch configmaps shop/marker']);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ colour: 'red' });
  });

  it('lets another application take the objects up', async () => {
    source.put('three', [configMap('settings', { size: 's' })]);
    await agent.accept(anAssignment({ application: 'third', generation: 4, release: 'three' }));
    await agent.reported({ generation: 4n, sync: 'SYNCED', health: 'HEALTHY' }, 'third');
    expect(cluster.object(cm('settings'))?.['data']).toMatchObject({ size: 's' });
  });

  it('says REMOVED again when it is asked again', () => {
    const order = aTombstone({ generation: 2, mode: 'ORPHAN' });
    agent.core.inbox.confirmRemoved({ order, signed: { type: '', payload: new Uint8Array(), keyId: '', signature: new Uint8Array() }, orderDigest: anAssignment({ generation: 1, release: 'one' }).parametersDigest });
    expect(agent.last()).toMatchObject({ generation: 2n, sync: 'REMOVED' });
  });
});
