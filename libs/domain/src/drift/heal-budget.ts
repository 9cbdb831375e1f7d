/** How often a field may be put back at once against one kind of writer. */
export interface HealPace {
  /** So many heals may come at once, however close together. */
  readonly free: number;
  /** Each of them comes back after this long in which nothing had to wait. */
  readonly refillMs: number;
}

/**
 * What tells a controller from a person is that it comes back each time, for ever. A person who edits again and again is undone each time at once;
 * a controller that takes a field back five times within some minutes is not going to stop.
 */
export const HEAL_PACES = { hand: { free: 20, refillMs: 10_000 }, controller: { free: 5, refillMs: 240_000 } } as const satisfies Readonly<Record<string, HealPace>>;

/** Once the free heals are used up the pause between two doubles up to the longest, so that a fight does not keep both sides busy. */
const BASE_MS = 10_000;
const MAX_MS = 300_000;

export interface HealBudget {
  /** Heals that may come at once, counted when `fromMs` was now. */
  readonly free: number;
  /** The pause after the last heal has passed: from here on free heals come back, and none during a fight. */
  readonly fromMs: number;
  /** Heals in a row for which there was no free one. */
  readonly fought: number;
}

/** What is left at a time. Times are monotonic. Pure. */
export function budgetAt(budget: HealBudget | undefined, pace: HealPace, nowMs: number): HealBudget {
  if (budget === undefined) return { free: pace.free, fromMs: nowMs, fought: 0 };
  const back = (nowMs - budget.fromMs) / pace.refillMs;
  // Left alone for as long as a free heal takes to come back: the fight is over.
  return back <= 0 ? budget : { free: Math.min(pace.free, budget.free + back), fromMs: nowMs, fought: back >= 1 ? 0 : budget.fought };
}

/** The earliest time for the next heal; 0: at once. */
export function nextHealAtMs(budget: HealBudget | undefined, pace: HealPace, nowMs: number): number {
  const { free, fromMs } = budgetAt(budget, pace, nowMs);
  return free >= 1 ? 0 : fromMs;
}

/** After a heal was tried, whether it worked or not. */
export function spendHeal(budget: HealBudget | undefined, pace: HealPace, nowMs: number): HealBudget {
  const { free, fought } = budgetAt(budget, pace, nowMs);
  if (free - 1 >= 1) return { free: free - 1, fromMs: nowMs, fought: 0 };
  return { free: 0, fromMs: nowMs + Math.min(MAX_MS, BASE_MS * 2 ** Math.min(20, fought)), fought: fought + 1 };
}
