import { jitterMs, type MonotonicClock, type Random, type Timers } from '#kernel';

export interface CallPaceDeps {
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  /** Hears when the server begins to send calls away, and when it has taken all of them for a while. */
  readonly onBusy?: (isBusy: boolean) => void;
}

/** A call that may go out. Given back exactly once. */
export interface CallPlace {
  /** @param refused the server sent it away; undefined: it did not */
  leave(refused?: { readonly retryAfterMs: number }): void;
}

/** However long a server asks for, no more than this is asked of calls that it was not told of. */
export const MAX_PAUSE_MS = 5_000;
/** One more call at once for each of these that pass without a refusal, ... */
const GROW_MS = 2_000;
/** ... and as many as want to once so long has passed. */
const EASE_MS = 60_000;
/** After calls were given up, the next ones fail at once for so long, instead of finding out each for itself. */
const SHUT_MS = 5_000;
/** Who takes longer waits for something else than the server's room (a webhook, say), and holds up nobody. */
const LONG_CALL_MS = 1_000;

interface Waiter {
  readonly go: (place: CallPlace | undefined) => void;
}

/**
 * How many calls are under way at once, as an API server bears it that shares its room out (API priority and fairness). Nobody waits until a call
 * is sent away. Then all of them pause, half as many as were under way may be at once, and it becomes more again with time. Who waits goes in the order of coming;
 * one that was sent away goes first. Bounded by the number of callers: a place comes free once a second at least.
 */
export class CallPace {
  readonly #waiting: Waiter[] = [];
  /** undefined: nobody was sent away for a while. */
  #busy: { readonly room: number; readonly sinceMs: number } | undefined;
  /** Calls under way since the room was made smaller last. */
  #running = 0;
  #round = 0;
  #pausedUntilMs = 0;
  #shutUntilMs = 0;
  #wake: { cancel(): void } | undefined;

  constructor(private readonly deps: CallPaceDeps) {}

  /** Calls that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** There is nothing to remember. */
  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#running === 0 && this.#room(this.deps.monotonic.nowMs()) === Number.POSITIVE_INFINITY;
  }

  /** How long calls fail at once. */
  get shutMs(): number {
    return Math.max(0, this.#shutUntilMs - this.deps.monotonic.nowMs());
  }

  /**
   * Resolves when the call may go out; undefined: the server takes nothing, or `signal` aborted.
   *
   * @param isAgain it was sent away before
   */
  enter(isAgain: boolean, signal: AbortSignal | undefined): Promise<CallPlace | undefined> {
    if (signal?.aborted === true || this.shutMs > 0) return Promise.resolve(undefined);
    if (this.#waiting.length === 0 && this.#hasRoom()) return Promise.resolve(this.#begin());
    return new Promise((resolve) => {
      const stop = (): void => waiter.go(undefined);
      const waiter: Waiter = {
        go: (place) => {
          signal?.removeEventListener('abort', stop);
          const at = this.#waiting.indexOf(waiter);
          if (at >= 0) this.#waiting.splice(at, 1);
          resolve(place);
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      if (isAgain) this.#waiting.unshift(waiter);
      else this.#waiting.push(waiter);
      this.#pump();
    });
  }

  /** The server has taken nothing for long: nobody waits for it any longer, nor who comes in the next seconds. */
  giveUp(): void {
    this.#shutUntilMs = this.deps.monotonic.nowMs() + SHUT_MS;
    for (const waiter of [...this.#waiting]) waiter.go(undefined);
  }

  #begin(): CallPlace {
    const round = this.#round;
    let isHeld = true;
    this.#running += 1;
    const free = (): void => {
      if (!isHeld) return;
      isHeld = false;
      long?.cancel();
      if (round === this.#round) this.#running -= 1;
    };
    const long = this.#busy === undefined ? undefined : this.deps.timers.after(LONG_CALL_MS, () => {
      free();
      this.#pump();
    });
    return {
      leave: (refused) => {
        free();
        if (refused !== undefined) this.#refused(round, refused.retryAfterMs);
        this.#pump();
      },
    };
  }

  #refused(round: number, retryAfterMs: number): void {
    const nowMs = this.deps.monotonic.nowMs();
    const pauseMs = Math.min(retryAfterMs, MAX_PAUSE_MS);
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs + jitterMs(pauseMs / 10, 1, this.deps.random));
    if (round !== this.#round) return;
    // This call was one of them; those that went out together are told once.
    const room = Math.max(1, Math.floor(Math.min(this.#running + 1, this.#room(nowMs)) / 2));
    if (this.#busy === undefined) this.deps.onBusy?.(true);
    this.#busy = { room, sinceMs: nowMs };
    this.#round += 1;
    this.#running = 0;
  }

  #room(nowMs: number): number {
    if (this.#busy === undefined) return Number.POSITIVE_INFINITY;
    const passedMs = nowMs - this.#busy.sinceMs;
    if (passedMs < EASE_MS) return this.#busy.room + Math.floor(passedMs / GROW_MS);
    this.#busy = undefined;
    this.deps.onBusy?.(false);
    return Number.POSITIVE_INFINITY;
  }

  #hasRoom(): boolean {
    const nowMs = this.deps.monotonic.nowMs();
    return nowMs >= this.#pausedUntilMs && this.#running < this.#room(nowMs);
  }

  #pump(): void {
    while (this.#waiting.length > 0 && this.#hasRoom()) this.#waiting[0]?.go(this.#begin());
    const pauseMs = this.#pausedUntilMs - this.deps.monotonic.nowMs();
    if (this.#waiting.length === 0 || pauseMs <= 0 || this.#wake !== undefined) return;
    this.#wake = this.deps.timers.after(pauseMs, () => {
      this.#wake = undefined;
      this.#pump();
    });
  }
}
