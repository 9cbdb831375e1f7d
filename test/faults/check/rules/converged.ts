import type { Evidence } from '../evidence.js';

/** The promise: this long after the last fault everything is as it was wanted. */
export const CONVERGENCE_MS = 30_000;

export function converged({ calmAt, convergedAt, missing }: Evidence): readonly string[] {
  if (convergedAt === undefined) return [`never while anybody looked: ${missing.join('; ')}`];
  const tookMs = convergedAt - calmAt;
  return tookMs <= CONVERGENCE_MS ? [] : [`it took ${tookMs} ms from the last fault`];
}
