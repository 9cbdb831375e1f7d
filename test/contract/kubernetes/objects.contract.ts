import { expect, it } from '@jest/globals';
import { isUuid } from '#kernel';
import { aConfigMap, aNamespace, at, failureOf, must, resourceOf, type TheServer } from './contract-server.js';

export function objectsContract(server: TheServer): void {
  it('creates an object with an identity and gives it back', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const created = must(await client.create(aConfigMap(namespace, 'one', { a: '1' }), { fieldManager: 'someone' }));
    expect(isUuid(created.metadata.uid ?? '')).toBe(true);
    expect(created).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1' }, metadata: { name: 'one', namespace, resourceVersion: expect.stringMatching(/^\d+$/), creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) } });
    expect(must(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'one'))).toEqual(created);
  });

  it('refuses to create what is there', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.create(aConfigMap(namespace, 'one')));
    expect(failureOf(await client.create(aConfigMap(namespace, 'one')))).toMatchObject({ code: 'ALREADY_EXISTS', httpStatus: 409, subject: { resource: 'configmaps', name: 'one' } });
  });

  it('says NOT_FOUND about an absent object by its name', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    const absent = { code: 'NOT_FOUND', httpStatus: 404, subject: { group: '', resource: 'configmaps', name: 'absent' } };
    expect(failureOf(await client.get(configMaps, namespace, 'absent'))).toMatchObject(absent);
    expect(failureOf(await client.get(configMaps, 'no-such-namespace', 'absent'))).toMatchObject(absent);
    expect(failureOf(await client.mergePatch(configMaps, namespace, 'absent', { data: { a: '1' } }))).toMatchObject(absent);
    expect(failureOf(await client.delete(configMaps, namespace, 'absent', { uid: '00000000-0000-4000-8000-000000000000' }))).toMatchObject(absent);
    expect(failureOf(await client.replace({ ...aConfigMap(namespace, 'absent'), metadata: { name: 'absent', namespace, resourceVersion: '1' } })).code).toBe('NOT_FOUND');
  });

  it.each(['create', 'apply'] as const)('names the missing namespace on %s', async (verb) => {
    const { client } = server();
    const object = aConfigMap('no-such-namespace', 'one');
    const result = verb === 'create' ? await client.create(object) : await client.apply(object, { fieldManager: 'capstan' });
    expect(failureOf(result)).toMatchObject({ code: 'NOT_FOUND', httpStatus: 404, subject: { resource: 'namespaces', name: 'no-such-namespace' } });
  });

  it('replaces by compare-and-swap', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const first = must(await client.create(aConfigMap(namespace, 'one', { a: '1', b: '1' })));
    const second = must(await client.replace({ ...first, data: { a: '2' } }));
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    expect(second['data']).toEqual({ a: '2' });
    expect(failureOf(await client.replace({ ...first, data: { a: '3' } }))).toMatchObject({ code: 'CONFLICT', httpStatus: 409, conflicts: [] });
    expect(must(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'one'))['data']).toEqual({ a: '2' });
  });

  it('does not count a replacement by the same as a change', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const first = must(await client.create(aConfigMap(namespace, 'one', { a: '1' })));
    expect(must(await client.replace(first)).metadata.resourceVersion).toBe(first.metadata.resourceVersion);
  });

  it('merges a patch, in which null removes', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.create(aConfigMap(namespace, 'one', { a: '1', b: '1' })));
    const patched = must(await client.mergePatch(await resourceOf(client, 'ConfigMap'), namespace, 'one', { data: { a: null, c: '1' }, metadata: { labels: { x: 'y' } } }));
    expect(patched).toMatchObject({ data: { b: '1', c: '1' }, metadata: { labels: { x: 'y' } } });
    expect(at(patched, 'data', 'a')).toBeUndefined();
  });

  it('lets one of two holders take a Lease', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const lease = must(await client.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'agent', namespace }, spec: { leaseDurationSeconds: 15, leaseTransitions: 0 } }));
    const take = (holderIdentity: string) => client.replace({ ...lease, spec: { holderIdentity, leaseDurationSeconds: 15, leaseTransitions: 1, renewTime: '2026-11-01T10:00:00.000000Z' } });
    const results = await Promise.all([take('a'), take('b')]);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.flatMap((result) => (result.ok ? [] : [result.error.code]))).toEqual(['CONFLICT']);
  });

  it('turns stringData of a Secret into data', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const created = must(await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace }, data: { raw: 'AAH/' }, stringData: { word: 'open' } }));
    expect(created).toMatchObject({ type: 'Opaque', data: { raw: 'AAH/', word: 'b3Blbg==' } });
    expect(created['stringData']).toBeUndefined();
  });

  it('says nothing of what a refused Secret holds', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const failure = failureOf(await client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'Bad_Name', namespace }, stringData: { password: 'swordfish' } }));
    expect(failure).toMatchObject({ code: 'INVALID', httpStatus: 422 });
    expect(JSON.stringify(failure)).not.toContain('swordfish');
  });

  it('refuses an invalid name with its field', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    expect(failureOf(await client.create(aConfigMap(namespace, 'Bad_Name')))).toMatchObject({ code: 'INVALID', httpStatus: 422, causes: [{ field: 'metadata.name' }] });
  });

  it('leaves nothing behind after a dry run', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    expect(must(await client.create(aConfigMap(namespace, 'one', { a: '1' }), { dryRun: true }))['data']).toEqual({ a: '1' });
    expect(failureOf(await client.get(configMaps, namespace, 'one')).code).toBe('NOT_FOUND');
    const stored = must(await client.create(aConfigMap(namespace, 'one', { a: '1' })));
    must(await client.replace({ ...stored, data: { a: '2' } }, { dryRun: true }));
    must(await client.mergePatch(configMaps, namespace, 'one', { data: { a: '3' } }, { dryRun: true }));
    must(await client.delete(configMaps, namespace, 'one', { uid: stored.metadata.uid ?? '', dryRun: true }));
    expect(must(await client.get(configMaps, namespace, 'one'))).toEqual(stored);
  });
}
