import type { BenchResult } from '../benchmark.js';
import type { Machine } from './machine.js';

export interface Report {
  readonly benchmark: string;
  readonly result: BenchResult;
  readonly machine: Machine;
  readonly loadAfter: number;
  readonly seconds: number;
}
