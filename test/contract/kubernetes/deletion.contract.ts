import { expect, it } from '@jest/globals';
import { until } from '#testing';
import { aConfigMap, aNamespace, failureOf, must, resourceOf, type TheServer } from './contract-server.js';

const GONE_MS = 60_000;

export function deletionContract(server: TheServer): void {
  it('deletes the object that was meant', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const object = must(await client.create(aConfigMap(namespace, 'one')));
    must(await client.delete(configMaps, namespace, 'one', { uid: object.metadata.uid ?? '' }));
    expect(failureOf(await client.get(configMaps, namespace, 'one')).code).toBe('NOT_FOUND');
  });

  it('keeps another object of the same name', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const object = must(await client.create(aConfigMap(namespace, 'one')));
    expect(failureOf(await client.delete(configMaps, namespace, 'one', { uid: '00000000-0000-4000-8000-000000000000' }))).toMatchObject({ code: 'CONFLICT', httpStatus: 409, conflicts: [] });
    expect(must(await client.get(configMaps, namespace, 'one'))).toEqual(object);
  });

  it('keeps an object that changed since it was looked at', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const first = must(await client.create(aConfigMap(namespace, 'one')));
    must(await client.mergePatch(configMaps, namespace, 'one', { data: { a: '1' } }));
    const identity = { uid: first.metadata.uid ?? '', resourceVersion: first.metadata.resourceVersion };
    expect(failureOf(await client.delete(configMaps, namespace, 'one', identity)).code).toBe('CONFLICT');
    must(await client.get(configMaps, namespace, 'one'));
  });

  it('keeps an object with finalizers, marked, until they are gone', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const object = must(await client.create(aConfigMap(namespace, 'one', {}, { finalizers: ['example.com/wait'] })));
    must(await client.delete(configMaps, namespace, 'one', { uid: object.metadata.uid ?? '' }));
    const marked = must(await client.get(configMaps, namespace, 'one'));
    expect(marked.metadata).toMatchObject({ uid: object.metadata.uid, deletionTimestamp: expect.any(String), finalizers: ['example.com/wait'] });
    must(await client.mergePatch(configMaps, namespace, 'one', { metadata: { finalizers: null } }));
    expect(failureOf(await client.get(configMaps, namespace, 'one')).code).toBe('NOT_FOUND');
  });

  it.each([
    ['Background', 'dependents go with their owner', 'NOT_FOUND'],
    ['Orphan', 'dependents stay and no longer name their owner', 'there'],
  ] as const)('%s: %s', async (propagationPolicy, _what, expected) => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const owner = must(await client.create(aConfigMap(namespace, 'owner')));
    const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid };
    must(await client.create(aConfigMap(namespace, 'dependent', {}, { ownerReferences: [reference] })));
    must(await client.delete(configMaps, namespace, 'owner', { uid: owner.metadata.uid ?? '', propagationPolicy }));
    await until(`dependent: ${expected}`, GONE_MS, async () => {
      const gone = await client.get(configMaps, namespace, 'owner');
      const left = await client.get(configMaps, namespace, 'dependent');
      const state = left.ok ? ((left.value.metadata.ownerReferences ?? []).length === 0 ? 'there' : 'owned') : left.error.code;
      return !gone.ok && gone.error.code === 'NOT_FOUND' && state === expected ? true : undefined;
    });
  });

  it('empties a namespace and then removes it', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const namespaces = await resourceOf(client, 'Namespace');
    const live = must(await client.get(namespaces, '', namespace));
    expect(live).toMatchObject({ status: { phase: 'Active' } });
    must(await client.create(aConfigMap(namespace, 'one')));
    must(await client.delete(namespaces, '', namespace, { uid: live.metadata.uid ?? '' }));
    await until('the namespace is gone', GONE_MS, async () => {
      const left = await client.get(namespaces, '', namespace);
      return !left.ok && left.error.code === 'NOT_FOUND' ? true : undefined;
    });
    expect(failureOf(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'one')).code).toBe('NOT_FOUND');
  });

  it('takes nothing new into a namespace that is being removed', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const namespaces = await resourceOf(client, 'Namespace');
    const configMaps = await resourceOf(client, 'ConfigMap');
    const live = must(await client.get(namespaces, '', namespace));
    must(await client.create(aConfigMap(namespace, 'one', {}, { finalizers: ['example.com/wait'] })));
    must(await client.delete(namespaces, '', namespace, { uid: live.metadata.uid ?? '' }));
    const refused = await until('creation is refused', GONE_MS, async () => {
      const result = await client.create(aConfigMap(namespace, 'two'), { dryRun: true });
      return result.ok ? undefined : result.error;
    });
    expect(refused).toMatchObject({ code: 'NAMESPACE_TERMINATING', httpStatus: 403 });
    must(await client.mergePatch(configMaps, namespace, 'one', { metadata: { finalizers: null } }));
  });
}
