import { jitterMs, type Log, type MonotonicClock, type Random } from '#kernel';
import { askHost, hearOfHost, NO_BREAKER, parseRepositoryUrl, type HostAsker, type HostBreaker, type HostSign, type HostVerdict, type RepositoryId } from '#domain';
import type { GitFailure, GitFailureCode } from '#git';

/** A repository on its way to its host. */
export interface HostVisitor {
  readonly id: RepositoryId;
  readonly url: string;
  readonly pollMs: number;
}

export interface HostBreakersPorts {
  readonly monotonic: MonotonicClock;
  readonly random: Random;
  readonly log: Log;
  /** Told of each pause that begins. */
  readonly onPause: () => void;
}

/** Hosts with failures that are remembered; the longest known go first, as if they had been fine. */
const MAX_HOSTS = 1_000;
/** So that those who wait do not all come in the same moment. Only ever later. */
const JITTER = 0.05;

/** What this hub process knows of Git hosts in trouble. In memory: another process finds out by itself, with no more than a few questions. */
export class HostBreakers {
  readonly #hosts = new Map<string, HostBreaker>();

  constructor(private readonly ports: HostBreakersPorts) {}

  /** Hosts that nobody asks just now. */
  get paused(): number {
    return [...this.#hosts.values()].filter(({ open }) => open !== undefined).length;
  }

  /** Whether the repository may ask its host now, or how long it waits. */
  ask(visitor: HostVisitor): HostVerdict {
    const host = originOf(visitor.url);
    const { breaker, verdict } = askHost(this.#hosts.get(host) ?? NO_BREAKER, askerOf(visitor), this.ports.monotonic.nowMs());
    this.#keep(host, breaker);
    return verdict.kind === 'ASK' ? verdict : { ...verdict, waitMs: jitterMs(verdict.waitMs * (1 + JITTER), JITTER, this.ports.random) };
  }

  /** How the host answered; undefined: in order. */
  hear(visitor: HostVisitor, failure: GitFailure | undefined): void {
    const sign: HostSign | undefined = failure === undefined ? { kind: 'FINE' } : signOf(failure);
    if (sign === undefined) return;
    const host = originOf(visitor.url);
    const before = this.#hosts.get(host) ?? NO_BREAKER;
    const after = hearOfHost(before, askerOf(visitor), sign, this.ports.monotonic.nowMs());
    this.#keep(host, after);
    if (before.open !== undefined && after.open === undefined) this.ports.log.info('a Git host answers again', { host });
    if (after.open === undefined || after.open === before.open) return;
    this.ports.onPause();
    if (before.open === undefined) this.ports.log.warn('a Git host fails for several repositories in a row and is left alone for a while', { host, pauseMs: after.open.pauseMs });
  }

  #keep(host: string, breaker: HostBreaker): void {
    this.#hosts.delete(host);
    if (breaker.failing.length === 0 && breaker.open === undefined) return;
    this.#hosts.set(host, breaker);
    if (this.#hosts.size <= MAX_HOSTS) return;
    for (const oldest of this.#hosts.keys()) {
      this.#hosts.delete(oldest);
      return;
    }
  }
}

/** For people, about the host alone: whose repositories have failed before is not everybody's business. */
export function pauseMessage(url: string): string {
  return `${originOf(url)} has failed for several repositories in a row: one of them looks whether it is back, the others wait for that.`;
}

const SIGNS: Readonly<Record<GitFailureCode, 'FAILED' | 'REFUSED' | undefined>> = {
  REPOSITORY_UNREACHABLE: 'FAILED',
  GIT_TIMED_OUT: 'FAILED',
  GIT_PROTOCOL_ERROR: 'FAILED',
  CONTENT_MISMATCH: 'FAILED',
  RATE_LIMITED: 'FAILED',
  REPOSITORY_NOT_FOUND: 'REFUSED',
  AUTHENTICATION_FAILED: 'REFUSED',
  COMMIT_UNREACHABLE: 'REFUSED',
  HOST_KEY_UNKNOWN: 'REFUSED',
  // Ours, not the host's.
  GIT_ABORTED: undefined,
  GIT_BUSY: undefined,
  EGRESS_REFUSED: undefined,
  GIT_CACHE_UNUSABLE: undefined,
};

function signOf({ code, retryAfterMs }: GitFailure): HostSign | undefined {
  const kind = SIGNS[code];
  return kind === 'FAILED' ? { kind, askedMs: retryAfterMs, isRateLimited: code === 'RATE_LIMITED' } : kind && { kind };
}

function originOf(url: string): string {
  const parsed = parseRepositoryUrl(url);
  return parsed.ok ? parsed.value.origin : '';
}

function askerOf({ id, pollMs }: HostVisitor): HostAsker {
  return { repository: id, pollMs };
}
