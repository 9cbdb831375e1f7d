import { expect, it } from '@jest/globals';
import type { KubeClient } from '#kube';
import { until } from '#testing';
import { aConfigMap, aNamespace, failureOf, must, resourceOf, type TheServer } from './contract-server.js';

export function impersonationContract(server: TheServer): void {
  it('refuses an account without rights, reads and writes alike', async () => {
    const { client, auditLog } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const user = await anAccount(client, namespace);
    const acting = client.impersonate(user);
    auditLog.mark();
    expect(failureOf(await acting.apply(aConfigMap(namespace, 'one'), { fieldManager: 'capstan' }))).toMatchObject({ code: 'FORBIDDEN', httpStatus: 403, message: expect.stringContaining(user) });
    expect(failureOf(await acting.get(configMaps, namespace, 'one')).code).toBe('FORBIDDEN');
    expect(failureOf(await acting.list(configMaps, { namespace })).code).toBe('FORBIDDEN');
    expect(failureOf(await acting.delete(configMaps, namespace, 'one', { uid: '00000000-0000-4000-8000-000000000000' })).code).toBe('FORBIDDEN');
    for await (const event of acting.watch(configMaps, { namespace })) expect(event).toMatchObject({ type: 'ENDED', failure: { code: 'FORBIDDEN' } });
    expect(failureOf(await client.get(configMaps, namespace, 'one')).code).toBe('NOT_FOUND');
    expect(auditLog.writes()).toEqual([]);
    expect(auditLog.writes({ refused: true }).map(({ verb, impersonatedUser, code }) => [verb, impersonatedUser, code])).toEqual([['patch', user, 403], ['delete', user, 403]]);
  });

  it('lets an account do what its Role allows, and no more', async () => {
    const { client, auditLog } = server();
    const namespace = await aNamespace(client);
    const other = await aNamespace(client);
    const user = await anAccount(client, namespace);
    must(await client.apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'apply', namespace }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch'] }] }, { fieldManager: 'setup' }));
    must(await client.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', metadata: { name: 'apply', namespace },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'apply' }, subjects: [{ kind: 'ServiceAccount', name: 'worker', namespace }],
    }, { fieldManager: 'setup' }));
    const acting = client.impersonate(user);
    auditLog.mark();
    const applied = await until('the binding is in force', 30_000, async () => {
      const result = await acting.apply(aConfigMap(namespace, 'one', { a: '1' }), { fieldManager: 'capstan' });
      return result.ok ? result.value : undefined;
    });
    expect(auditLog.writes().map(({ verb, user: by, impersonatedUser, resource, name }) => [verb, by === impersonatedUser, impersonatedUser, resource, name])).toEqual([['patch', false, user, 'configmaps', 'one']]);
    expect(failureOf(await acting.delete(await resourceOf(client, 'ConfigMap'), namespace, 'one', { uid: applied.metadata.uid ?? '' })).code).toBe('FORBIDDEN');
    expect(failureOf(await acting.apply(aConfigMap(other, 'one'), { fieldManager: 'capstan' })).code).toBe('FORBIDDEN');
    expect(failureOf(await acting.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace } }, { fieldManager: 'capstan' })).code).toBe('FORBIDDEN');
  });

  it('gives rights over the whole cluster by ClusterRoleBinding', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const user = await anAccount(client, namespace);
    const binding = must(await client.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: `worker-${namespace}` },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'ServiceAccount', name: 'worker', namespace }],
    }, { fieldManager: 'setup' }));
    const acting = client.impersonate(user);
    await until('the binding is in force', 30_000, async () => ((await acting.list(await resourceOf(client, 'Namespace'))).ok ? true : undefined));
    must(await acting.apply(aConfigMap(await aNamespace(acting), 'one'), { fieldManager: 'capstan' }));
    must(await client.delete(await resourceOf(client, 'rbac.authorization.k8s.io/ClusterRoleBinding'), '', binding.metadata.name, { uid: binding.metadata.uid ?? '' }));
  });
}

async function anAccount(client: KubeClient, namespace: string): Promise<string> {
  must(await client.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'worker', namespace } }));
  return `system:serviceaccount:${namespace}:worker`;
}
