/** The first heals of an object come at once; then the pause doubles, so that a controller that fights us does not keep both busy. */
const FREE_HEALS = 3;
const BASE_MS = 1_000;
const MAX_MS = 300_000;
/** Without a heal for this long an object counts as calm again. */
const CALM_MS = 600_000;
const MAX_OBJECTS = 10_000;

/** How fast one target's objects may be healed. Times are monotonic. */
export class HealPacing {
  readonly #heals = new Map<string, { readonly count: number; readonly atMs: number }>();

  /** The earliest time for the next heal of the object; 0: at once. */
  nextAtMs(key: string, nowMs: number): number {
    const heal = this.#heals.get(key);
    if (heal === undefined || nowMs - heal.atMs > CALM_MS || heal.count < FREE_HEALS) return 0;
    return heal.atMs + Math.min(MAX_MS, BASE_MS * 2 ** Math.min(20, heal.count - FREE_HEALS));
  }

  /** Tried, whether it worked or not. */
  tried(key: string, nowMs: number): void {
    const heal = this.#heals.get(key);
    const count = heal === undefined || nowMs - heal.atMs > CALM_MS ? 1 : heal.count + 1;
    if (this.#heals.size >= MAX_OBJECTS) this.#heals.clear();
    this.#heals.set(key, { count, atMs: nowMs });
  }
}
