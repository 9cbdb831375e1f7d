import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import type { KubeClient } from '#kube';
import { until } from '#testing';
import { aNamespace, at, failureOf, managedBy, must, resourceOf, type TheServer } from './contract-server.js';

const capstan = { fieldManager: 'capstan' };
const SERVED_MS = 60_000;
const OPEN: JsonObject = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
let count = 0;

export function customResourcesContract(server: TheServer): void {
  it('serves a kind once its definition is established, and no earlier', async () => {
    const { client } = server();
    const group = aGroup();
    expect(failureOf(await client.resolve(group, 'Widget')).code).toBe('KIND_NOT_FOUND');
    expect(failureOf(await client.apply(aWidget(group, 'default', {}), capstan)).code).toBe('KIND_NOT_FOUND');
    must(await client.apply(aDefinition(group), capstan));
    await established(client, group);
    expect(must(await client.resolve(group, 'Widget'))).toMatchObject({ group, version: 'v1', plural: 'widgets', namespaced: true });
  });

  it('keeps fields that no schema knows', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group);
    const spec = { size: 3, deep: { list: [{ unheard: 'of' }, 1, null, 1.5], flag: true }, empty: {}, none: [] };
    const applied = must(await client.apply(aWidget(group, namespace, spec), capstan));
    expect(applied['spec']).toEqual(spec);
    expect(managedBy(applied, 'capstan')).toEqual({ operation: 'Apply', apiVersion: `${group}/v1`, fields: { 'f:spec': { 'f:deep': { '.': {}, 'f:flag': {}, 'f:list': {} }, 'f:empty': {}, 'f:none': {}, 'f:size': {} } } });
    expect(must(await client.get(await resourceOf(client, `${group}/Widget`), namespace, 'one'))).toEqual(applied);
  });

  it('goes by the schema of the definition: prunes, defaults, and merges lists by their keys', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group, {
      type: 'object',
      properties: {
        mode: { type: 'string', default: 'slow' },
        parts: {
          type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'],
          items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, size: { type: 'integer' } } },
        },
      },
    });
    must(await client.apply(aWidget(group, namespace, { parts: [{ id: 'a', size: 1 }] }), capstan));
    const both = must(await client.apply(aWidget(group, namespace, { parts: [{ id: 'b', size: 1 }] }), { fieldManager: 'other' }));
    expect(both['spec']).toEqual({ mode: 'slow', parts: [{ id: 'a', size: 1 }, { id: 'b', size: 1 }] });
    expect(failureOf(await client.apply(aWidget(group, namespace, { parts: [{ id: 'a', size: 2 }] }), { fieldManager: 'other' })).conflicts).toEqual([{ manager: 'capstan', field: '.spec.parts[id="a"].size' }]);
    const created = must(await client.create({ ...aWidget(group, namespace, { mode: 'fast', unheard: 'of' }), metadata: { name: 'two', namespace } }));
    expect(created['spec']).toEqual({ mode: 'fast' });
    expect(failureOf(await client.create({ ...aWidget(group, namespace, { mode: 3 }), metadata: { name: 'three', namespace } }))).toMatchObject({ code: 'INVALID', httpStatus: 422, causes: [{ field: 'spec.mode' }] });
  });

  it('creates, changes, lists and deletes', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group);
    const widgets = await resourceOf(client, `${group}/Widget`);
    const created = must(await client.create(aWidget(group, namespace, { size: 1 })));
    must(await client.replace({ ...created, spec: { size: 2 } }));
    expect(must(await client.list(widgets, { namespace })).items.map((item) => at(item, 'spec', 'size'))).toEqual([2]);
    must(await client.delete(widgets, namespace, 'one', { uid: created.metadata.uid ?? '' }));
    expect(must(await client.list(widgets)).items).toEqual([]);
  });

  it('releases fields and reports conflicts as for kinds of its own', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group);
    must(await client.apply(aWidget(group, namespace, { a: 1, b: { c: [1, 2] } }), capstan));
    expect(failureOf(await client.apply(aWidget(group, namespace, { b: { c: [1] } }), { fieldManager: 'other' })).conflicts).toEqual([{ manager: 'capstan', field: '.spec.b.c' }]);
    expect(must(await client.apply(aWidget(group, namespace, { a: 2 }), capstan))['spec']).toEqual({ a: 2 });
  });

  it('counts generations by the spec and keeps the status apart', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group);
    const widgets = await resourceOf(client, `${group}/Widget`);
    const first = must(await client.apply({ ...aWidget(group, namespace, { size: 1 }), status: { phase: 'Forged' } }, capstan));
    expect(first.metadata.generation).toBe(1);
    expect(first['status']).toBeUndefined();
    const labelled = must(await client.mergePatch(widgets, namespace, 'one', { metadata: { labels: { x: 'y' } } }));
    expect(labelled.metadata.generation).toBe(1);
    const reported = must(await client.apply({ apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'one', namespace }, status: { phase: 'Ready' } }, { fieldManager: 'operator', subresource: 'status' }));
    expect(reported).toMatchObject({ spec: { size: 1 }, status: { phase: 'Ready' }, metadata: { generation: 1 } });
    expect(reported.metadata.managedFields).toEqual(expect.arrayContaining([expect.objectContaining({ manager: 'operator', operation: 'Apply', subresource: 'status', fieldsV1: { 'f:status': { 'f:phase': {} } } })]));
    const changed = must(await client.apply(aWidget(group, namespace, { size: 2 }), capstan));
    expect(changed).toMatchObject({ spec: { size: 2 }, status: { phase: 'Ready' }, metadata: { generation: 2 } });
  });

  it('takes objects and kind away with the definition', async () => {
    const { client } = server();
    const group = aGroup();
    const namespace = await aNamespace(client);
    await define(client, group);
    const widgets = await resourceOf(client, `${group}/Widget`);
    must(await client.create(aWidget(group, namespace, {})));
    const definitions = await resourceOf(client, 'apiextensions.k8s.io/CustomResourceDefinition');
    const definition = must(await client.get(definitions, '', `widgets.${group}`));
    must(await client.delete(definitions, '', `widgets.${group}`, { uid: definition.metadata.uid ?? '' }));
    const failure = await until('the kind is gone', SERVED_MS, async () => {
      const left = await client.list(widgets, { namespace });
      return left.ok || left.error.code !== 'KIND_NOT_FOUND' ? undefined : left.error;
    });
    expect(failure.httpStatus).toBe(404);
    expect(failureOf(await client.get(widgets, namespace, 'one')).code).toBe('KIND_NOT_FOUND');
    await until('discovery forgets it', SERVED_MS, async () => {
      client.invalidateDiscovery(group);
      const left = await client.resolve(group, 'Widget');
      return left.ok ? undefined : left.error.code === 'KIND_NOT_FOUND' || undefined;
    });
  });
}

function aGroup(): string {
  count += 1;
  return `g${count}-${process.pid}.example.com`;
}

function aWidget(group: string, namespace: string, spec: KubeObject['spec']): KubeObject {
  return { apiVersion: `${group}/v1`, kind: 'Widget', metadata: { name: 'one', namespace }, spec };
}

function aDefinition(group: string, spec: JsonObject = OPEN): KubeObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { kind: 'Widget', listKind: 'WidgetList', plural: 'widgets', singular: 'widget' },
      versions: [{ name: 'v1', served: true, storage: true, subresources: { status: {} }, schema: { openAPIV3Schema: { type: 'object', properties: { spec, status: OPEN } } } }],
    },
  };
}

async function define(client: KubeClient, group: string, spec: JsonObject = OPEN): Promise<void> {
  must(await client.apply(aDefinition(group, spec), capstan));
  await established(client, group);
}

/** Established, and served: a real server takes a moment from one to the other. */
async function established(client: KubeClient, group: string): Promise<void> {
  const definitions = await resourceOf(client, 'apiextensions.k8s.io/CustomResourceDefinition');
  await until(`widgets.${group} is served`, SERVED_MS, async () => {
    const conditions = at(must(await client.get(definitions, '', `widgets.${group}`)), 'status', 'conditions');
    const isEstablished = Array.isArray(conditions) && conditions.some((one) => at(one, 'type') === 'Established' && at(one, 'status') === 'True');
    if (!isEstablished) return undefined;
    client.invalidateDiscovery(group);
    const widgets = await client.resolve(group, 'Widget');
    return widgets.ok && (await client.list(widgets.value)).ok ? true : undefined;
  });
}
