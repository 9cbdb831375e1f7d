import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { cm, configMap, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster } from './test-cluster.js';
import { anAssignment, aTombstone } from './test-orders.js';

jest.setTimeout(120_000);

describe('applications that need each other on one cluster', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('web-1', [configMap('web', { v: '1' })]);
    source.put('web-2', [configMap('web', { v: '2' })]);
    source.put('certs-broken', [deployment('certs', 'example.com/certs:broken')]);
    source.put('certs-good', [deployment('certs', 'example.com/certs:1')]);
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('a release waits for what is not there yet, and says so, without a write', async () => {
    await agent.accept(anAssignment({ application: 'web', generation: 1, release: 'web-1', dependsOn: ['certs'] }));
    const report = await agent.reported({ generation: 1n, reason: 'DEPENDENCY_NOT_READY' }, 'web');
    expect(report).toMatchObject({ sync: 'PENDING', message: 'certs is not assigned to this cluster', objectCount: 0 });
    expect(cluster.object(cm('web'))).toBeUndefined();
  });

  it('waits while it is not healthy, naming what is not', async () => {
    await agent.accept(anAssignment({ application: 'certs', generation: 2, release: 'certs-broken' }));
    await until('web names the Deployment', 15_000, () => agent.last('web')?.message.includes('certs is PROGRESSING: Deployment.apps shop/certs') || undefined, () => agent.last('web')?.message ?? '');
    expect(cluster.object(cm('web'))).toBeUndefined();
  });

  it('goes on by itself once it is healthy', async () => {
    await agent.accept(anAssignment({ application: 'certs', generation: 3, release: 'certs-good' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' }, 'certs');
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' }, 'web');
    expect(cluster.object(cm('web'))?.['data']).toEqual({ v: '1' });
  });

  it('heals what is applied although the other is not healthy any more, and holds the next release', async () => {
    await agent.accept(anAssignment({ application: 'certs', generation: 4, release: 'certs-broken' }));
    await agent.reported({ generation: 4n, health: 'PROGRESSING' }, 'certs');
    await agent.accept(anAssignment({ application: 'web', generation: 5, release: 'web-2', dependsOn: ['certs'] }));
    await agent.reported({ generation: 5n, reason: 'DEPENDENCY_NOT_READY' }, 'web');
    await cluster.edit(cm('web'), { data: { v: 'by hand' } });
    await until('the edit is healed to the release that runs', 15_000, () => (JSON.stringify(cluster.object(cm('web'))?.['data']) === '{"v":"1"}' ? true : undefined));
    await agent.accept(anAssignment({ application: 'certs', generation: 6, release: 'certs-good' }));
    await agent.reported({ generation: 5n, sync: 'SYNCED', health: 'HEALTHY' }, 'web');
    expect(cluster.object(cm('web'))?.['data']).toEqual({ v: '2' });
  });

  it('removes in reverse: what others need goes after them', async () => {
    await cluster.edit(cm('web'), { metadata: { finalizers: ['example.com/hold'] } });
    cluster.audit.mark();
    await agent.accept(aTombstone({ application: 'certs', generation: 7, mode: 'DELETE' }), aTombstone({ application: 'web', generation: 8, mode: 'DELETE', dependsOn: ['certs'] }));
    const waiting = await agent.reported({ generation: 7n, reason: 'DEPENDENTS_NOT_REMOVED' }, 'certs');
    expect(waiting).toMatchObject({ sync: 'REMOVING', message: 'web needs it and goes first' });
    await agent.reported({ generation: 8n, reason: 'PRUNE_BLOCKED' }, 'web');
    expect(cluster.deletes()).toEqual(['configmaps shop/web']);
    await cluster.edit(cm('web'), { metadata: { finalizers: null } });
    await agent.reported({ generation: 8n, sync: 'REMOVED' }, 'web');
    await agent.reported({ generation: 7n, sync: 'REMOVED' }, 'certs');
    expect(cluster.deletes()).toEqual(['configmaps shop/web', 'deployments shop/certs']);
  });

  it('letting go waits for nobody', async () => {
    source.put('web-3', [configMap('web-3', { v: '3' })]);
    await agent.accept(anAssignment({ application: 'web', generation: 9, release: 'web-3' }));
    await agent.reported({ generation: 9n, sync: 'SYNCED' }, 'web');
    await agent.accept(anAssignment({ application: 'certs', generation: 10, release: 'certs-good' }));
    await agent.reported({ generation: 10n, sync: 'SYNCED' }, 'certs');
    await agent.accept(aTombstone({ application: 'certs', generation: 11, mode: 'ORPHAN' }), aTombstone({ application: 'web', generation: 12, mode: 'DELETE', dependsOn: ['certs'] }));
    await agent.reported({ generation: 11n, sync: 'REMOVED' }, 'certs');
    await agent.reported({ generation: 12n, sync: 'REMOVED' }, 'web');
  });
});
