import type { Figure } from '../benchmark.js';

export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** The greatest but for one in a hundred: with fewer than a hundred values, the greatest. */
  readonly p99: number;
}

/** Pure. @throws on no values: nothing measured is not zero. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))];
    if (value === undefined) throw new Error('nothing was measured');
    return value;
  };
  const middle = sorted.length / 2;
  const median = sorted.length % 2 === 1 ? at(0.5) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median: sorted.length === 0 ? at(0) : median, min: at(0), max: at(1), p99: at(0.99) };
}

/** Whether the goal is met; undefined: none is set. */
export function meetsGoal({ goal, values }: Figure): boolean | undefined {
  return goal === undefined ? undefined : summarise(values)[goal.statistic] <= goal.atMost;
}
