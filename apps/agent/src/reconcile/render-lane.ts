import { err, errorMessage, errorName, type Log, type Result, type Timers } from '#kernel';
import type { AssignmentOrder, TargetId } from '#domain';
import type { ContentSource, ReconcileSettings, RenderedContent, SourceFailure } from './agent.ports.js';
import { FairSlots } from './fair-slots.js';

export interface RenderLaneDeps {
  readonly source: ContentSource;
  readonly settings: Pick<ReconcileSettings, 'maxTargets'>;
  readonly timers: Pick<Timers, 'after'>;
  readonly log: Log;
}

/** A fetch or a render that takes longer gives its place to others: mostly a Git server that hangs. */
const SLOW_AFTER_MS = 5_000;
const MOST_FOR_ONE = 4;

interface Job {
  readonly key: string;
  readonly stop: AbortController;
  result: Result<RenderedContent, SourceFailure> | undefined;
}

/**
 * Fetches and renders beside the workers, a few at a time, so that a Git server that hangs keeps no target from being healed. One job per
 * target: a newer order ends the job of the older. Targets whose jobs take long share a few places and keep the others free. Bounded by the number of targets.
 */
export class RenderLane {
  readonly #jobs = new Map<TargetId, Job>();
  #waiting: { readonly target: TargetId; readonly job: Job; readonly start: () => Promise<void> }[] = [];
  readonly #slots: FairSlots<TargetId>;
  readonly #running = new Set<Promise<void>>();

  /** @param onEnd called when a job has ended by itself and its result can be taken */
  constructor(
    private readonly deps: RenderLaneDeps,
    private readonly onEnd: (target: TargetId) => void,
  ) {
    const { maxTargets } = deps.settings;
    this.#slots = new FairSlots({ quick: maxTargets, bulk: maxTargets, slow: 1, most: maxTargets * MOST_FOR_ONE, slowAfterMs: SLOW_AFTER_MS }, deps.timers, () => this.#pump());
  }

  /** The result under this key if there is one, which is handed out once. */
  take(target: TargetId, key: string): Result<RenderedContent, SourceFailure> | undefined {
    const known = this.#jobs.get(target);
    if (known?.key !== key || known.result === undefined) return undefined;
    this.#jobs.delete(target);
    return known.result;
  }

  /** Objects of the result that waits to be taken. */
  sizeOf(target: TargetId): number {
    const result = this.#jobs.get(target)?.result;
    return result?.ok === true ? result.value.objects.length : 0;
  }

  /** Sees to it that a job for this key is under way. */
  begin(target: TargetId, key: string, order: AssignmentOrder, signal: AbortSignal): void {
    if (this.#jobs.get(target)?.key === key) return;
    this.forget(target);
    const job: Job = { key, stop: new AbortController(), result: undefined };
    this.#jobs.set(target, job);
    this.#waiting.push({ target, job, start: () => this.#render(target, job, order, AbortSignal.any([signal, job.stop.signal])) });
    this.#pump();
  }

  forget(target: TargetId): void {
    const job = this.#jobs.get(target);
    if (job === undefined) return;
    job.stop.abort();
    this.#jobs.delete(target);
    this.#waiting = this.#waiting.filter((waiting) => waiting.job !== job);
  }

  /** Resolves when nothing is being rendered any more. */
  async ended(): Promise<void> {
    this.#waiting = [];
    await Promise.allSettled(this.#running);
  }

  async #render(target: TargetId, job: Job, order: AssignmentOrder, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    try {
      job.result = await this.deps.source.render(order, signal);
    } catch (error) {
      if (signal.aborted) return;
      this.deps.log.error('rendering ended by an unexpected error', { target, name: errorName(error), message: errorMessage(error), error });
      job.result = err({ reason: 'INTERNAL_ERROR', message: 'rendering failed unexpectedly; see the log of the agent', retryable: true });
    }
    if (this.#jobs.get(target) === job) this.onEnd(target);
  }

  #pump(): void {
    for (const next of this.#waiting) {
      if (this.#slots.isFull) return;
      if (!this.#slots.mayBegin(next.target, { isBulk: true })) continue;
      this.#waiting = this.#waiting.filter((one) => one !== next);
      this.#slots.begin(next.target, { isBulk: true });
      const running: Promise<void> = next.start().finally(() => {
        this.#running.delete(running);
        this.#slots.end(next.target);
      });
      this.#running.add(running);
    }
  }
}
