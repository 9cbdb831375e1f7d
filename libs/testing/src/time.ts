import type { Clock, MonotonicClock, Timers } from '#kernel';

/** The time at which every seeded clock starts. */
export const T0 = new Date('2026-11-01T12:00:00.000Z');

/** A clock that moves only when told. */
export class ManualClock implements Clock, MonotonicClock {
  #nowMs: number;

  constructor(start: Date = T0) {
    this.#nowMs = start.getTime();
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  nowMs(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
  }
}

export function aClock(start: Date = T0): ManualClock {
  return new ManualClock(start);
}

interface Pending {
  readonly at: number;
  readonly order: number;
  readonly fire: () => void;
}

/** Timers that fire when their clock is moved with `advance`, in order of time, letting promises settle in between. */
export class ManualTimers implements Timers {
  #pending: Pending[] = [];
  #order = 0;

  constructor(readonly clock: ManualClock = new ManualClock()) {}

  get pendingCount(): number {
    return this.#pending.length;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const reason = (): Error => (signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      if (signal?.aborted) {
        reject(reason());
        return;
      }
      const timer = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        timer.cancel();
        reject(reason());
      }, { once: true });
    });
  }

  after(ms: number, fn: () => void): { cancel(): void } {
    this.#order += 1;
    const pending: Pending = { at: this.clock.nowMs() + ms, order: this.#order, fire: fn };
    this.#pending.push(pending);
    return { cancel: () => (this.#pending = this.#pending.filter((other) => other !== pending)) };
  }

  async advance(ms: number): Promise<void> {
    const end = this.clock.nowMs() + ms;
    for (;;) {
      const next = this.#pending.filter((pending) => pending.at <= end).toSorted((a, b) => a.at - b.at || a.order - b.order)[0];
      if (next === undefined) break;
      this.#pending = this.#pending.filter((pending) => pending !== next);
      this.clock.advance(Math.max(0, next.at - this.clock.nowMs()));
      next.fire();
      await settled();
    }
    this.clock.advance(end - this.clock.nowMs());
    await settled();
  }
}

/** Lets every promise that can go on do so. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
