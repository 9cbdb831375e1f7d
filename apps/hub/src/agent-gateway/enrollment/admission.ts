import type { MonotonicClock } from '#kernel';
import { LRUCache } from 'lru-cache';

export interface AdmissionLimits {
  /** Calls that one address may make at once after a silence. */
  readonly burst: number;
  /** Calls a second after that. */
  readonly perSecond: number;
  /** Addresses remembered; the least recently seen is forgotten first. */
  readonly maxAddresses: number;
  /** Calls worked on at once, from all addresses. */
  readonly maxInFlight: number;
}

export const ENROLLMENT_LIMITS: AdmissionLimits = { burst: 200, perSecond: 10, maxAddresses: 10_000, maxInFlight: 64 };

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Bounds what strangers can make the hub do: a token bucket for each address and a cap on calls in flight. */
export class Admission {
  private readonly buckets: LRUCache<string, Bucket>;
  private inFlight = 0;

  constructor(
    private readonly limits: AdmissionLimits,
    private readonly clock: MonotonicClock,
  ) {
    this.buckets = new LRUCache({ max: limits.maxAddresses });
  }

  /** Runs `work` if there is room; undefined: refused, try later. */
  async run<T>(address: string, work: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    if (this.inFlight >= this.limits.maxInFlight || !this.take(address)) return undefined;
    this.inFlight += 1;
    try {
      return { value: await work() };
    } finally {
      this.inFlight -= 1;
    }
  }

  private take(address: string): boolean {
    const nowMs = this.clock.nowMs();
    const bucket = this.buckets.get(address) ?? { tokens: this.limits.burst, atMs: nowMs };
    bucket.tokens = Math.min(this.limits.burst, bucket.tokens + ((nowMs - bucket.atMs) / 1000) * this.limits.perSecond);
    bucket.atMs = nowMs;
    this.buckets.set(address, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

/** The address without its port, so that a client does not get a new bucket with each connection. */
export function addressOf(peer: string): string {
  const colon = peer.lastIndexOf(':');
  return colon > 0 ? peer.slice(0, colon) : peer;
}
