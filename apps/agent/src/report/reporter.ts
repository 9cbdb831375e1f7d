import { canonicalJson, type MonotonicClock } from '#kernel';
import type { TargetId, TargetReport } from '#domain';
import type { ReportSink } from '../session/session.ports.js';
import type { SayState } from './log-state.js';

/** A change of any of these is told. */
const TOLD = ['generation', 'sync', 'health', 'reason', 'message'] as const satisfies readonly (keyof TargetReport)[];

/** Hands on what changed, and what did not change only now and then. Bounded by the number of targets. */
export class Reporter {
  readonly #last = new Map<TargetId, { readonly report: TargetReport; readonly text: string; readonly atMs: number }>();

  constructor(
    private readonly sink: ReportSink,
    private readonly monotonic: MonotonicClock,
    private readonly againMs: number,
    /** Told of every answer to another order, and of every change of sync state, health, reason and message. */
    private readonly say: SayState = () => undefined,
  ) {}

  offer(report: TargetReport): void {
    const { observedAt: _when, epoch, generation, ...said } = report;
    const text = canonicalJson(JSON.parse(JSON.stringify({ ...said, version: `${epoch}.${generation}` })));
    const last = this.#last.get(report.target);
    const nowMs = this.monotonic.nowMs();
    if (last?.text === text && nowMs - last.atMs < this.againMs) return;
    this.#last.set(report.target, { report, text, atMs: nowMs });
    if (last === undefined || TOLD.some((field) => last.report[field] !== report[field])) this.say(report);
    this.sink.offer(report);
  }

  /** Hands on the last report of every target once more: a hub that was restored from an older database has lost what it acknowledged. */
  repeatAll(): void {
    for (const { report } of this.#last.values()) this.sink.offer(report);
  }

  forget(target: TargetId): void {
    this.#last.delete(target);
  }
}
