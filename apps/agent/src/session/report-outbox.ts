import type { MonotonicClock, Timers } from '#kernel';
import type { TargetId, TargetReport } from '#domain';
import { encodeReport, MAX_REPORTS_PER_FRAME, type Reports } from '#wire';
import type { ReportSink } from './session.ports.js';

interface Entry {
  report: TargetReport;
  /** The batch it went out in; undefined: it waits. */
  sentIn: bigint | undefined;
}

/** A stream that takes batches; false: no room now. */
export interface ReportCarrier {
  sendReports(reports: Reports): boolean;
}

/** Reports kept until they are acknowledged. Far above any cluster's targets; past it the one that waited longest is dropped and comes again with its next change. */
const MAX_ENTRIES = 20_000;
const GATHER_MS = 25;
/** A batch that is not acknowledged for this long is sent again. */
const ACK_DEADLINE_MS = 30_000;
const MAX_BATCHES_UNDERWAY = 4;

/**
 * What the agent still has to tell its hub. Of each target only the last report counts; it stays here until the hub acknowledged it as durable, over any
 * number of sessions. The sequence rises over the life of the agent.
 */
export class ReportOutbox implements ReportSink {
  private readonly entries = new Map<TargetId, Entry>();
  private readonly underway = new Map<bigint, number>();
  private sequence = 0n;
  private carrier: ReportCarrier | undefined;
  private timer: { cancel(): void } | undefined;

  constructor(
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  get lastSequence(): bigint {
    return this.sequence;
  }

  get size(): number {
    return this.entries.size;
  }

  offer(report: TargetReport): void {
    this.entries.delete(report.target);
    this.entries.set(report.target, { report, sentIn: undefined });
    const [oldest] = this.entries.keys();
    if (this.entries.size > MAX_ENTRIES && oldest !== undefined) this.entries.delete(oldest);
    this.schedule();
  }

  /** A session is up: everything not acknowledged goes out again. */
  attach(carrier: ReportCarrier): void {
    this.carrier = carrier;
    this.underway.clear();
    for (const entry of this.entries.values()) entry.sentIn = undefined;
    this.schedule();
  }

  detach(carrier: ReportCarrier): void {
    if (this.carrier === carrier) this.carrier = undefined;
  }

  /** Everything up to `sequence` is durable at the hub. A target reported again since stays. */
  acknowledge(sequence: bigint): void {
    for (const [target, entry] of this.entries) if (entry.sentIn !== undefined && entry.sentIn <= sequence) this.entries.delete(target);
    for (const sent of [...this.underway.keys()]) if (sent <= sequence) this.underway.delete(sent);
    this.schedule();
  }

  /** Call now and then: what was not acknowledged in time waits again. */
  expire(): void {
    for (const [sequence, sentAtMs] of [...this.underway]) {
      if (this.clock.nowMs() - sentAtMs <= ACK_DEADLINE_MS) continue;
      this.underway.delete(sequence);
      for (const entry of this.entries.values()) if (entry.sentIn === sequence) entry.sentIn = undefined;
    }
    this.schedule();
  }

  private schedule(): void {
    if (this.timer !== undefined || this.carrier === undefined) return;
    this.timer = this.timers.after(GATHER_MS, () => {
      this.timer = undefined;
      this.send();
    });
  }

  private send(): void {
    while (this.carrier !== undefined && this.underway.size < MAX_BATCHES_UNDERWAY) {
      const batch = [...this.entries.values()].filter((entry) => entry.sentIn === undefined).slice(0, MAX_REPORTS_PER_FRAME);
      if (batch.length === 0) return;
      const sequence = this.sequence + 1n;
      if (!this.carrier.sendReports({ sequence, reports: batch.map((entry) => encodeReport(entry.report)) })) return;
      this.sequence = sequence;
      this.underway.set(sequence, this.clock.nowMs());
      for (const entry of batch) entry.sentIn = sequence;
    }
  }
}
