import { backoffMs, jitterMs, type Random } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const rolls = (value: number): Random => ({ next: () => value, bytes: (length) => new Uint8Array(length) });
const policy = { baseMs: 1_000, maxMs: 60_000 };
const roll = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffMs', () => {
  it.each([
    [1, 500, 1_000],
    [2, 1_000, 2_000],
    [3, 2_000, 4_000],
    [7, 30_000, 60_000],
    [1_000, 30_000, 60_000],
  ])('before attempt %i lies between %i and %i', (attempt, least, most) => {
    expect(backoffMs(policy, attempt, rolls(0))).toBe(least);
    expect(backoffMs(policy, attempt, rolls(1 - Number.EPSILON))).toBe(most);
  });

  it('never exceeds the maximum, never comes at once, and is a whole number', () => {
    fc.assert(
      fc.property(fc.integer({ min: -5, max: 100_000 }), fc.integer({ min: 2, max: 10_000 }), fc.integer({ min: 2, max: 10_000_000 }), roll, (attempt, baseMs, maxMs, value) => {
        const ms = backoffMs({ baseMs, maxMs }, attempt, rolls(value));
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeLessThanOrEqual(maxMs);
        expect(ms).toBeGreaterThanOrEqual(Math.floor(Math.min(baseMs, maxMs) / 2));
      }),
    );
  });
});

describe('jitterMs', () => {
  it.each([
    [0, 900],
    [0.5, 1_000],
    [1 - Number.EPSILON, 1_100],
  ])('moves by up to the fraction: roll %p gives %i', (value, expected) => {
    expect(jitterMs(1_000, 0.1, rolls(value))).toBe(expected);
  });

  it('is never negative', () => {
    expect(jitterMs(1_000, 3, rolls(0))).toBe(0);
  });
});
