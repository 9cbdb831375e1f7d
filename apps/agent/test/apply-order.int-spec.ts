import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { OWNER_ANNOTATION } from '#domain';
import { cm, configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { APPLY_USER, TestCluster } from './test-cluster.js';
import { anAssignment, HUB } from './test-orders.js';

jest.setTimeout(120_000);

describe('applying a release', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } } } }],
    },
  };
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('creates the namespace, establishes definitions before their objects, and says so when all is healthy', async () => {
    source.put('one', [
      { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } },
      deployment('web', 'web:1'),
      configMap('settings', { colour: 'blue' }),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } },
      configMap('there', { a: '1' }, { namespace: 'extra' }),
      definition,
    ]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    const report = await agent.reported({ generation: 1n, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY', objectCount: 6 });
    expect(report).toMatchObject({ release: anAssignment({ generation: 1, release: 'one' }).release.id, drifted: [], healedCount: 0, pendingRemoval: undefined });
    expect(cluster.writes()).toEqual([
      'create namespaces shop',
      'patch namespaces extra',
      'patch customresourcedefinitions widgets.example.com',
      expect.stringMatching(/^patch configmaps/),
      expect.stringMatching(/^patch configmaps/),
      'patch deployments shop/web',
      'patch widgets shop/w',
    ]);
    expect(cluster.object(cm('settings'))?.metadata.annotations).toMatchObject({ [OWNER_ANNOTATION]: `${HUB}/default/shop` });
  });

  it('writes only as the account that applies, and puts no mark on the namespace that it made', () => {
    const writes = cluster.audit.writes({ excludeNamespaces: ['capstan-system'] }).filter(({ userAgent }) => userAgent === 'capstan-agent');
    expect(new Set(writes.map(({ impersonatedUser }) => impersonatedUser))).toEqual(new Set([APPLY_USER]));
    expect(cluster.object({ group: '', kind: 'Namespace', namespace: '', name: 'shop' })?.metadata).not.toHaveProperty('annotations');
  });

  it('sends only what a new release changes, and releases fields that it no longer declares', async () => {
    source.put('two', [
      { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } },
      deployment('web', 'web:1'),
      configMap('settings', { shape: 'round' }),
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } },
      configMap('there', { a: '1' }, { namespace: 'extra' }),
      definition,
    ]);
    cluster.audit.mark();
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.writes()).toEqual(['patch configmaps shop/settings']);
    expect(cluster.object(cm('settings'))?.['data']).toEqual({ shape: 'round' });
  });

  it('shows a workload that does not come up as what it is', async () => {
    source.put('three', [deployment('web', 'web:broken'), configMap('settings', { shape: 'round' }), definition, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'extra' } }, configMap('there', { a: '1' }, { namespace: 'extra' }), { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } }]);
    await agent.accept(anAssignment({ generation: 3, release: 'three' }));
    const report = await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'DEGRADED', reason: 'OBJECTS_DEGRADED' });
    expect(report.unhealthy).toEqual([expect.objectContaining({ ref: deploy('web'), health: 'DEGRADED' })]);
  });
});
