import { expect, it } from '@jest/globals';
import { aConfigMap, aDeployment, aNamespace, failureOf, managedBy, must, resourceOf, type TheServer } from './contract-server.js';

const capstan = { fieldManager: 'capstan' };

export function applyContract(server: TheServer): void {
  it('creates, and notes whose fields they are', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const object = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }, { labels: { x: 'y' }, annotations: { 'capstan.dev/owner': 'hub/p/a' } }), capstan));
    expect(object).toMatchObject({ data: { a: '1' }, metadata: { labels: { x: 'y' }, uid: expect.any(String) } });
    expect(managedBy(object, 'capstan')).toEqual({
      operation: 'Apply', apiVersion: 'v1', fields: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:annotations': { 'f:capstan.dev/owner': {} }, 'f:labels': { 'f:x': {} } } },
    });
  });

  it('writes nothing when nothing changes', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired = aDeployment(namespace, 'web', { image: 'web:1', ports: [{ containerPort: 80 }] }, { replicas: 0 });
    const resource = await resourceOf(client, 'apps/Deployment');
    const first = must(await client.apply(desired, capstan));
    // the deployment controller writes the status in the meantime
    const again = must(await client.apply(desired, capstan));
    expect(again.metadata.generation).toBe(first.metadata.generation);
    const live = must(await client.get(resource, namespace, 'web'));
    expect(must(await client.apply(desired, { ...capstan, dryRun: true })).metadata.generation).toBe(live.metadata.generation);
    const one = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan))).toEqual(one);
    expect(must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), { ...capstan, force: true })).metadata.resourceVersion).toBe(one.metadata.resourceVersion);
  });

  it('releases what is no longer declared', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aConfigMap(namespace, 'one', { a: '1', b: '1' }, { labels: { x: 'y' } }), capstan));
    const after = must(await client.apply(aConfigMap(namespace, 'one', { a: '2' }), capstan));
    expect(after['data']).toEqual({ a: '2' });
    expect(after.metadata.labels).toBeUndefined();
  });

  it('keeps the fields of others, and what another also declares', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aConfigMap(namespace, 'one', { mine: '1', both: '1' }), capstan));
    const joined = must(await client.apply(aConfigMap(namespace, 'one', { theirs: '1', both: '1' }), { fieldManager: 'other' }));
    expect(joined['data']).toEqual({ mine: '1', both: '1', theirs: '1' });
    const after = must(await client.apply(aConfigMap(namespace, 'one', {}), capstan));
    expect(after['data']).toEqual({ both: '1', theirs: '1' });
    expect(managedBy(after, 'other')).toMatchObject({ fields: { 'f:data': { 'f:both': {}, 'f:theirs': {} } } });
  });

  it('names manager and field of a conflict, and changes nothing', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const theirs = must(await client.apply(aConfigMap(namespace, 'one', { a: '1', b: '1' }), { fieldManager: 'other' }));
    const failure = failureOf(await client.apply(aConfigMap(namespace, 'one', { a: '2', b: '2', c: '2' }), capstan));
    expect(failure).toMatchObject({ code: 'CONFLICT', httpStatus: 409 });
    expect(failure.conflicts).toEqual([{ manager: 'other', field: '.data.a' }, { manager: 'other', field: '.data.b' }]);
    expect(must(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'one'))).toEqual(theirs);
  });

  it('knows those who update as managers too', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const deployments = await resourceOf(client, 'apps/Deployment');
    const desired = aDeployment(namespace, 'web', { image: 'web:1' }, { replicas: 0, paused: true });
    must(await client.apply(desired, capstan));
    const edited = must(await client.mergePatch(deployments, namespace, 'web', { spec: { revisionHistoryLimit: 3, replicas: 1 } }, { fieldManager: 'kubectl-edit' }));
    expect(managedBy(edited, 'kubectl-edit')).toEqual({ operation: 'Update', apiVersion: 'apps/v1', fields: { 'f:spec': { 'f:replicas': {}, 'f:revisionHistoryLimit': {} } } });
    const failure = failureOf(await client.apply(desired, capstan));
    expect(failure.conflicts).toEqual([{ manager: 'kubectl-edit', field: '.spec.replicas' }]);
  });

  it('takes fields by force, and leaves the rest to their manager', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.apply(aConfigMap(namespace, 'one', { a: '1', b: '1' }), { fieldManager: 'other' }));
    const taken = must(await client.apply(aConfigMap(namespace, 'one', { a: '2' }), { ...capstan, force: true }));
    expect(taken['data']).toEqual({ a: '2', b: '1' });
    expect(managedBy(taken, 'capstan')).toMatchObject({ fields: { 'f:data': { 'f:a': {} } } });
    expect(managedBy(taken, 'other')).toMatchObject({ fields: { 'f:data': { 'f:b': {} } } });
  });

  it('agrees with another who says the same', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    must(await client.create(aConfigMap(namespace, 'one', { a: '1' }), { fieldManager: 'kubectl-create' }));
    const shared = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(managedBy(shared, 'capstan')).toMatchObject({ operation: 'Apply', fields: { 'f:data': { 'f:a': {} } } });
    expect(managedBy(shared, 'kubectl-create')).toMatchObject({ operation: 'Update' });
  });

  it('tells by a dry run what would be, and leaves what is', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const configMaps = await resourceOf(client, 'ConfigMap');
    expect(must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), { ...capstan, dryRun: true }))['data']).toEqual({ a: '1' });
    expect(failureOf(await client.get(configMaps, namespace, 'one')).code).toBe('NOT_FOUND');
    const stored = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(must(await client.apply(aConfigMap(namespace, 'one', { b: '2' }), { ...capstan, dryRun: true }))['data']).toEqual({ b: '2' });
    expect(failureOf(await client.apply(aConfigMap(namespace, 'one', { a: '2' }), { fieldManager: 'other', dryRun: true })).conflicts).toEqual([{ manager: 'capstan', field: '.data.a' }]);
    expect(must(await client.get(configMaps, namespace, 'one'))).toEqual(stored);
  });

  it('tells by a dry run of a live object that nothing would change', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const stored = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), { ...capstan, dryRun: true }))).toEqual(stored);
  });

  it.each([
    ['uid of another object', { uid: '00000000-0000-4000-8000-000000000000' }, { code: 'INVALID', httpStatus: 422, causes: expect.arrayContaining([expect.objectContaining({ field: 'metadata.uid' })]) }],
    ['old resourceVersion', { resourceVersion: '1' }, { code: 'CONFLICT', httpStatus: 409, conflicts: [] }],
  ])('refuses an apply with the %s', async (_what, metadata, expected) => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const stored = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(failureOf(await client.apply(aConfigMap(namespace, 'one', { a: '2' }, metadata), { ...capstan, force: true }))).toMatchObject(expected);
    expect(must(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'one'))).toEqual(stored);
  });

  it('does not create what was to be an update of a certain object', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const absent = aConfigMap(namespace, 'absent', { a: '1' }, { uid: '00000000-0000-4000-8000-000000000000' });
    expect(failureOf(await client.apply(absent, capstan))).toMatchObject({ code: 'CONFLICT', httpStatus: 409 });
    expect(failureOf(await client.get(await resourceOf(client, 'ConfigMap'), namespace, 'absent')).code).toBe('NOT_FOUND');
  });

  it('refuses managedFields in what is applied', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const stored = must(await client.apply(aConfigMap(namespace, 'one', { a: '1' }), capstan));
    expect(failureOf(await client.apply(stored, capstan))).toMatchObject({ code: 'BAD_REQUEST', httpStatus: 400 });
  });

  it('applies a Secret again without a write', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'one', namespace }, data: { a: 'MQ==' } };
    const first = must(await client.apply(secret, capstan));
    expect(must(await client.apply(secret, capstan)).metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(managedBy(first, 'capstan')).toMatchObject({ fields: { 'f:data': { 'f:a': {} } } });
  });

  it('bumps the generation of a workload for its spec, not for its metadata', async () => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired = aDeployment(namespace, 'web', { image: 'web:1' }, { replicas: 0 });
    expect(must(await client.apply(desired, capstan)).metadata.generation).toBe(1);
    const labelled = { ...desired, metadata: { ...desired.metadata, labels: { x: 'y' } } };
    expect(must(await client.apply(labelled, capstan)).metadata.generation).toBe(1);
    const changed = { ...aDeployment(namespace, 'web', { image: 'web:2' }, { replicas: 0 }), metadata: labelled.metadata };
    expect(must(await client.apply(changed, capstan)).metadata.generation).toBe(2);
  });
}
