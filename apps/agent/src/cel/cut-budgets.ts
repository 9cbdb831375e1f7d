import type { MonotonicClock } from '#kernel';
import type { CelFailure } from './cel.ports.js';

interface Account {
  /** Of the last minute. */
  readonly cutsAtMs: readonly number[];
  /** How often in a row the asker was made to wait. */
  readonly waits: number;
  readonly untilMs: number;
  readonly expression: string;
}

/** How often expressions of one asker may be cut within the window before the asker has to wait. */
const MAX_CUTS = 3;
const WINDOW_MS = 60_000;
/** The wait doubles up to this: each cut costs the others a fresh process, and a hundred who never learn would keep them all waiting. */
const LONGEST_WAIT_MS = 32 * WINDOW_MS;
/** Left alone for so long after a wait, an asker begins anew. */
const FORGIVEN_MS = 3_600_000;
const MAX_ACCOUNTS = 5_000;
/** Characters of an expression in a message. */
const SHOWN = 80;

/** Who has had too many expressions cut, and how long he gets no more time. */
export class CutBudgets {
  readonly #accounts = new Map<string, Account>();

  constructor(private readonly monotonic: MonotonicClock) {}

  /** undefined: he may ask. */
  refusalOf(asker: string): CelFailure | undefined {
    const account = this.#accounts.get(asker);
    if (account === undefined || account.untilMs <= this.monotonic.nowMs()) return undefined;
    // It says nothing that changes while it waits: it becomes the state of an object.
    const named = account.expression.length > SHOWN ? `${account.expression.slice(0, SHOWN)}…` : account.expression;
    return { code: 'OVER_BUDGET', message: `expressions of this application were stopped ${MAX_CUTS} times within a minute, the last was: ${named}` };
  }

  noteCut(asker: string, expression: string): void {
    const nowMs = this.monotonic.nowMs();
    const known = this.#accounts.get(asker);
    const waits = known === undefined || nowMs - known.untilMs > FORGIVEN_MS ? 0 : known.waits;
    const cutsAtMs = [...(known?.cutsAtMs ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS), nowMs];
    const isOver = cutsAtMs.length >= MAX_CUTS;
    this.#accounts.delete(asker);
    this.#accounts.set(asker, {
      cutsAtMs: isOver ? [] : cutsAtMs,
      waits: isOver ? waits + 1 : waits,
      untilMs: isOver ? nowMs + Math.min(LONGEST_WAIT_MS, WINDOW_MS * 2 ** waits) : (known?.untilMs ?? nowMs),
      expression,
    });
    for (const oldest of this.#accounts.keys()) {
      if (this.#accounts.size <= MAX_ACCOUNTS) break;
      this.#accounts.delete(oldest);
    }
  }
}
