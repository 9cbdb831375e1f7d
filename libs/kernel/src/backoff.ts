import type { Random } from './random.js';

/** Exponential backoff with full jitter, after "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015). */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before attempt number `attempt` (1 for the first retry): between half of and the whole of
 * min(maxMs, baseMs * 2^(attempt-1)), so that retries spread out and yet never come at once.
 */
export function backoffMs(policy: BackoffPolicy, attempt: number, random: Random): number {
  const ceiling = Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(30, Math.max(0, attempt - 1)));
  return Math.round(ceiling / 2 + (ceiling / 2) * random.next());
}

/** `ms` moved by up to `fraction` either way, so that many pollers do not march in step. */
export function jitterMs(ms: number, fraction: number, random: Random): number {
  return Math.max(0, Math.round(ms * (1 + fraction * (2 * random.next() - 1))));
}
