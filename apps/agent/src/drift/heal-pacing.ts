import { budgetAt, HEAL_PACES, isByHand, nextHealAtMs, spendHeal, type DriftedObject, type HealBudget, type HealPace } from '#domain';

/** A field of ours that somebody changed. Field empty: the whole object, which is gone. */
export interface Take {
  readonly field: string;
  /** undefined: nobody holds the field. */
  readonly manager: string | undefined;
}

const MAX_FIELDS = 10_000;

/**
 * How fast one target's fields may be put back. Each field is paced by itself, and against people apart from controllers, so that a fight about one field
 * holds up neither another field of the same object nor the person who edits this one. Times are monotonic.
 */
export class HealPacing {
  readonly #budgets = new Map<string, HealBudget>();

  /** The earliest time for the next heal of the field; 0: at once. */
  nextAtMs(key: string, take: Take, nowMs: number): number {
    return nextHealAtMs(this.#budgets.get(idOf(key, take)), paceOf(take), nowMs);
  }

  /** Tried, whether it worked or not. */
  tried(key: string, take: Take, nowMs: number): void {
    const id = idOf(key, take);
    const spent = spendHeal(this.#budgets.get(id), paceOf(take), nowMs);
    // The ones that were not tried for longest are forgotten first.
    this.#budgets.delete(id);
    for (const oldest of this.#budgets.keys()) {
      if (this.#budgets.size < MAX_FIELDS) break;
      this.#budgets.delete(oldest);
    }
    this.#budgets.set(id, spent);
  }

  /** Somebody puts the field back again and again. */
  isContested(key: string, take: Take, nowMs: number): boolean {
    return budgetAt(this.#budgets.get(idOf(key, take)), paceOf(take), nowMs).fought > 0;
  }
}

/** What was taken of an object that drifted. */
export function takesOf(drift: DriftedObject): readonly Take[] {
  return drift.kind === 'DELETED' ? [{ field: '', manager: undefined }] : drift.changes.map(({ path, manager }) => ({ field: path, manager }));
}

function paceOf({ manager }: Take): HealPace {
  return isByHand(manager) ? HEAL_PACES.hand : HEAL_PACES.controller;
}

function idOf(key: string, { field, manager }: Take): string {
  return `${key}\n${field}\n${isByHand(manager) ? 'hand' : 'controller'}`;
}
