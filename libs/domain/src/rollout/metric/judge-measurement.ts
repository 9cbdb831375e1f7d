import type { MetricGateSpec } from '../strategy/gate-spec.js';

/** How many measurements of one cluster were good, and how many were not. */
export interface MeasuredSoFar {
  readonly passes: number;
  readonly failures: number;
}

export interface JudgedMeasurement extends MeasuredSoFar {
  /** undefined: it takes more of them. */
  readonly verdict: 'PASSED' | 'FAILED' | undefined;
  /** A sentence for people. */
  readonly message: string;
}

/**
 * What a gate has come to in one cluster with one more measurement. Pure. Only a number is one: what is no number (no data, NaN, infinite, a source
 * that is down) neither passes nor fails, and does not come here.
 */
export function judgeMeasurement({ min, max, count, failureLimit }: MetricGateSpec, before: MeasuredSoFar, value: number, cluster: string): JudgedMeasurement {
  if (!Number.isFinite(value)) throw new Error(`${value} is no measurement`);
  const why = min !== undefined && value < min ? `less than ${min}` : max !== undefined && value > max ? `more than ${max}` : undefined;
  const passes = before.passes + (why === undefined ? 1 : 0);
  const failures = before.failures + (why === undefined ? 0 : 1);
  const verdict = failures > failureLimit ? 'FAILED' : passes >= count ? 'PASSED' : undefined;
  const progress = why === undefined ? `good, ${passes} of ${count}` : `${why}, bad ${failures === 1 ? 'once' : `${failures} times`} with ${failureLimit} allowed`;
  return { passes, failures, verdict, message: `${value} in cluster ${cluster}: ${progress}` };
}
