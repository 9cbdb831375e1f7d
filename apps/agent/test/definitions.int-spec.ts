import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import { until } from '#testing';
import { configMap, deploy, deployment, TestAgent, TestSource } from './test-agent.js';
import { TestCluster, unwrap } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const WIDGET: ObjectRef = { group: 'example.com', kind: 'Widget', namespace: 'shop', name: 'w' };

function definition(...properties: readonly string[]): KubeObject {
  const spec: Json = { type: 'object', properties: Object.fromEntries(properties.map((name) => [name, { type: 'string' }])) };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  };
}

function widget(spec: { readonly [name: string]: Json }): KubeObject {
  return { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec };
}

describe('what a schema lacks', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  beforeAll(async () => {
    cluster = await TestCluster.start();
    agent = await TestAgent.start(cluster, source);
    source.put('one', [definition('size'), widget({ size: 'L' }), deployment('web', 'web:1'), configMap('a', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('is refused with the name of the field, and nothing is written', async () => {
    cluster.audit.mark();
    source.put('misspelled', [definition('size'), widget({ size: 'L', color: 'red' }), deployment('web', 'web:2'), configMap('a', { v: '2' })]);
    await agent.accept(anAssignment({ generation: 2, release: 'misspelled' }));
    const { message } = await agent.reported({ generation: 2n, sync: 'KEPT_LAST_GOOD', reason: 'INVALID_FOR_SERVER' });
    expect(message).toContain('Widget.example.com shop/w');
    expect(message).toContain('.spec.color');
    expect(cluster.writes()).toEqual([]);
    expect(JSON.stringify(cluster.object(deploy('web'))?.['spec'])).toContain('web:1');
  });

  it('is taken when the definition gains it in the same release', async () => {
    source.put('grown', [definition('size', 'colour'), widget({ size: 'L', colour: 'red' }), deployment('web', 'web:1'), configMap('a', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 3, release: 'grown' }));
    await agent.reported({ generation: 3n, sync: 'SYNCED', health: 'HEALTHY' });
    expect(cluster.object(WIDGET)?.['spec']).toEqual({ size: 'L', colour: 'red' });
  });
});

describe('an object of a version that is no longer served', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  const serving = async (...served: readonly string[]): Promise<void> => {
    const schema: Json = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const versions: Json = ['v1alpha1', 'v1'].map((name) => ({ name, served: served.includes(name), storage: name === 'v1', schema }));
    const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };
    unwrap(await cluster.admin.apply(
      { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names, versions } },
      { fieldManager: 'operator', force: true },
    ));
    await until('the operator\'s versions are served', 10_000, async () => {
      cluster.admin.invalidateDiscovery('example.com');
      return (await cluster.admin.resolve('example.com', 'Widget', 'v1alpha1')).ok === served.includes('v1alpha1') ? true : undefined;
    });
  };
  beforeAll(async () => {
    cluster = await TestCluster.start();
    await serving('v1alpha1', 'v1');
    agent = await TestAgent.start(cluster, source);
    source.put('one', [{ ...widget({ size: 'L' }), apiVersion: 'example.com/v1alpha1' }, configMap('a', { v: '1' }), configMap('b', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
    await serving('v1');
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it('is pruned by another version', async () => {
    source.put('two', [configMap('a', { v: '2' }), configMap('b', { v: '1' })]);
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', reason: 'SYNCED' });
    expect(cluster.deletes()).toEqual(['widgets shop/w']);
    expect(cluster.object(WIDGET)).toBeUndefined();
  });
});
