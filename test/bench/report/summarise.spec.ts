import { describe, expect, it } from '@jest/globals';
import type { Figure } from '../benchmark.js';
import { meetsGoal, summarise } from './summarise.js';

const upTo = (n: number): readonly number[] => Array.from({ length: n }, (_, index) => n - index);

describe('summarise', () => {
  it.each<[string, readonly number[], ReturnType<typeof summarise>]>([
    ['takes the middle one of an odd number', [3, 1, 2], { median: 2, min: 1, max: 3, p99: 3 }],
    ['takes the mean of the middle two of an even number', [4, 1, 3, 2], { median: 2.5, min: 1, max: 4, p99: 4 }],
    ['is content with one', [7], { median: 7, min: 7, max: 7, p99: 7 }],
    ['leaves one in a hundred out of the p99', upTo(200), { median: 100.5, min: 1, max: 200, p99: 198 }],
  ])('%s', (_name, values, expected) => {
    expect(summarise(values)).toEqual(expected);
  });

  it('never reads nothing measured as zero', () => {
    expect(() => summarise([])).toThrow('nothing was measured');
  });
});

describe('meetsGoal', () => {
  const figure = (statistic: 'median' | 'p99'): Figure => ({ name: 'a figure', unit: 'ms', values: [1, 2, 30], goal: { number: 14, statistic, atMost: 10 } });

  it('compares the statistic that the goal names', () => {
    expect(meetsGoal(figure('median'))).toBe(true);
    expect(meetsGoal(figure('p99'))).toBe(false);
  });
});
