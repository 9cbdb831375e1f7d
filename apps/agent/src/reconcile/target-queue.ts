import type { MonotonicClock, Timers } from '#kernel';
import type { TargetId } from '#domain';
import { FairSlots, type SlotLimits } from './fair-slots.js';

export interface TargetQueueDeps {
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  /** Targets that are worked on at once, beside those that take long. */
  readonly limit: number;
  /** Whether a target wants more than a look: a release to apply, a removal. Looks go first, and a place is kept for them. */
  readonly isBulk: (target: TargetId) => boolean;
  /** Whether it has so few objects that several of its kind stand for one. */
  readonly isLight: (target: TargetId) => boolean;
}

/** Who works longer than this on a target takes long: waits for a webhook, a wave, thousands of objects. */
const SLOW_AFTER_MS = 3_000;
/** However many turn out to take long: each holds what it works on in memory. */
const MOST_FOR_ONE = 8;
/** A small pass mostly waits for answers, and what several of them make durable at the same time is one write. */
const LIGHT_FOR_ONE = 4;

function limitsFor(limit: number): SlotLimits {
  return { quick: limit, lightForOne: LIGHT_FOR_ONE, bulk: Math.max(1, limit - 1), slow: limit, most: limit * MOST_FOR_ONE, slowAfterMs: SLOW_AFTER_MS };
}

/**
 * Which targets want to be looked at. Level-triggered: a target is in it once however often it is added, and what there is to do is found
 * by whoever works on it. One worker per target at a time; looks before bulk, each in the order in which they came; targets that take long share a few
 * workers, so that they keep nobody else out. Bounded by the number of targets.
 */
export class TargetQueue {
  readonly #due = new Map<TargetId, { readonly atMs: number; readonly timer: { cancel(): void } }>();
  readonly #ready = new Set<TargetId>();
  readonly #running = new Map<TargetId, Promise<void>>();
  readonly #slots: FairSlots<TargetId>;
  #work: ((target: TargetId) => Promise<void>) | undefined;

  constructor(private readonly deps: TargetQueueDeps) {
    this.#slots = new FairSlots(limitsFor(deps.limit), deps.timers, () => this.#pump());
  }

  /** Targets that are worked on now. */
  get running(): number {
    return this.#slots.size;
  }

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
    this.#slots.forget(target);
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
    for (const isBulk of [false, true]) {
      for (const target of this.#ready) {
        if (this.#slots.isFull) return;
        if (this.deps.isBulk(target) !== isBulk) continue;
        const wish = { isBulk, isLight: this.deps.isLight(target) };
        if (this.#slots.isNext(target, wish)) break;
        if (!this.#slots.mayBegin(target, wish)) continue;
        this.#ready.delete(target);
        this.#slots.begin(target, wish);
        this.#running.set(target, this.#runOne(work, target));
      }
    }
  }

  async #runOne(work: (target: TargetId) => Promise<void>, target: TargetId): Promise<void> {
    try {
      await work(target);
    } finally {
      this.#running.delete(target);
      this.#slots.end(target);
    }
  }
}
