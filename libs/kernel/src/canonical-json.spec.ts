import { canonicalJson, digestOfJson, type Json } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

describe('canonicalJson', () => {
  // Golden: these bytes are signed and stored. A change here breaks every digest and signature in the field.
  it.each<[string, Json, string]>([
    ['null', null, 'null'],
    ['booleans', [true, false], '[true,false]'],
    ['an integer', 42, '42'],
    ['a fraction', 1.5, '1.5'],
    ['a large number', 1e21, '1e+21'],
    ['a small number', 1e-7, '1e-7'],
    ['negative zero', -0, '0'],
    ['the largest safe integer', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['a text with escapes', 'a"b\\c\n\t\u0001', '"a\\"b\\\\c\\n\\t\\u0001"'],
    ['a text beyond ASCII as it is', 'é€😀', '"é€😀"'],
    ['a line separator as it is', '\u2028', '"\u2028"'],
    ['a lone surrogate as an escape', '\ud800', '"\\ud800"'],
    ['an empty object and list', { b: [], a: {} }, '{"a":{},"b":[]}'],
    ['members by UTF-16 code unit', { 'ﬀ': 7, '😀': 6, '€': 5, é: 4, a: 3, A: 2, '': 1 }, '{"":1,"A":2,"a":3,"é":4,"€":5,"😀":6,"ﬀ":7}'],
    ['numeric keys as texts', { 10: 'a', 9: 'b' }, '{"10":"a","9":"b"}'],
    ['no undefined members', { a: undefined, b: 1 }, '{"b":1}'],
    ['lists in their order', [3, 1, 2], '[3,1,2]'],
    ['nesting', { b: { c: 1.5 }, a: [1, 'x', null, true] }, '{"a":[1,"x",null,true],"b":{"c":1.5}}'],
  ])('writes %s', (_name, value, expected) => {
    expect(canonicalJson(value)).toBe(expected);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %p', (value) => {
    expect(() => canonicalJson({ a: [value] })).toThrow(TypeError);
  });

  it('refuses what is no JSON, so that nothing is left out silently', () => {
    const list: readonly unknown[] = [undefined, () => 1, 1n, Symbol('x')];
    for (const value of list) expect(() => canonicalJson([value] as Json)).toThrow(TypeError);
  });

  it('says the same value, and the same bytes whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value as Json);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(reversed(value as Json))).toBe(text);
      }),
    );
  });

  it('has another digest for another value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const isSame = canonicalJson(a as Json) === canonicalJson(b as Json);
        expect(digestOfJson(a as Json) === digestOfJson(b as Json)).toBe(isSame);
      }),
    );
  });
});

function reversed(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  return Object.fromEntries(Object.entries(value).toReversed().map(([key, member]) => [key, reversed(member ?? null)]));
}
