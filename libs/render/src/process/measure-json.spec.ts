import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { measureJson } from './measure-json.js';

function holds(value: unknown): { readonly values: number; readonly depth: number } {
  if (typeof value !== 'object' || value === null) return { values: 1, depth: 0 };
  const inside = Object.values(value).map(holds);
  return { values: 1 + inside.reduce((sum, one) => sum + one.values, 0), depth: 1 + Math.max(0, ...inside.map((one) => one.depth)) };
}

describe('measureJson', () => {
  it.each([
    ['[]', 2, 1], ['{"a":[[],{}]}', 6, 3], ['"[[[,,,"', 1, 0], ['["\\"[,","\\\\",1]', 4, 1], ['12', 1, 0],
  ])('of %s', (text, values, depth) => expect(measureJson(Buffer.from(text))).toEqual({ values, depth }));

  it('never says less than there is, nor another depth, whatever the value', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const [found, there] = [measureJson(Buffer.from(JSON.stringify(value))), holds(value)];
      expect(found.values).toBeGreaterThanOrEqual(there.values);
      expect(found.values).toBeLessThanOrEqual(2 * there.values + 1);
      expect(found.depth).toBe(there.depth);
    }));
  });

  it('of bytes that are no JSON ends', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => measureJson(Buffer.from(bytes)).depth >= 0));
  });
});
