import { describe, expect, it } from '@jest/globals';
import type { Json } from '#kernel';
import { formatPath, parseFieldsV1, type PathStep } from '#domain';

describe('parseFieldsV1', () => {
  it('reads members, merge keys, set items, indices and the item itself', () => {
    expect(parseFieldsV1({ 'f:a': { '.': {}, 'k:{"name":"x"}': { '.': {}, 'f:b': {} }, 'v:"s"': {}, 'i:2': {} } })).toEqual({
      ok: true,
      value: {
        isWhole: false,
        children: [
          {
            step: { kind: 'field', name: 'a' },
            tree: {
              isWhole: false,
              children: [
                { step: { kind: 'key', keys: { name: 'x' } }, tree: { isWhole: false, children: [{ step: { kind: 'field', name: 'b' }, tree: { isWhole: true, children: [] } }] } },
                { step: { kind: 'value', value: 's' }, tree: { isWhole: true, children: [] } },
                { step: { kind: 'index', index: 2 }, tree: { isWhole: true, children: [] } },
              ],
            },
          },
        ],
      },
    });
  });

  const deep = Array.from({ length: 300 }).reduce<Json>((inner) => ({ 'f:a': inner }), {});
  it.each<[string, Json]>([['a text', 'f:a'], ['an unknown step', { 'x:a': {} }], ['a broken key', { 'k:{': {} }], ['a key that is no map', { 'k:"a"': {} }], ['a broken index', { 'i:-1': {} }], ['a member that is no map', { 'f:a': 1 }], ['endless nesting', deep]])(
    'refuses %s whole',
    (_name, fields) => {
      expect(parseFieldsV1(fields)).toMatchObject({ ok: false, error: { code: 'FIELDS_MALFORMED' } });
    },
  );
});

describe('formatPath', () => {
  const field = (name: string): PathStep => ({ kind: 'field', name });
  it.each<[string, readonly PathStep[]]>([
    ['spec.replicas', [field('spec'), field('replicas')]],
    ['spec.containers[name=app].image', [field('spec'), field('containers'), { kind: 'key', keys: { name: 'app' } }, field('image')]],
    ['ports[containerPort=80,protocol=TCP]', [field('ports'), { kind: 'key', keys: { containerPort: 80, protocol: 'TCP' } }]],
    ['metadata.annotations["a.b/c"]', [field('metadata'), field('annotations'), field('a.b/c')]],
    ['spec.rules[0]', [field('spec'), field('rules'), { kind: 'index', index: 0 }]],
    ['metadata.finalizers[]', [field('metadata'), field('finalizers'), { kind: 'value', value: 'secret' }]],
  ])('%s', (text, path) => {
    expect(formatPath(path)).toBe(text);
  });
});
