import type { MonotonicClock, Timers } from '#kernel';

/** Calls back once when the time that was not spent paused is used up. Pauses may overlap. */
export class PausableDeadline {
  private timer: { cancel(): void } | undefined;
  private pauses = 0;
  private startedMs = 0;

  constructor(
    private leftMs: number,
    private readonly onPassed: () => void,
    private readonly deps: { readonly timers: Timers; readonly monotonic: MonotonicClock },
  ) {
    this.run();
  }

  pause(): void {
    this.pauses += 1;
    if (this.pauses > 1) return;
    this.timer?.cancel();
    this.leftMs -= this.deps.monotonic.nowMs() - this.startedMs;
  }

  resume(): void {
    this.pauses -= 1;
    if (this.pauses === 0) this.run();
  }

  /** For good. */
  cancel(): void {
    this.pauses = Number.POSITIVE_INFINITY;
    this.timer?.cancel();
  }

  private run(): void {
    this.startedMs = this.deps.monotonic.nowMs();
    this.timer = this.deps.timers.after(Math.max(0, this.leftMs), this.onPassed);
  }
}
