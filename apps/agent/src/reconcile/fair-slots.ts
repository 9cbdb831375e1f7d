import type { Timers } from '#kernel';

export interface SlotLimits {
  /** Of those that are not known to take long, at once. */
  readonly quick: number;
  /** So many that are light stand for one of the others, among the quick ones. @default 1 */
  readonly lightForOne?: number;
  /** Of the quick ones that may be bulk at once: the rest is for looks, which never wait behind bulk. */
  readonly bulk: number;
  /** Of those that took long the last time, at once. */
  readonly slow: number;
  /** Of all of them, also of those that turned out to take long while they ran. */
  readonly most: number;
  /** Who has run for this long takes long. */
  readonly slowAfterMs: number;
}

/** What somebody wants to do. */
export interface Wish {
  readonly isBulk: boolean;
  /** Little to hold in memory. @default false */
  readonly isLight?: boolean;
}

interface Run {
  readonly isBulk: boolean;
  readonly weight: number;
  /** Holds one of the places of those that take long. */
  isSlow: boolean;
  hasTakenLong: boolean;
  timer: { cancel(): void };
}

/**
 * Who may run now. Who takes long gives his place to others while he runs on, and the next time takes one of the few places for his kind, until he
 * has been quick again: so a few who hang keep nobody out but each other. Bounded by `most`; whom it remembers, by whoever forgets them.
 */
export class FairSlots<Id> {
  readonly #running = new Map<Id, Run>();
  /** Whose last bulk, and whose last look, took long. */
  readonly #tookLong = { bulk: new Set<Id>(), look: new Set<Id>() };

  /** @param onRoom called when somebody may begin who could not before; not from within `begin` */
  constructor(
    private readonly limits: SlotLimits,
    private readonly timers: Pick<Timers, 'after'>,
    private readonly onRoom: () => void,
  ) {}

  get size(): number {
    return this.#running.size;
  }

  /** Nobody may begin whatever he is: saves asking for each. */
  get isFull(): boolean {
    const { bulk, look } = this.#tookLong;
    return this.#running.size >= this.limits.most || (!this.#hasRoom({ isBulk: false, isLight: true }) && bulk.size + look.size === 0);
  }

  mayBegin(id: Id, wish: Wish): boolean {
    if (this.#running.has(id) || this.#running.size >= this.limits.most) return false;
    if (this.#of(wish.isBulk).has(id)) return this.#sum(({ isSlow }) => isSlow, () => 1) < this.limits.slow;
    return this.#hasRoom(wish);
  }

  /** It is kept out by those who run, and not by its own past: nobody who comes after it may overtake it. */
  isNext(id: Id, wish: Wish): boolean {
    return !this.#running.has(id) && !this.#of(wish.isBulk).has(id) && !this.#hasRoom(wish);
  }

  begin(id: Id, wish: Wish): void {
    const { isBulk } = wish;
    const run: Run = { isBulk, weight: this.#weightOf(wish), isSlow: this.#of(isBulk).has(id), hasTakenLong: false, timer: this.timers.after(this.limits.slowAfterMs, () => this.#turnSlow(id, run)) };
    this.#running.set(id, run);
  }

  end(id: Id): void {
    const run = this.#running.get(id);
    if (run === undefined) return;
    run.timer.cancel();
    this.#running.delete(id);
    if (run.hasTakenLong) this.#of(run.isBulk).add(id);
    else this.#of(run.isBulk).delete(id);
    this.onRoom();
  }

  /** Whoever it was will not come again. */
  forget(id: Id): void {
    this.#tookLong.bulk.delete(id);
    this.#tookLong.look.delete(id);
  }

  #of(isBulk: boolean): Set<Id> {
    return isBulk ? this.#tookLong.bulk : this.#tookLong.look;
  }

  #turnSlow(id: Id, run: Run): void {
    if (this.#running.get(id) !== run) return;
    run.isSlow = true;
    run.hasTakenLong = true;
    this.onRoom();
  }

  #weightOf({ isLight = false }: Wish): number {
    return isLight ? 1 : this.limits.lightForOne ?? 1;
  }

  #hasRoom(wish: Wish): boolean {
    const { quick, bulk, lightForOne = 1 } = this.limits;
    const weight = this.#weightOf(wish);
    const isIn = (run: Run): boolean => !run.isSlow;
    if (this.#sum(isIn, (run) => run.weight) + weight > quick * lightForOne) return false;
    return !wish.isBulk || this.#sum((run) => isIn(run) && run.isBulk, (run) => run.weight) + weight <= bulk * lightForOne;
  }

  #sum(isSo: (run: Run) => boolean, of: (run: Run) => number): number {
    let sum = 0;
    for (const run of this.#running.values()) if (isSo(run)) sum += of(run);
    return sum;
  }
}
