import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#domain';
import { asDemoObject, demoNamespace, isOfDemo, ownScene } from './demo-names.js';

const ID = 'abcd1234';
const object = (kind: string, name: string, id: string | undefined): KubeObject => ({ apiVersion: 'v1', kind, metadata: { name, ...(id === undefined ? {} : { labels: { 'capstan.dev/demo': id } }) } });

describe('what the demo may remove', () => {
  it.each<[string, KubeObject, boolean]>([
    ['its namespace', object('Namespace', `capstan-demo-${ID}`, ID), true],
    ['its shop', object('Namespace', `capstan-demo-${ID}-shop`, ID), true],
    ['its role', object('ClusterRole', `capstan-demo-${ID}`, ID), true],
    ['a namespace to which somebody copied the label', object('Namespace', 'production', ID), false],
    ['a namespace of the same name without the label', object('Namespace', `capstan-demo-${ID}`, undefined), false],
    ['a namespace of the demo with the label of another run', object('Namespace', `capstan-demo-${ID}`, 'zzzz9999'), false],
    ['a namespace that only begins like ours', object('Namespace', `capstan-demo-${ID}-backup`, ID), false],
    ['a role named like the shop', object('ClusterRole', `capstan-demo-${ID}-shop`, ID), false],
    ['another kind', object('PersistentVolume', `capstan-demo-${ID}`, ID), false],
    ['a label that is no id', object('Namespace', 'capstan-demo-x', 'x'), false],
  ])('%s', (_what, candidate, expected) => {
    expect(isOfDemo(candidate)).toBe(expected);
  });

  it('is everything outside of its namespaces that it makes', () => {
    const { agentNamespace, applyNamespaces = [] } = ownScene(ID);
    const role = asDemoObject(object('ClusterRole', 'capstan-agent', undefined), ID);
    const binding = asDemoObject({ ...object('ClusterRoleBinding', 'capstan-agent', undefined), roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'capstan-agent' } }, ID);
    const namespace = asDemoObject(object('Namespace', agentNamespace, undefined), ID);
    expect([role, binding, namespace, ...applyNamespaces.map((name) => demoNamespace(name, ID))].map(isOfDemo)).toEqual([true, true, true, true, true]);
    expect(binding['roleRef']).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.metadata.name });
  });

  it('leaves what lies in a namespace as the manifest has it', () => {
    const secret = object('Secret', 'capstan-join', undefined);
    expect(asDemoObject(secret, ID)).toBe(secret);
  });
});
