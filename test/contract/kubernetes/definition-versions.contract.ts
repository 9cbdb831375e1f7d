import { expect, it } from '@jest/globals';
import type { Json } from '#kernel';
import { until } from '#testing';
import { at, type TheServer } from './contract-server.js';
import { aWidgetKind, causesOf, DEFINITIONS, widgetDefinition, type WidgetVersion } from './widget-kind.js';

const SPEC = { type: 'object', properties: { size: { type: 'integer' }, colour: { type: 'string' } } };
const BOTH: readonly WidgetVersion[] = [{ name: 'v1', storage: true, spec: SPEC }, { name: 'v1beta1', spec: SPEC }, { name: 'v1alpha1', served: false, spec: SPEC }];
const CHANGED_MS = 60_000;

/** Kinds of several versions (conversion None), and what becomes of objects when their definition changes. */
export function definitionVersionsContract(server: TheServer): void {
  it('gives an object under whichever served version is asked for', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    const written = await widgets.create('one', { size: 1 }, 'v1beta1');
    expect(written).toMatchObject({ status: 201, json: { apiVersion: `${widgets.group}/v1beta1` } });
    const read = await widgets.get('one', 'v1');
    expect(read.json).toEqual({ ...written.json, apiVersion: `${widgets.group}/v1` });
    const list = await server().ask('GET', widgets.path('v1'));
    expect(list.json).toMatchObject({ apiVersion: `${widgets.group}/v1`, items: [{ apiVersion: `${widgets.group}/v1` }] });
    expect((await widgets.get('one', 'v1alpha1')).status).toBe(404);
    expect((await server().ask('POST', widgets.path('v1'), { body: { ...written.json, metadata: { name: 'two' } } })).status).toBe(400);
  });

  it('takes a change through another version, and notes the version with the field owner', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    await widgets.create('one', { size: 1 }, 'v1beta1');
    const patched = await widgets.patch('one', { spec: { colour: 'red' } }, 'creator', 'v1');
    expect(patched).toMatchObject({ status: 200, json: { apiVersion: `${widgets.group}/v1`, spec: { size: 1, colour: 'red' }, metadata: { generation: 2 } } });
    expect(owners(patched.json)).toEqual(['creator Update v1', 'creator Update v1beta1']);
    await widgets.apply('one', { size: 1 }, 'applier', 'v1');
    expect(owners((await widgets.apply('one', { size: 1 }, 'applier', 'v1beta1')).json)).toEqual(['applier Apply v1beta1', 'creator Update v1', 'creator Update v1beta1']);
    const refused = await widgets.apply('one', { size: 2 }, 'other', 'v1');
    expect(refused.status).toBe(409);
    expect(causesOf(refused)).toEqual(['FieldManagerConflict .spec.size', 'FieldManagerConflict .spec.size']);
  });

  it('tells a watch of one version about writes through another, in its own', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    const first = await widgets.create('one', { size: 1 }, 'v1beta1');
    await widgets.patch('one', { spec: { size: 2 } }, 'patcher', 'v1');
    const from = String(at(first.json, 'metadata', 'resourceVersion'));
    for (const version of ['v1', 'v1beta1']) {
      const watch = await server().ask('GET', `${widgets.path(version)}?watch=true&timeoutSeconds=1&resourceVersion=${from}`);
      const events: readonly Json[] = watch.text.split('\n').filter((line) => line !== '').map((line): Json => JSON.parse(line));
      expect(events).toMatchObject([{ type: 'MODIFIED', object: { apiVersion: `${widgets.group}/${version}`, spec: { size: 2 } } }]);
    }
  });

  it('reads older objects by the schema of now: with its defaults, without what it does not declare', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    const old = await widgets.create('one', { size: 1, colour: 'red' });
    await widgets.redefine([{ name: 'v1', storage: true, spec: { type: 'object', properties: { size: { type: 'integer' }, mode: { type: 'string', default: 'slow' } } } }]);
    const read = await until('the new schema is in force', CHANGED_MS, async () => {
      const answer = await widgets.get('one');
      return at(answer.json, 'spec', 'mode') === undefined ? undefined : answer.json;
    });
    expect(read).toEqual({ ...old.json, spec: { size: 1, mode: 'slow' } });
  });

  it('lets stay what an older schema let in, and checks what changes', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    await widgets.create('one', { size: 9, colour: 'RED' });
    await widgets.redefine([{ name: 'v1', storage: true, spec: { type: 'object', properties: { size: { type: 'integer', maximum: 5 }, colour: { type: 'string', pattern: '^[a-z]*$' }, mode: { type: 'string', default: 'slow' } } } }]);
    await until('the new schema is in force', CHANGED_MS, async () => (at((await widgets.get('one')).json, 'spec', 'mode') === undefined ? undefined : true));
    expect((await widgets.patch('one', { metadata: { labels: { a: 'b' } } })).status).toBe(200);
    const refused = await widgets.patch('one', { spec: { colour: 'BLUE' } });
    expect([refused.status, causesOf(refused)]).toEqual([422, ['FieldValueInvalid spec.colour']]);
    expect((await widgets.patch('one', { spec: { colour: 'blue' } })).status).toBe(200);
  });

  it('moves the storage version, remembers the old one, and stops serving what is not served', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    await widgets.create('one', { size: 1 });
    const moved = await widgets.redefine([{ name: 'v1', served: false, spec: SPEC }, { name: 'v1beta1', storage: true, spec: SPEC }]);
    expect(at(moved.json, 'status', 'storedVersions')).toEqual(['v1', 'v1beta1']);
    await until('v1 is not served', CHANGED_MS, async () => ((await widgets.get('one', 'v1')).status === 404 ? true : undefined));
    expect((await widgets.get('one', 'v1beta1')).json).toMatchObject({ apiVersion: `${widgets.group}/v1beta1`, spec: { size: 1 } });
    const dropped = await widgets.redefine([{ name: 'v1beta1', storage: true, spec: SPEC }]);
    expect([dropped.status, causesOf(dropped)]).toEqual([422, ['FieldValueInvalid status.storedVersions[0]']]);
  });

  it.each([
    ['no storage version', [{ name: 'v1', spec: SPEC }], {}, 'FieldValueInvalid spec.versions'],
    ['a version twice', [{ name: 'v1', storage: true, spec: SPEC }, { name: 'v1', spec: SPEC }], {}, 'FieldValueInvalid spec.versions'],
    ['a field without a type', [{ name: 'v1', storage: true, spec: { type: 'object', properties: { a: {} } } }], {}, 'FieldValueRequired spec.validation.openAPIV3Schema.properties[spec].properties[a].type'],
    ['a type that is none', [{ name: 'v1', storage: true, spec: { type: 'object', properties: { a: { type: 'thing' } } } }], {}, 'FieldValueNotSupported spec.validation.openAPIV3Schema.properties[spec].properties[a].type'],
    ['an unknown scope', [{ name: 'v1', storage: true, spec: SPEC }], { scope: 'World' }, 'FieldValueNotSupported spec.scope'],
    ['another group than its name says', [{ name: 'v1', storage: true, spec: SPEC }], { group: 'other.example.com' }, 'FieldValueInvalid metadata.name'],
    ['no kind', [{ name: 'v1', storage: true, spec: SPEC }], { names: { plural: 'widgets' } }, 'FieldValueRequired spec.names.kind'],
  ] as const)('refuses a definition with %s', async (_what, versions, more, cause) => {
    const answer = await server().ask('POST', `${DEFINITIONS}?dryRun=All`, { body: widgetDefinition('refused.example.com', versions, more) });
    expect(answer.status).toBe(422);
    expect(causesOf(answer)).toContain(cause);
  });

  it('keeps the scope of a definition', async () => {
    const widgets = await aWidgetKind(server(), BOTH);
    const answer = await server().ask('PATCH', widgets.definition, { body: { spec: { scope: 'Cluster' } }, contentType: 'application/merge-patch+json' });
    expect([answer.status, causesOf(answer)]).toEqual([422, ['FieldValueInvalid spec.scope']]);
  });
}

function owners(object: Json): readonly string[] {
  const entries = at(object, 'metadata', 'managedFields');
  return Array.isArray(entries) ? entries.map((entry) => `${String(at(entry, 'manager'))} ${String(at(entry, 'operation'))} ${String(at(entry, 'apiVersion')).split('/')[1] ?? ''}`).toSorted() : [];
}
