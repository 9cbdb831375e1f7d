import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { aConfigMap, aNamespace, must, resourceOf, type TheServer } from './contract-server.js';

export function auditContract(server: TheServer): void {
  it('witnesses every write and nothing else', async () => {
    const { client, auditLog } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    auditLog.mark();
    const created = must(await client.create(aConfigMap(namespace, 'one', { a: '1' }), { fieldManager: 'someone' }));
    must(await client.replace({ ...created, data: { a: '2' } }));
    must(await client.apply(aConfigMap(namespace, 'two', { a: '1' }), { fieldManager: 'capstan' }));
    must(await client.apply(aConfigMap(namespace, 'two', { a: '2' }), { fieldManager: 'capstan', dryRun: true }));
    must(await client.delete(configMaps, namespace, 'one', { uid: created.metadata.uid ?? '', dryRun: true }));
    must(await client.get(configMaps, namespace, 'one'));
    must(await client.list(configMaps, { namespace }));
    must(await client.delete(configMaps, namespace, 'one', { uid: created.metadata.uid ?? '' }));
    const writes = auditLog.writes().filter((entry) => entry.namespace === namespace);
    expect(writes.map(({ verb, resource, name, code }) => [verb, resource, name, code])).toEqual([
      ['create', 'configmaps', 'one', 201],
      ['update', 'configmaps', 'one', 200],
      ['patch', 'configmaps', 'two', 201],
      ['delete', 'configmaps', 'one', 200],
    ]);
    expect(writes.map((entry) => entry.impersonatedUser)).toEqual([undefined, undefined, undefined, undefined]);
    expect(auditLog.deletes().map(({ namespace: where, name }) => `${where}/${name}`)).toEqual([`${namespace}/one`]);
    expect(auditLog.writes({ excludeNamespaces: [namespace] })).toEqual([]);
  });

  it('names who acted in whose place, and what was only tried', async () => {
    const { client, ask, auditLog } = server();
    const namespace = await aNamespace(client);
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    const headers = { 'impersonate-user': 'jane', 'impersonate-group': 'system:masters' };
    const body = (name: string): JsonObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });
    auditLog.mark();
    await ask('POST', `${path}?fieldManager=one&dryRun=All`, { body: body('one'), headers });
    await ask('POST', path, { body: body('one'), headers });
    await ask('DELETE', `${path}/one`, { body: { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] }, headers });
    await ask('DELETE', `${path}/one?dryRun=All`);
    const entries = auditLog.entries().filter((entry) => entry.namespace === namespace && entry.userAgent === 'contract-suite' && entry.resource === 'configmaps');
    const own = entries.at(-1)?.user;
    expect(entries.map(({ verb, name, user, impersonatedUser, requestUri, code }) => [verb, name, user === own, impersonatedUser, requestUri, code])).toEqual([
      ['create', 'one', true, 'jane', `${path}?fieldManager=one&dryRun=All`, 201],
      ['create', 'one', true, 'jane', path, 201],
      ['delete', 'one', true, 'jane', `${path}/one`, 200],
      ['delete', 'one', true, undefined, `${path}/one?dryRun=All`, 200],
    ]);
    expect(entries.map(({ isDryRun }) => isDryRun)).toEqual([true, false, false, true]);
  });

  it('keeps the content of Secrets out', async () => {
    const { client, auditLog } = server();
    const namespace = await aNamespace(client);
    auditLog.mark();
    must(await client.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace }, data: { a: 'c3dvcmRmaXNo' } }, { fieldManager: 'capstan' }));
    expect(auditLog.writes().map(({ verb, resource, requestObject }) => [verb, resource, requestObject])).toEqual([['patch', 'secrets', undefined]]);
  });
}
