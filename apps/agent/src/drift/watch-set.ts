import type { InventoryEntry, TargetId } from '#domain';
import { watchKind, type KindWatchDeps, type WatchedKind } from './kind-watch.js';

interface Running {
  readonly stop: AbortController;
  readonly ended: Promise<void>;
}

/** One watch per kind, shared by all targets that have objects of it; it ends when the last of them has none. Bounded by the kinds of the cluster. */
export class WatchSet {
  readonly #needs = new Map<TargetId, ReadonlyMap<string, WatchedKind>>();
  readonly #running = new Map<string, Running>();

  constructor(
    private readonly deps: KindWatchDeps,
    private readonly signal: AbortSignal,
  ) {}

  /** The kinds of one target's objects; an empty inventory needs none. */
  need(target: TargetId, entries: readonly InventoryEntry[]): void {
    const kinds = new Map(entries.map(({ ref: { group, kind }, apiVersion }) => [`${group}/${kind}`, { group, kind, apiVersion }]));
    if (kinds.size === 0) this.#needs.delete(target);
    else this.#needs.set(target, kinds);
    const wanted = new Map([...this.#needs.values()].flatMap((needed) => [...needed]));
    for (const [id, running] of this.#running) if (!wanted.has(id)) this.#stop(id, running);
    for (const [id, kind] of wanted) if (!this.#running.has(id)) this.#start(id, kind);
  }

  /** Resolves when every watch has ended, after `signal` has aborted. */
  async ended(): Promise<void> {
    await Promise.allSettled([...this.#running.values()].map(({ ended }) => ended));
  }

  #start(id: string, kind: WatchedKind): void {
    if (this.signal.aborted) return;
    const stop = new AbortController();
    const ended = watchKind(kind, this.deps, AbortSignal.any([this.signal, stop.signal])).catch((error: unknown) => {
      this.deps.log.error('a watch ended by an error; the periodic comparison stands in for it', { kind: kind.kind, group: kind.group, error });
      if (this.#running.get(id)?.stop === stop) this.#running.delete(id);
    });
    this.#running.set(id, { stop, ended });
  }

  #stop(id: string, running: Running): void {
    this.#running.delete(id);
    running.stop.abort();
  }
}
