import type { MonotonicClock } from '#kernel';

/** Frames that one agent may send at once, and each second after that. An honest agent sends a few. */
const BURST = 2_000;
const PER_SECOND = 200;

/** A token bucket for one stream: a cluster that floods is cut off, not the others slowed down (R55). */
export class FrameBudget {
  private tokens = BURST;
  private atMs: number;

  constructor(private readonly clock: MonotonicClock) {
    this.atMs = clock.nowMs();
  }

  /** False: over the budget. */
  take(): boolean {
    const nowMs = this.clock.nowMs();
    this.tokens = Math.min(BURST, this.tokens + ((nowMs - this.atMs) / 1000) * PER_SECOND);
    this.atMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
