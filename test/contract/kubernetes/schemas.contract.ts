import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { at, managedBy, type TheServer } from './contract-server.js';
import { kubeObject } from './kube-object.js';
import { aWidgetKind, causesOf, type WidgetKind } from './widget-kind.js';

const text = { type: 'string' };
const whole = { type: 'integer' };
const part = { type: 'object', required: ['id'], properties: { id: text, size: whole } };
const SPEC: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    size: { ...whole, minimum: 1, maximum: 10 },
    open: { ...whole, minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
    step: { ...whole, multipleOf: 3 },
    narrow: { ...whole, format: 'int32' },
    mode: { ...text, enum: ['a', 'b'] },
    word: { ...text, pattern: '^[a-z]+$', minLength: 2, maxLength: 4 },
    date: { ...text, format: 'date-time' },
    flag: { type: 'boolean' },
    list: { type: 'array', items: whole, minItems: 1, maxItems: 3 },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    parts: { type: 'array', items: part, 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['id'] },
    map: { type: 'object', additionalProperties: whole, minProperties: 1, maxProperties: 2 },
    port: { 'x-kubernetes-int-or-string': true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: whole } },
    inner: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    nullable: { ...text, nullable: true },
    preset: { ...text, default: 'd' },
    presets: { type: 'object', additionalProperties: { type: 'object', properties: { k: { ...text, default: 'v' } } } },
    deep: { type: 'object', required: ['x'], properties: { x: text, y: { type: 'array', items: { type: 'object', required: ['z'], properties: { z: whole } } } } },
    one: { type: 'object', properties: { a: whole, b: whole }, oneOf: [{ required: ['a'] }, { required: ['b'] }] },
    any: { type: 'object', properties: { a: whole, b: whole }, anyOf: [{ required: ['a'] }, { required: ['b'] }] },
    all: { ...whole, allOf: [{ minimum: 3 }, { maximum: 4 }] },
    not: { ...whole, not: { enum: [5] } },
  },
};

const REFUSED: readonly (readonly [what: string, spec: JsonObject, ...causes: string[]])[] = [
  ['a field that is required', {}, 'FieldValueRequired spec.name'],
  ['fields that are required further down', { name: 'x', deep: { y: [{ z: 1 }, {}] } }, 'FieldValueRequired spec.deep.x', 'FieldValueRequired spec.deep.y[1].z'],
  ['a text for a number', { name: 'x', size: '1' }, 'FieldValueTypeInvalid spec.size'],
  ['a number for a text, and more', { name: 1, size: 'x' }, 'FieldValueTypeInvalid spec.name', 'FieldValueTypeInvalid spec.size'],
  ['a text for a boolean', { name: 'x', flag: 'true' }, 'FieldValueTypeInvalid spec.flag'],
  ['an object for a list', { name: 'x', list: {} }, 'FieldValueTypeInvalid spec.list'],
  ['an item of another type', { name: 'x', list: [1, 'b'] }, 'FieldValueTypeInvalid spec.list[1]'],
  ['a member of another type', { name: 'x', map: { a: 'x' } }, 'FieldValueTypeInvalid spec.map.a'],
  ['less than the least', { name: 'x', size: 0 }, 'FieldValueInvalid spec.size'],
  ['more than the most', { name: 'x', size: 11 }, 'FieldValueInvalid spec.size'],
  ['the least itself, which is out', { name: 'x', open: 1 }, 'FieldValueInvalid spec.open'],
  ['the most itself, which is out', { name: 'x', open: 9 }, 'FieldValueInvalid spec.open'],
  ['no multiple', { name: 'x', step: 4 }, 'FieldValueInvalid spec.step'],
  ['a number that is too wide', { name: 'x', narrow: 3_000_000_000 }, 'FieldValueInvalid <nil>'],
  ['none of the choices', { name: 'x', mode: 'c' }, 'FieldValueNotSupported spec.mode'],
  ['another pattern', { name: 'x', word: 'A1' }, 'FieldValueInvalid spec.word'],
  ['too short a text', { name: 'x', word: 'a' }, 'FieldValueInvalid spec.word'],
  ['too long a text', { name: 'x', word: 'aaaaa' }, 'FieldValueTooLong spec.word'],
  ['a date that is none', { name: 'x', date: 'nope' }, 'FieldValueTypeInvalid spec.date'],
  ['too few items', { name: 'x', list: [] }, 'FieldValueInvalid spec.list'],
  ['too many items', { name: 'x', list: [1, 2, 3, 4] }, 'FieldValueTooMany spec.list'],
  ['too few members', { name: 'x', map: {} }, 'FieldValueInvalid spec.map'],
  ['too many members', { name: 'x', map: { a: 1, b: 2, c: 3 } }, 'FieldValueTooMany spec.map'],
  ['a value of a set twice', { name: 'x', tags: ['a', 'a'] }, 'FieldValueDuplicate spec.tags[1]'],
  ['a key twice', { name: 'x', parts: [{ id: 'a' }, { id: 'a' }] }, 'FieldValueDuplicate spec.parts[1]'],
  ['an item without its key', { name: 'x', parts: [{ size: 1 }] }, 'FieldValueRequired spec.parts[0].id'],
  ['neither a number nor a text', { name: 'x', port: true }, 'FieldValueTypeInvalid spec.port'],
  ['another type for what is known of a free object', { name: 'x', free: { known: 'x' } }, 'FieldValueTypeInvalid spec.free.known'],
  ['an embedded object without an identity', { name: 'x', inner: {} }, 'FieldValueRequired spec.inner.apiVersion', 'FieldValueRequired spec.inner.kind'],
  ['none of two alternatives', { name: 'x', one: {} }, 'FieldValueInvalid <nil>', 'FieldValueRequired spec.one.a'],
  ['both of two alternatives', { name: 'x', one: { a: 1, b: 2 } }, 'FieldValueInvalid <nil>'],
  ['none of the possibilities', { name: 'x', any: {} }, 'FieldValueInvalid <nil>', 'FieldValueRequired spec.any.a'],
  ['not all of the demands', { name: 'x', all: 1 }, 'FieldValueInvalid <nil>', 'FieldValueInvalid spec.all'],
  ['what is ruled out', { name: 'x', not: 5 }, 'FieldValueInvalid <nil>'],
];

/** What the schema of a definition does to objects: what it refuses and by which causes, prunes, fills in, and how it merges. */
export function schemasContract(server: TheServer): void {
  let made: Promise<WidgetKind> | undefined;
  const widgets = (): Promise<WidgetKind> => (made ??= aWidgetKind(server(), [{ name: 'v1', storage: true, spec: SPEC }]));

  it.each(REFUSED)('refuses %s', async (_what, spec, ...causes) => {
    const answer = await (await widgets()).create('refused', spec);
    expect([answer.status, answer.json['reason'], causesOf(answer)]).toEqual([422, 'Invalid', causes]);
  });

  it('prunes what is not declared, keeps what is free, fills in defaults, and drops nulls that have no place', async () => {
    const spec = {
      name: 'x', port: 'http', unknown: 1, preset: null, nullable: null, mode: null, presets: { q: {} }, deep: { x: '1', junk: 2 }, free: { a: { b: [null, 1] } },
      inner: { apiVersion: 'v1', kind: 'X', metadata: { name: 'a', junk: 1 }, anything: { goes: true } },
    };
    const { json, status } = await (await widgets()).create('pruned', spec);
    expect(status).toBe(201);
    expect(json['spec']).toEqual({
      name: 'x', port: 'http', preset: 'd', nullable: null, presets: { q: { k: 'v' } }, deep: { x: '1' }, free: { a: { b: [null, 1] } },
      inner: { apiVersion: 'v1', kind: 'X', metadata: { name: 'a' }, anything: { goes: true } },
    });
  });

  it('merges sets by value, and gives the parts of free and embedded objects owners of their own', async () => {
    const kind = await widgets();
    await kind.apply('merged', { name: 'x', port: 80, tags: ['b', 'a'], free: { a: { b: 1 } }, inner: { apiVersion: 'v1', kind: 'X', metadata: { labels: { a: 'b' } } } }, 'first');
    expect(causesOf(await kind.apply('merged', { port: '80', tags: ['c'] }, 'second'))).toEqual(['FieldManagerConflict .spec.port']);
    const both = await kind.apply('merged', { tags: ['a', 'c'] }, 'second');
    expect(at(both.json, 'spec', 'tags')).toEqual(['b', 'a', 'c']);
    expect(at(managedBy(kubeObject(both.json), 'first'), 'fields', 'f:spec')).toEqual({
      'f:name': {}, 'f:port': {}, 'f:tags': { 'v:"a"': {}, 'v:"b"': {} }, 'f:free': { 'f:a': { '.': {}, 'f:b': {} } },
      'f:inner': { 'f:apiVersion': {}, 'f:kind': {}, 'f:metadata': { 'f:labels': { 'f:a': {} } } },
    });
    const rest = await kind.apply('merged', { name: 'x' }, 'first');
    expect(at(rest.json, 'spec')).toEqual({ name: 'x', preset: 'd', tags: ['a', 'c'] });
  });

  it('refuses an apply that says two things about one item', async () => {
    expect((await (await widgets()).apply('twice', { name: 'x', tags: ['a', 'a'] }, 'first')).status).toBe(500);
  });
}
