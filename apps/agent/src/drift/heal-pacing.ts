/** So many heals of one object come at once, however close together: a person who edits again and again is undone each time. */
const FREE_HEALS = 20;
/** Each of them comes back after this long, so that whoever writes no more often than that is always undone at once. */
const REFILL_MS = 10_000;
/** Once they are used up the pause between two heals doubles up to the longest, so that a controller that fights us does not keep both busy. */
const BASE_MS = 10_000;
const MAX_MS = 300_000;
const MAX_OBJECTS = 10_000;

interface Heals {
  /** Heals that may come at once, counted when `fromMs` was now. */
  readonly free: number;
  /** The pause after the last heal has passed: from here on free heals come back, and none during a fight. */
  readonly fromMs: number;
  /** Heals in a row for which there was no free one. */
  readonly fought: number;
}

const CALM: Heals = { free: FREE_HEALS, fromMs: 0, fought: 0 };

/**
 * How fast one target's objects may be healed: by the rate over minutes, since that is what tells a controller from a person. Times are monotonic.
 */
export class HealPacing {
  readonly #heals = new Map<string, Heals>();

  /** The earliest time for the next heal of the object; 0: at once. */
  nextAtMs(key: string, nowMs: number): number {
    const heals = this.#now(key, nowMs);
    return heals.free >= 1 ? 0 : heals.fromMs;
  }

  /** Tried, whether it worked or not. */
  tried(key: string, nowMs: number): void {
    const heals = this.#now(key, nowMs);
    if (this.#heals.size >= MAX_OBJECTS && !this.#heals.has(key)) this.#heals.clear();
    const free = heals.free - 1;
    if (free >= 1) this.#heals.set(key, { free, fromMs: nowMs, fought: 0 });
    else this.#heals.set(key, { free: 0, fromMs: nowMs + Math.min(MAX_MS, BASE_MS * 2 ** Math.min(20, heals.fought)), fought: heals.fought + 1 });
  }

  #now(key: string, nowMs: number): Heals {
    const heals = this.#heals.get(key) ?? CALM;
    const back = (nowMs - heals.fromMs) / REFILL_MS;
    if (heals === CALM || back <= 0) return heals;
    // Left alone for as long as a free heal takes to come back: the fight is over.
    return { free: Math.min(FREE_HEALS, heals.free + back), fromMs: nowMs, fought: back >= 1 ? 0 : heals.fought };
  }
}
