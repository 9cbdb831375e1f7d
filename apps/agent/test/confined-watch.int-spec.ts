import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { until } from '#testing';
import { cm, configMap, TestAgent, TestSource } from './test-agent.js';
import { AGENT_NAMESPACE, TestCluster } from './test-cluster.js';
import { anAssignment } from './test-orders.js';

jest.setTimeout(120_000);

const RBAC = 'rbac.authorization.k8s.io/v1';
const READ = { apiGroups: [''], resources: ['configmaps', 'secrets'], verbs: ['get', 'list', 'watch'] };
const NAMESPACES = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }];
const STATE = [
  { apiGroups: [''], resources: ['secrets'], verbs: ['*'] },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['*'] },
  { apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['capstan-apply'], verbs: ['impersonate'] },
];

/** Rights of the preset `namespaced`: accounts that may look into their namespaces and nowhere else. */
async function confine(cluster: TestCluster, namespaces: readonly string[]): Promise<void> {
  const grant = async (account: string, namespace: string, rules: readonly object[]): Promise<void> => {
    await cluster.create({ apiVersion: RBAC, kind: 'Role', metadata: { name: account, namespace }, rules: JSON.parse(JSON.stringify(rules)) });
    await cluster.create({
      apiVersion: RBAC, kind: 'RoleBinding', metadata: { name: account, namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: account }, subjects: [{ kind: 'ServiceAccount', name: account, namespace: AGENT_NAMESPACE }],
    });
  };
  await cluster.grant('capstan-agent', NAMESPACES);
  await grant('capstan-agent', AGENT_NAMESPACE, STATE);
  for (const namespace of namespaces) {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    await grant('capstan-agent', namespace, [{ ...READ, resources: ['configmaps'] }]);
    await grant('capstan-apply', namespace, [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  }
}

describe('accounts that may look into some namespaces only', () => {
  let cluster: TestCluster;
  let agent: TestAgent;
  const source = new TestSource();
  const secret = { ...configMap('s', { password: 'aHVudGVyMg==' }), kind: 'Secret' };
  beforeAll(async () => {
    cluster = await TestCluster.start([]);
    await confine(cluster, ['shop', 'web']);
    agent = await TestAgent.start(cluster, source);
    source.put('one', [configMap('a', { v: '1' }), secret, configMap('b', { v: '1' }, { namespace: 'web' })]);
    await agent.accept(anAssignment({ generation: 1, release: 'one' }));
    await agent.reported({ generation: 1n, sync: 'SYNCED', health: 'HEALTHY' });
  });
  afterAll(async () => {
    await agent.stop();
    await cluster.stop();
  });

  it.each([
    ['by the account of the agent', cm('a'), { data: { v: '2' } }, { v: '1' }],
    ['in another namespace', cm('b', 'web'), { data: { v: '2' } }, { v: '1' }],
    ['by the account that applies', { ...cm('s'), kind: 'Secret' }, { data: { password: 'ZXZpbA==' } }, { password: 'aHVudGVyMg==' }],
  ])('watch there, %s: drift is found at once', async (_how, ref, patch, data) => {
    await cluster.edit(ref, patch);
    await until('it is healed', 10_000, () => (JSON.stringify(cluster.object(ref)?.['data']) === JSON.stringify(data) ? true : undefined));
    expect(cluster.object(ref)?.['data']).toEqual(data);
  });

  it('watch a namespace that comes with a later release', async () => {
    await confineMore(cluster);
    source.put('two', [configMap('a', { v: '1' }), secret, configMap('b', { v: '1' }, { namespace: 'web' }), configMap('c', { v: '1' }, { namespace: 'more' })]);
    await agent.accept(anAssignment({ generation: 2, release: 'two' }));
    await agent.reported({ generation: 2n, sync: 'SYNCED', health: 'HEALTHY' });
    await cluster.remove(cm('c', 'more'));
    await until('it is there again', 10_000, () => cluster.object(cm('c', 'more')));
  });
});

async function confineMore(cluster: TestCluster): Promise<void> {
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'more' } });
  for (const account of ['capstan-agent', 'capstan-apply']) {
    await cluster.create({
      apiVersion: RBAC, kind: 'RoleBinding', metadata: { name: account, namespace: 'more' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'ServiceAccount', name: account, namespace: AGENT_NAMESPACE }],
    });
  }
}
