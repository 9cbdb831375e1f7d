import type { MonotonicClock, Timers } from '#kernel';
import type { TargetId } from '#domain';

export interface TargetQueueDeps {
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  /** Targets that are worked on at once. */
  readonly limit: number;
}

/**
 * Which targets want to be looked at. Level-triggered: a target is in it once however often it is added, and what there is to do is found
 * by whoever works on it. One worker per target at a time. Bounded by the number of targets.
 */
export class TargetQueue {
  readonly #due = new Map<TargetId, { readonly atMs: number; readonly timer: { cancel(): void } }>();
  readonly #ready = new Set<TargetId>();
  readonly #running = new Map<TargetId, Promise<void>>();
  #work: ((target: TargetId) => Promise<void>) | undefined;

  constructor(private readonly deps: TargetQueueDeps) {}

  /** Wants a look after `delayMs` at the latest; an earlier wish stands. */
  add(target: TargetId, delayMs = 0): void {
    if (this.#ready.has(target)) return;
    const atMs = this.deps.monotonic.nowMs() + delayMs;
    const known = this.#due.get(target);
    if (known !== undefined && known.atMs <= atMs) return;
    known?.timer.cancel();
    this.#due.delete(target);
    if (delayMs > 0) {
      this.#due.set(target, { atMs, timer: this.deps.timers.after(delayMs, () => this.#ripen(target)) });
      return;
    }
    this.#ready.add(target);
    this.#pump();
  }

  /** The target is gone: nothing wants to look at it any more. */
  forget(target: TargetId): void {
    this.#due.get(target)?.timer.cancel();
    this.#due.delete(target);
    this.#ready.delete(target);
  }

  /** Works until `signal` aborts; resolves when the last worker has ended. `work` must not throw. */
  async run(work: (target: TargetId) => Promise<void>, signal: AbortSignal): Promise<void> {
    this.#work = work;
    this.#pump();
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    this.#work = undefined;
    for (const { timer } of this.#due.values()) timer.cancel();
    this.#due.clear();
    this.#ready.clear();
    await Promise.allSettled(this.#running.values());
  }

  #ripen(target: TargetId): void {
    this.#due.delete(target);
    this.#ready.add(target);
    this.#pump();
  }

  #pump(): void {
    const work = this.#work;
    if (work === undefined) return;
    for (const target of this.#ready) {
      if (this.#running.size >= this.deps.limit) return;
      if (this.#running.has(target)) continue;
      this.#ready.delete(target);
      this.#running.set(target, this.#runOne(work, target));
    }
  }

  async #runOne(work: (target: TargetId) => Promise<void>, target: TargetId): Promise<void> {
    try {
      await work(target);
    } finally {
      this.#running.delete(target);
      this.#pump();
    }
  }
}
