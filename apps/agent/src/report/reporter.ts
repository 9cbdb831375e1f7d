import { canonicalJson, type MonotonicClock } from '#kernel';
import type { TargetId, TargetReport } from '#domain';
import type { ReportSink } from '../session/session.ports.js';

/** Hands on what changed, and what did not change only now and then. Bounded by the number of targets. */
export class Reporter {
  readonly #last = new Map<TargetId, { readonly text: string; readonly atMs: number }>();

  constructor(
    private readonly sink: ReportSink,
    private readonly monotonic: MonotonicClock,
    private readonly againMs: number,
  ) {}

  offer(report: TargetReport): void {
    const { observedAt: _when, epoch, generation, ...said } = report;
    const text = canonicalJson(JSON.parse(JSON.stringify({ ...said, version: `${epoch}.${generation}` })));
    const last = this.#last.get(report.target);
    const nowMs = this.monotonic.nowMs();
    if (last?.text === text && nowMs - last.atMs < this.againMs) return;
    this.#last.set(report.target, { text, atMs: nowMs });
    this.sink.offer(report);
  }

  forget(target: TargetId): void {
    this.#last.delete(target);
  }
}
