import type { BenchOptions } from './options.js';

/** One measured quantity over the runs. */
export interface Figure {
  readonly name: string;
  readonly unit: 'ms' | 's' | 'MB' | 'CPU s' | 'count' | 'times';
  readonly values: readonly number[];
  /** What PERFORMANCE asks for, compared with the statistic that the goal names. */
  readonly goal?: { readonly number: number; readonly statistic: 'median' | 'p99'; readonly atMost: number };
}

export interface BenchResult {
  readonly figures: readonly Figure[];
  /** What was done how often, with which sizes. */
  readonly parameters: Readonly<Record<string, string | number>>;
  /** What did not really run, and what else one must know to read the figures. */
  readonly notes: readonly string[];
}

/** Says on standard error what is being done, so that standard output has nothing but the result. */
export type Progress = (line: string) => void;

export interface Benchmark {
  readonly name: string;
  readonly summary: string;
  run(options: BenchOptions, progress: Progress): Promise<BenchResult>;
}
