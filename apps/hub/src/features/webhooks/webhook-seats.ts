import type { MonotonicClock, Timers } from '#kernel';

/** Webhooks that are received at once. */
const SEATS = 4;
/** For so long a sender is left alone. */
const UNDISTURBED_MS = 200;
const LONGEST_LINE = 32;

/** The right to be received. */
export interface Seat {
  /** From now on the seat waits for its sender, until the returned function is called; meanwhile it may be taken away. */
  waitForSender(): () => void;
  /** Resolves when the seat is wanted back; never rejects. */
  readonly evicted: Promise<'EVICTED'>;
  leave(): void;
}

interface Taken {
  /** undefined: it waits for us. */
  waitsSinceMs: number | undefined;
  isEvicted: boolean;
  readonly evict: (why: 'EVICTED') => void;
}

/**
 * Seats for requests of which nobody knows yet whether they are honest. A sender is left alone for 200 ms; whoever has not sent everything by then makes room
 * for those who wait in line, the one that has been waited for longest first. So the n-th in line sits after n/4 times 200 ms, rounded up, whatever the others
 * send or do not send; and while nobody waits, a slow sender may be slow. The line is bounded. Not for use by several threads.
 */
export class WebhookSeats {
  readonly #taken = new Set<Taken>();
  readonly #line: ((seat: Seat) => void)[] = [];
  #alarm: { cancel(): void } | undefined;

  constructor(
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  /** Waits for a seat; undefined: the line is full. */
  take(): Promise<Seat | undefined> {
    if (this.#taken.size < SEATS) return Promise.resolve(this.#sit());
    if (this.#line.length >= LONGEST_LINE) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#line.push(resolve);
      this.#makeRoom();
    });
  }

  #sit(): Seat {
    const { promise: evicted, resolve: evict } = Promise.withResolvers<'EVICTED'>();
    const taken: Taken = { waitsSinceMs: undefined, isEvicted: false, evict };
    this.#taken.add(taken);
    return {
      evicted,
      waitForSender: () => {
        taken.waitsSinceMs = this.clock.nowMs();
        this.#makeRoom();
        return () => (taken.waitsSinceMs = undefined);
      },
      leave: () => {
        if (!this.#taken.delete(taken)) return;
        this.#line.shift()?.(this.#sit());
        this.#makeRoom();
      },
    };
  }

  /** One goes for each that waits; who is too young to go is looked at again when it no longer is. */
  #makeRoom(): void {
    this.#alarm?.cancel();
    this.#alarm = undefined;
    let wanted = this.#line.length - [...this.#taken].filter(({ isEvicted }) => isEvicted).length;
    const waitedFor = [...this.#taken].flatMap((taken) => (taken.isEvicted || taken.waitsSinceMs === undefined ? [] : [{ taken, sinceMs: taken.waitsSinceMs }]));
    for (const { taken, sinceMs } of waitedFor.toSorted((a, b) => a.sinceMs - b.sinceMs)) {
      if (wanted <= 0) return;
      const restMs = sinceMs + UNDISTURBED_MS - this.clock.nowMs();
      if (restMs > 0) {
        this.#alarm = this.timers.after(restMs, () => this.#makeRoom());
        return;
      }
      taken.isEvicted = true;
      taken.evict('EVICTED');
      wanted -= 1;
    }
  }
}
