import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import { applyFields, formatClaims, type Owned } from './apply-fields.js';
import type { FieldOwner } from './field-owner.js';
import { EMPTY_SET, pathsOf } from './field-set.js';
import { listBy, MAP, SET, struct } from './merge-schema.js';
import { formatPath } from './path-element.js';
import { trackUpdate } from './track-update.js';

const SCHEMA = struct({
  data: MAP,
  finalizers: SET,
  containers: listBy('name', struct({ ports: listBy({ containerPort: undefined, protocol: 'TCP' }), env: listBy('name') })),
});
const NOW = '2026-11-01T12:00:00Z';
const NOTHING: Owned = { object: {}, owners: [] };

interface Attempt {
  readonly by: string;
  readonly force?: boolean;
}

function apply(state: Owned, applied: JsonObject, { by, force = false }: Attempt): Owned {
  const result = tryApply(state, applied, { by, force });
  if (!result.ok) throw new Error(formatClaims(result.error));
  return result.value;
}

function tryApply(state: Owned, applied: JsonObject, { by, force = false }: Attempt): ReturnType<typeof applyFields> {
  const applier = { name: by, operation: 'Apply' as const, apiVersion: 'v1' };
  return applyFields({ schema: SCHEMA, live: state.object, applied, owners: state.owners, applier, force, now: NOW, unowned: EMPTY_SET });
}

function update(state: Owned, object: JsonObject, by: string): Owned {
  return { object, owners: trackUpdate(SCHEMA, state.object, object, state.owners, { name: by, operation: 'Update', apiVersion: 'v1' }, NOW, EMPTY_SET) };
}

function ownedBy(state: Owned, name: string): readonly string[] {
  return state.owners.filter((owner: FieldOwner) => owner.name === name).flatMap((owner) => pathsOf(owner.fields).map(formatPath));
}

const web = (more: JsonObject = {}): JsonObject => ({ containers: [{ name: 'web', image: 'web:1', ...more }] });

describe('applyFields', () => {
  it.each<[string, readonly (readonly [JsonObject, Attempt])[], JsonObject]>([
    ['creates what is declared', [[{ data: { a: '1' } }, { by: 'x' }]], { data: { a: '1' } }],
    ['releases what is no longer declared', [[{ data: { a: '1', b: '1' } }, { by: 'x' }], [{ data: { a: '1' } }, { by: 'x' }]], { data: { a: '1' } }],
    ['leaves what another declares too', [[{ data: { a: '1' } }, { by: 'x' }], [{ data: { a: '1' } }, { by: 'y' }], [{}, { by: 'x' }]], { data: { a: '1' } }],
    ['merges items of a list by key', [[web(), { by: 'x' }], [{ containers: [{ name: 'side', image: 's:1' }] }, { by: 'y' }]], { containers: [{ name: 'web', image: 'web:1' }, { name: 'side', image: 's:1' }] }],
    ['removes an item with all that is in it', [[web({ env: [{ name: 'A', value: '1' }, { name: 'B', value: '1' }] }), { by: 'x' }], [web({ env: [{ name: 'B', value: '1' }] }), { by: 'x' }]], web({ env: [{ name: 'B', value: '1' }] })],
    ['takes a key that is left out for its default', [[web({ ports: [{ containerPort: 80, name: 'a' }] }), { by: 'x' }], [web({ ports: [{ containerPort: 80, protocol: 'TCP', name: 'b' }] }), { by: 'x' }]], web({ ports: [{ containerPort: 80, name: 'b', protocol: 'TCP' }] })],
    ['treats a set as one', [[{ finalizers: ['a'] }, { by: 'x' }], [{ finalizers: ['b'] }, { by: 'y' }], [{}, { by: 'x' }]], { finalizers: ['b'] }],
    ['replaces an atomic list', [[web({ args: ['a', 'b'] }), { by: 'x' }], [web({ args: ['b'] }), { by: 'x' }]], web({ args: ['b'] })],
    ['orders shared items as applied', [[{ finalizers: ['a', 'b', 'c'] }, { by: 'x' }], [{ finalizers: ['c', 'a'] }, { by: 'y' }]], { finalizers: ['b', 'c', 'a'] }],
    ['takes a field by force', [[{ data: { a: '1' } }, { by: 'x' }], [{ data: { a: '2' } }, { by: 'y', force: true }]], { data: { a: '2' } }],
  ])('%s', (_name, steps, expected) => {
    expect(steps.reduce((state, [applied, attempt]) => apply(state, applied, attempt), NOTHING).object).toEqual(expected);
  });

  it('refuses what others hold, naming them', () => {
    const state = update(apply(NOTHING, { ...web(), data: { a: '1' } }, { by: 'x' }), { ...web(), data: { a: '2' } }, 'kubectl');
    const one = tryApply(state, { data: { a: '3' } }, { by: 'z' });
    expect(one.ok ? '' : formatClaims(one.error)).toBe('Apply failed with 1 conflict: conflict with "kubectl" using v1: .data.a');
    const two = tryApply(state, { data: { a: '3' }, ...web({ image: 'web:2' }) }, { by: 'z' });
    expect(two.ok ? '' : formatClaims(two.error)).toBe('Apply failed with 2 conflicts: conflicts with "kubectl" using v1:\n- .data.a\nconflicts with "x":\n- .containers[name="web"].image');
  });

  it('gives an updated field to the updater and back by force', () => {
    const edited = update(apply(NOTHING, { data: { a: '1', b: '1' } }, { by: 'x' }), { data: { a: '2', b: '1' } }, 'kubectl');
    expect([ownedBy(edited, 'x'), ownedBy(edited, 'kubectl')]).toEqual([['.data.b'], ['.data.a']]);
    const healed = apply(edited, { data: { a: '1', b: '1' } }, { by: 'x', force: true });
    expect([ownedBy(healed, 'x'), ownedBy(healed, 'kubectl')]).toEqual([['.data.a', '.data.b'], []]);
  });

  it('keeps a field that an empty struct still claims', () => {
    const state = apply(apply(NOTHING, web({ resources: { cpu: '1' } }), { by: 'x' }), web({ resources: {} }), { by: 'x' });
    expect(ownedBy(state, 'x')).toContain('.containers[name="web"].resources');
  });

  it('lets everything go that a removed item held, also what another changed in it', () => {
    const edited = update(apply(NOTHING, { containers: [{ name: 'web', image: 'a' }, { name: 'side', image: 'b' }] }, { by: 'x' }), { containers: [{ name: 'web', image: 'a' }, { name: 'side', image: 'c' }] }, 'kubectl');
    const after = apply(edited, { containers: [{ name: 'web', image: 'a' }] }, { by: 'x' });
    expect(after.object).toEqual({ containers: [{ name: 'web', image: 'a' }] });
    expect(ownedBy(after, 'kubectl')).toEqual([]);
  });
});

const names = fc.constantFrom('a', 'b', 'c', 'd');
const dictionary = (prefix: string): fc.Arbitrary<JsonObject> => fc.dictionary(names.map((name) => `${prefix}${name}`), fc.constantFrom<Json>('1', '2', true), { minKeys: 1, maxKeys: 3 });
const containers = (prefix: string): fc.Arbitrary<readonly JsonObject[]> =>
  fc.uniqueArray(fc.record({ name: names.map((name) => `${prefix}${name}`), image: fc.constantFrom('x', 'y'), env: fc.uniqueArray(fc.record({ name: names, value: fc.constantFrom('1', '2') }), { selector: (item) => item.name, minLength: 1, maxLength: 3 }) }), {
    selector: (item) => item.name,
    minLength: 1,
    maxLength: 3,
  });
const configuration = (prefix = ''): fc.Arbitrary<JsonObject> => fc.record({ data: dictionary(prefix), containers: containers(prefix), finalizers: fc.uniqueArray(names.map((name) => `${prefix}${name}`), { minLength: 1, maxLength: 3 }) });

describe('applyFields, whatever is applied', () => {
  it('changes nothing when applied again', () => {
    fc.assert(
      fc.property(configuration(), configuration(), (first, second) => {
        const state = apply(apply(NOTHING, first, { by: 'x' }), second, { by: 'x' });
        expect(apply(state, second, { by: 'x' })).toEqual(state);
        expect(state.object).toEqual(expect.objectContaining({ data: second['data'] }));
      }),
    );
  });

  it('comes to the same fields and owners in either order of managers that share nothing', () => {
    fc.assert(
      fc.property(configuration('x-'), configuration('y-'), (mine, theirs) => {
        const one = apply(apply(NOTHING, mine, { by: 'x' }), theirs, { by: 'y' });
        const other = apply(apply(NOTHING, theirs, { by: 'y' }), mine, { by: 'x' });
        expect(sorted(one.object)).toEqual(sorted(other.object));
        for (const name of ['x', 'y']) expect(ownedBy(one, name)).toEqual(ownedBy(other, name));
      }),
    );
  });

  it('leaves nothing of a manager that declares nothing any more', () => {
    fc.assert(
      fc.property(configuration('x-'), configuration('y-'), (mine, theirs) => {
        const alone = apply(NOTHING, theirs, { by: 'y' });
        const left = apply(apply(alone, mine, { by: 'x' }), {}, { by: 'x' });
        expect(sorted(left.object)).toEqual(sorted(alone.object));
        expect(ownedBy(left, 'x')).toEqual([]);
      }),
    );
  });
});

/** Lists merged by key have an order only where somebody applied both items. */
function sorted(value: Json | undefined): unknown {
  if (Array.isArray(value)) return value.map(sorted).toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}
