import type { Log, Timers } from '#kernel';
import type { Change, ChangeLog } from '../store/change-log.js';

/** Something to be brought about. Level-triggered: `run` looks at what is there now, may run any number of times, and says when to look again. */
export interface Work {
  /** Work of the same id waits once, whatever woke it. */
  readonly id: string;
  /** @returns milliseconds until it wants to run again without a change */
  run(): number | undefined;
}

/** A controller says which work a change makes; it does nothing itself when told of the change. */
export interface Controller {
  workFor(change: Change): readonly Work[];
}

/** Runs the work of all controllers of a cluster, one after the other, a moment after the change that made it: as in a real cluster, never within the write itself. */
export class ControllerLoop {
  private readonly waiting = new Map<string, { readonly work: Work; readonly timer: { cancel(): void } | undefined }>();
  private readonly unlisten: () => void;
  private next: { cancel(): void } | undefined;
  private isStopped = false;

  constructor(
    log: ChangeLog,
    private readonly controllers: readonly Controller[],
    private readonly timers: Timers,
    private readonly errors: Log,
  ) {
    this.unlisten = log.listen((change) => this.onChange(change));
  }

  stop(): void {
    this.isStopped = true;
    this.unlisten();
    this.next?.cancel();
    for (const { timer } of this.waiting.values()) timer?.cancel();
    this.waiting.clear();
  }

  private onChange(change: Change): void {
    for (const controller of this.controllers) for (const work of controller.workFor(change)) this.due(work);
  }

  private due(work: Work): void {
    this.waiting.get(work.id)?.timer?.cancel();
    this.waiting.delete(work.id);
    this.waiting.set(work.id, { work, timer: undefined });
    this.next ??= this.timers.after(1, () => this.runDue());
  }

  private runDue(): void {
    this.next = undefined;
    const due = [...this.waiting.values()].filter(({ timer }) => timer === undefined);
    for (const { work } of due) {
      if (this.isStopped) return;
      this.waiting.delete(work.id);
      this.runOne(work);
    }
  }

  private runOne(work: Work): void {
    try {
      const againMs = work.run();
      if (againMs === undefined || this.waiting.has(work.id)) return;
      this.waiting.set(work.id, { work, timer: this.timers.after(againMs, () => this.due(work)) });
    } catch (error) {
      this.errors.error('sandbox controller failed', { work: work.id, error: error instanceof Error ? error.stack : String(error) });
    }
  }
}
