/** Who asks a Git host, and how often it wants to. */
export interface HostAsker {
  readonly repository: string;
  readonly pollMs: number;
}

/** What a look at a repository says of its host. */
export type HostSign =
  | { readonly kind: 'FINE' }
  /** The host answers, and refuses this repository: 401, 403, 404. It says nothing of the others. */
  | { readonly kind: 'REFUSED' }
  /** No answer, a 5xx, or a 429. `askedMs` is its Retry-After. */
  | { readonly kind: 'FAILED'; readonly askedMs: number | undefined; readonly isRateLimited: boolean };

/** What is known of a host. */
export interface HostBreaker {
  /** Repositories that failed one after another, without one that was fine between; no more than it takes to open. */
  readonly failing: readonly string[];
  readonly open: OpenBreaker | undefined;
}

interface OpenBreaker {
  readonly sinceMs: number;
  /** Before this nobody asks. */
  readonly pauseMs: number;
  /** The host itself has asked for the pause. */
  readonly isAsked: boolean;
  readonly isRateLimited: boolean;
  /** Pauses in a row. */
  readonly times: number;
  /** Since when one repository is out to see whether the host is back. */
  readonly probeSinceMs: number | undefined;
}

export type HostVerdict = { readonly kind: 'ASK' } | { readonly kind: 'WAIT'; readonly waitMs: number; readonly isRateLimited: boolean };

export const NO_BREAKER: HostBreaker = { failing: [], open: undefined };
/** So many repositories of one host must have failed in a row; one that is broken by itself is slowed down by itself. */
const OPENS_AT = 3;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;
/** A pause that one repository is told may be meant for its account alone: the others of the host keep no more than this of it. */
const LONGEST_ASKED_MS = 5 * 60_000;
/** A probe of which nothing is heard for so long is as good as lost. */
const PROBE_MS = 60_000;
/** Those who meet a probe on its way come back soon. */
const BEHIND_PROBE_MS = 2_000;
/** Nobody comes back sooner: that would be work without an answer. */
const SHORTEST_WAIT_MS = 1_000;

/**
 * Whether a repository may ask its host now. While the breaker is open nobody does; when the pause is over the first who comes is the probe, and
 * the others wait for what it finds. Nobody waits longer than an interval of its own, unless the host itself asked for the pause. Pure.
 */
export function askHost(breaker: HostBreaker, { pollMs }: HostAsker, nowMs: number): { readonly breaker: HostBreaker; readonly verdict: HostVerdict } {
  const { open } = breaker;
  if (open === undefined) return { breaker, verdict: { kind: 'ASK' } };
  const { isRateLimited } = open;
  const pauseMs = open.isAsked ? open.pauseMs : Math.min(open.pauseMs, pollMs);
  const waitMs = open.sinceMs + pauseMs - nowMs;
  if (waitMs > 0) return { breaker, verdict: { kind: 'WAIT', waitMs: Math.max(waitMs, SHORTEST_WAIT_MS), isRateLimited } };
  if (open.probeSinceMs !== undefined && nowMs - open.probeSinceMs < PROBE_MS) return { breaker, verdict: { kind: 'WAIT', waitMs: Math.max(SHORTEST_WAIT_MS, Math.min(BEHIND_PROBE_MS, pollMs)), isRateLimited } };
  return { breaker: { ...breaker, open: { ...open, probeSinceMs: nowMs } }, verdict: { kind: 'ASK' } };
}

/** What is known of the host after a look at one of its repositories. Pure. */
export function hearOfHost(breaker: HostBreaker, { repository }: HostAsker, sign: HostSign, nowMs: number): HostBreaker {
  if (sign.kind === 'FINE') return NO_BREAKER;
  if (sign.kind === 'REFUSED') return breaker.open === undefined ? breaker : NO_BREAKER;
  const failing = breaker.failing.includes(repository) ? breaker.failing : [...breaker.failing, repository].slice(-OPENS_AT);
  if (breaker.open === undefined && failing.length < OPENS_AT) return { failing, open: undefined };
  if (breaker.open !== undefined && breaker.open.probeSinceMs === undefined) return { failing, open: breaker.open }; // it set out before the pause began
  const times = (breaker.open?.times ?? 0) + 1;
  const ownMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, times - 1));
  const askedMs = Math.min(LONGEST_ASKED_MS, sign.askedMs ?? 0);
  return { failing, open: { sinceMs: nowMs, pauseMs: Math.max(ownMs, askedMs), isAsked: askedMs > 0, isRateLimited: sign.isRateLimited, times, probeSinceMs: undefined } };
}
