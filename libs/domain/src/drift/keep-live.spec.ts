import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '#kernel';
import { compareApplied, coverOfRule, isCovered, formatPath, keepLive, NO_TOLERANCE, OWNER_ANNOTATION, type FieldCover, type IgnoreRule, type KubeObject } from '#domain';
import { aManager, anObject } from '#testing';

const cover = (rule: IgnoreRule): FieldCover => coverOfRule(rule);
const pod = (containers: readonly Json[], rest: JsonObject = {}, metadata: JsonObject = {}): KubeObject => anObject('apps/v1', 'Deployment', 'shop/web', { metadata, spec: { ...rest, template: { spec: { containers } } } });
const APP = { name: 'app', image: 'web:1', args: ['-v'] };

describe('keepLive', () => {
  it.each<[string, IgnoreRule, KubeObject, KubeObject, KubeObject]>([
    ['a scalar as it is live', { jsonPointers: ['/spec/replicas'] }, pod([APP], { replicas: 2 }), pod([APP], { replicas: 5 }), pod([APP], { replicas: 5 })],
    ['nothing where it is not there live', { jsonPointers: ['/spec/replicas'] }, pod([APP], { replicas: 2 }), pod([APP]), pod([APP])],
    ['one field of one item, wherever that stands live', { jsonPointers: ['/spec/template/spec/containers/name=app/image'] }, pod([APP]), pod([{ name: 'injected' }, { ...APP, image: 'web:2', args: ['-x'] }]), pod([{ ...APP, image: 'web:2' }])],
    ['an item whole, without what others put into it', { jsonPointers: ['/spec/template/spec/containers/0'] }, pod([APP, { name: 'b' }]), pod([{ ...APP, image: 'web:2', tty: true }, { name: 'b' }]), pod([{ ...APP, image: 'web:2' }, { name: 'b' }])],
    ['nothing of a covered item that is gone', { jsonPointers: ['/spec/template/spec/containers/name=app'] }, pod([APP, { name: 'b' }]), pod([{ name: 'b' }]), pod([{ name: 'b' }])],
    ['the name of an item of which only a part is covered and gone', { jsonPointers: ['/spec/template/spec/containers/name=app/image'] }, pod([{ name: 'app', image: 'a' }]), pod([]), pod([{ name: 'app' }])],
    ['an atomic list whole', { jsonPointers: ['/spec/template/spec/containers/*/args'] }, pod([APP]), pod([{ ...APP, args: ['-a', '-b'] }]), pod([{ ...APP, args: ['-a', '-b'] }])],
    ['one index of an atomic list', { jsonPointers: ['/spec/template/spec/containers/*/args/1'] }, pod([{ ...APP, args: ['1', '2'] }]), pod([{ ...APP, args: ['x', 'y'] }]), pod([{ ...APP, args: ['1', 'y'] }])],
    ['every annotation that we declare, and our marks as they must be', { jsonPointers: ['/metadata/annotations'] }, pod([], {}, { annotations: { a: '1', [OWNER_ANNOTATION]: 'us' } }), pod([], {}, { annotations: { a: '2', b: '3', [OWNER_ANNOTATION]: 'them' } }), pod([], {}, { annotations: { a: '2', [OWNER_ANNOTATION]: 'us' } })],
    ['the finalizers that are still there', { jsonPointers: ['/metadata/finalizers'] }, pod([], {}, { finalizers: ['a/b', 'c/d'] }), pod([], {}, { finalizers: ['a/b', 'x/y'] }), pod([], {}, { finalizers: ['a/b'] })],
    ['all of it by a rule without fields', {}, pod([APP], { replicas: 2, paused: true }), pod([{ ...APP, image: 'web:9' }], { replicas: 5 }), pod([{ ...APP, image: 'web:9' }], { replicas: 5 })],
    ['what one manager holds', { managers: ['a-controller'] }, pod([APP], { replicas: 2, paused: true }), pod([APP], { replicas: 5, paused: false }, { managedFields: [aManager('a-controller', 'Update', { 'f:spec': { 'f:replicas': {} } }), aManager('kubectl', 'Update', { 'f:spec': { 'f:paused': {} } })] }), pod([APP], { replicas: 5, paused: true })],
    ['nothing by a rule about another field', { jsonPointers: ['/spec/strategy'] }, pod([APP], { replicas: 2 }), pod([], { replicas: 5 }), pod([APP], { replicas: 2 })],
    ['the key of a Secret in whatever member Git has it', { jsonPointers: ['/data/a'] }, anObject('v1', 'Secret', 'shop/s', { stringData: { a: 'x', b: 'y' } }), anObject('v1', 'Secret', 'shop/s', { data: { a: 'bGl2ZQ==', b: 'bGl2ZQ==' } }), anObject('v1', 'Secret', 'shop/s', { data: { a: 'bGl2ZQ==', b: 'eQ==' } })],
  ])('sends %s', (_what, rule, declared, live, expected) => {
    expect(keepLive(declared, live, cover(rule)).body).toEqual(expected);
  });

  it('knows the items of a custom resource by what the server says', () => {
    const widget = (parts: readonly Json[], managedFields: readonly Json[] = []): KubeObject => anObject('example.com/v1', 'Widget', 'shop/w', { ...(managedFields.length === 0 ? {} : { metadata: { managedFields } }), spec: { parts } });
    const ours = aManager('capstan', 'Apply', { 'f:spec': { 'f:parts': { 'k:{"id":"a"}': { '.': {}, 'f:id': {}, 'f:size': {} } } } }, { apiVersion: 'example.com/v1' });
    const declared = widget([{ id: 'a', size: 1 }]);
    const { body, kept } = keepLive(declared, widget([{ id: 'z', size: 9 }, { id: 'a', size: 7 }], [ours]), cover({ jsonPointers: ['/spec/parts/id=a/size'] }));
    expect(body).toEqual(widget([{ id: 'a', size: 7 }]));
    expect(kept.map(formatPath)).toEqual(['spec.parts[id=a].size']);

    // An item that is covered and gone stays gone and is no drift, wherever the others stand.
    const without = widget([{ id: 'z', size: 9 }], [aManager('someone', 'Update', { 'f:spec': { 'f:parts': { 'k:{"id":"z"}': { '.': {}, 'f:id': {}, 'f:size': {} } } } }, { apiVersion: 'example.com/v1' })]);
    const item = cover({ jsonPointers: ['/spec/parts/id=a'] });
    const gone = keepLive(declared, without, item);
    expect(gone.body['spec']).toBeUndefined();
    expect(compareApplied(declared, { ...without, metadata: { ...without.metadata, managedFields: [...(without.metadata.managedFields ?? []), aManager('capstan', 'Apply', {}, { apiVersion: 'example.com/v1' })] } }, { cover: item, admitted: [], kept: gone.kept })).toBeUndefined();
  });
});

describe('covered differences', () => {
  const names = ['replicas', 'paused', 'minReadySeconds', 'revisionHistoryLimit'] as const;
  const spec = fc.record({ replicas: fc.nat(9), paused: fc.boolean(), minReadySeconds: fc.nat(9), revisionHistoryLimit: fc.nat(9) }, { requiredKeys: [] });
  const containers = fc.uniqueArray(fc.record({ name: fc.constantFrom('a', 'b', 'c'), image: fc.constantFrom('1', '2'), args: fc.array(fc.constantFrom('x', 'y'), { maxLength: 2 }) }), { selector: ({ name }) => name, maxLength: 3 });
  const object = fc.tuple(spec, containers).map(([rest, list]) => pod(list, JSON.parse(JSON.stringify(rest))));
  const pointers = fc.subarray([...names.map((name) => `/spec/${name}`), ...['a', 'b', '*'].flatMap((name) => ['image', 'args', ''].map((field) => `/spec/template/spec/containers/${name === '*' ? name : `name=${name}`}${field === '' ? '' : `/${field}`}`))]);

  it('are neither drift nor written; all others are both; and an apply leaves nothing to heal', () => {
    fc.assert(
      fc.property(object, object, pointers, (declared, live, jsonPointers) => {
        const covered = cover(jsonPointers.length === 0 ? { jsonPointers: ['/nothing'] } : { jsonPointers });
        const tolerance = { ...NO_TOLERANCE, cover: covered };
        const every = compareApplied(declared, live)?.fields ?? [];
        const drift = compareApplied(declared, live, tolerance)?.fields ?? [];
        expect(every).toEqual(expect.arrayContaining([...drift]));
        const { body, kept } = keepLive(declared, live, covered);
        // Of what is sent, exactly the drift differs from what is there.
        expect(compareApplied(body, live)?.fields ?? []).toEqual(drift);
        const after = mergeApplied(body, live);
        expect(compareApplied(declared, after, { ...tolerance, kept })).toBeUndefined();
        expect(keepLive(declared, after, covered)).toEqual({ body, kept });
        // Once nothing covers them, all that was left differs, and nothing else.
        expect(compareApplied(declared, after)?.fields ?? []).toEqual(kept.map(formatPath).toSorted());
      }),
    );
  });

  it('leaves every object as it is that a rule covers whole, but for our marks', () => {
    fc.assert(
      fc.property(object, object, (declared, live) => {
        expect(compareApplied(declared, live, { ...NO_TOLERANCE, cover: cover({}) })).toBeUndefined();
        expect(mergeApplied(keepLive(declared, live, cover({})).body, live)).toEqual(live);
      }),
    );
    expect(isCovered([{ kind: 'field', name: 'metadata' }, { kind: 'field', name: 'annotations' }, { kind: 'field', name: OWNER_ANNOTATION }], cover({}), pod([]), [])).toBe(false);
  });
});

/** What the API server makes of an apply that nobody contests: maps merge, containers merge by name, other lists are replaced. */
function mergeApplied(body: KubeObject, live: KubeObject): KubeObject {
  const merged: KubeObject = JSON.parse(JSON.stringify(merge(body, live)));
  return merged;
}

function merge(body: Json | undefined, live: Json | undefined, name = ''): Json | undefined {
  if (body === undefined) return live;
  if (isList(body) && isList(live) && name === 'containers') {
    const nameOf = (item: Json): Json | undefined => (isMap(item) ? item['name'] : undefined);
    const old = live.map((item) => merge(body.find((one) => nameOf(one) === nameOf(item)), item) ?? item);
    return [...old, ...body.filter((item) => !live.some((one) => nameOf(one) === nameOf(item)))];
  }
  if (!isMap(body) || !isMap(live)) return body;
  return { ...live, ...Object.fromEntries(Object.entries(body).map(([key, value]) => [key, merge(value, live[key], key)])) };
}

function isMap(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}
