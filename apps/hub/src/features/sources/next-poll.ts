import { backoffMs, jitterMs, type Random } from '#kernel';

/** How a look ended, as far as the next one depends on it. */
export type PollEnding =
  | { readonly kind: 'SEEN'; readonly isFollowed: boolean }
  /** Something could not be judged now: it is asked about again soon. */
  | { readonly kind: 'UNDECIDED' }
  | { readonly kind: 'FAILED'; readonly isRetryable: boolean; readonly isRateLimited: boolean; readonly retryAfterMs: number | undefined };

const JITTER = 0.1;
/** A repository without applications is looked at only to say whether it can be. */
const IDLE_MS = 10 * 60_000;
const FIRST_RETRY_MS = 15_000;
const SLOWEST_RETRY_MS = 30 * 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * How long until the next look. Retries begin early where the failure may pass by itself, and never end further apart than two
 * intervals, so that a Git server that is back is noticed soon. What the server asks for with Retry-After is kept, up to an hour. Pure but for `random`.
 *
 * @param failures looks in a row that did not end well, this one included
 */
export function nextPollMs(pollMs: number, failures: number, ending: PollEnding, random: Random): number {
  if (ending.kind === 'SEEN') return jitterMs(ending.isFollowed ? pollMs : Math.max(pollMs, IDLE_MS), JITTER, random);
  const isEarly = ending.kind === 'UNDECIDED' || (ending.isRetryable && !ending.isRateLimited);
  const baseMs = isEarly ? Math.min(pollMs, FIRST_RETRY_MS) : pollMs;
  const backoff = backoffMs({ baseMs, maxMs: Math.max(baseMs, Math.min(2 * pollMs, SLOWEST_RETRY_MS)) }, failures, random);
  const asked = ending.kind === 'FAILED' ? (ending.retryAfterMs ?? 0) : 0;
  return Math.max(backoff, Math.min(asked, LONGEST_PAUSE_MS));
}
