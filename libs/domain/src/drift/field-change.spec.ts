import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareApplied, fitChanges, VALUE_LIMITS, type FieldChange } from '#domain';
import { anObject } from '#testing';

const change = (expected: string | undefined, live: string | undefined): FieldChange => ({ path: 'data.a', manager: 'kubectl', expected, live, isMasked: false, isTruncated: false });

describe('fitChanges', () => {
  it('keeps what fits as it is', () => {
    expect(fitChanges([change('"a"', undefined)], 10)).toEqual({ changes: [change('"a"', undefined)], used: 3 });
  });

  it('cuts values at the end of the room, says so, and keeps every path', () => {
    expect(fitChanges([change('"abc"', '"d"'), change('"e"', undefined)], 6)).toEqual({
      changes: [{ ...change('"abc"', '"'), isTruncated: true }, { ...change('', undefined), isTruncated: true }],
      used: 6,
    });
  });

  it('never takes more than the room, nor more of one value than its limit', () => {
    const text = fc.option(fc.string({ maxLength: 3_000, unit: 'binary' }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 20 }), fc.nat(10_000), (values, room) => {
        const { changes, used } = fitChanges(values.map(([expected, live]) => change(expected, live)), room);
        const lengths = changes.flatMap(({ expected, live }) => [expected?.length ?? 0, live?.length ?? 0]);
        expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(used);
        expect(used).toBeLessThanOrEqual(room);
        expect(Math.max(0, ...lengths)).toBeLessThanOrEqual(VALUE_LIMITS.value);
      }),
    );
  });
});

describe('the values of drift', () => {
  it('are JSON on both sides, of the field and nothing beside it', () => {
    const of = (data: Readonly<Record<string, string>>) => anObject('v1', 'ConfigMap', 'a/b', { data: { ...data } });
    expect(compareApplied(of({ a: '1', b: 'x' }), of({ a: '2', b: 'x', c: 'mine' }))?.changes).toEqual([{ path: 'data.a', manager: undefined, expected: '"1"', live: '"2"', isMasked: false, isTruncated: false }]);
  });

  it('are cut where they are long', () => {
    const of = (text: string) => anObject('v1', 'ConfigMap', 'a/b', { data: Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, text.repeat(5_000)])) });
    const changes = compareApplied(of('a'), of('b'))?.changes ?? [];
    expect(changes).toHaveLength(20);
    expect(changes.every(({ isTruncated }) => isTruncated)).toBe(true);
    expect(changes[0]?.live).toHaveLength(VALUE_LIMITS.value);
    expect(JSON.stringify(changes).length).toBeLessThan(VALUE_LIMITS.object + 5_000);
  });
});
