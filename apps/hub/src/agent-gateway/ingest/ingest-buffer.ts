import { jitterMs, type Log, type Random, type Timers } from '#kernel';
import type { ClusterId, TargetReport } from '#domain';
import type { IngestedReport, ReportStore } from './report.store.js';

/** Where acknowledgements go: the stream that the reports came from. */
export interface ReportSource {
  readonly cluster: ClusterId;
  readonly sessionEpoch: bigint;
  /** Everything up to `sequence` is durable, or outdated by something that is. */
  acknowledge(sequence: bigint): void;
}

export interface IngestLimits {
  /** How long reports gather before they are written together. */
  readonly flushMs: number;
  readonly maxRows: number;
  /** Targets of one session that may wait. */
  readonly maxPerSource: number;
}

export const INGEST_LIMITS: IngestLimits = { flushMs: 50, maxRows: 1_000, maxPerSource: 5_000 };

interface Waiting {
  report: TargetReport;
  sequence: bigint;
  /** The lowest sequence that this entry stands for: earlier reports of the target went into it. */
  firstSequence: bigint;
}
interface Source {
  readonly source: ReportSource;
  readonly waiting: Map<string, Waiting>;
  received: bigint;
  acknowledged: bigint;
}

const RETRY_MS = 1_000;

/**
 * Gathers reports of all sessions and writes them in batches: of several reports of a target only the last is written. A sequence is acknowledged after
 * the commit of everything up to it. Sources take turns, so that one that floods waits for itself.
 */
export class IngestBuffer {
  private readonly sources = new Map<ReportSource, Source>();
  private timer: { cancel(): void } | undefined;
  private running: Promise<void> | undefined;
  private isStopped = false;
  private hasFailed = false;

  constructor(
    private readonly store: ReportStore,
    private readonly timers: Timers,
    private readonly random: Random,
    private readonly log: Log,
    private readonly limits: IngestLimits = INGEST_LIMITS,
  ) {}

  /** Takes a batch in. False: this source has too much waiting, nothing was taken; the agent sends it again. */
  offer(from: ReportSource, sequence: bigint, reports: readonly TargetReport[]): boolean {
    const source = this.sourceOf(from, sequence);
    const fresh = reports.filter((report) => !source.waiting.has(report.target)).length;
    if (source.waiting.size + fresh > this.limits.maxPerSource) return false;
    for (const report of reports) {
      const earlier = source.waiting.get(report.target);
      source.waiting.set(report.target, { report, sequence, firstSequence: earlier?.firstSequence ?? sequence });
    }
    if (sequence > source.received) source.received = sequence;
    this.schedule(this.limits.flushMs);
    return true;
  }

  /** Forgets a source whose stream ended: what was not acknowledged is sent again on the next one. */
  forget(from: ReportSource): void {
    this.sources.delete(from);
  }

  /** Writes what waits and stops. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.timer?.cancel();
    await this.running;
    await this.flush();
  }

  private sourceOf(from: ReportSource, firstSequence: bigint): Source {
    const known = this.sources.get(from);
    if (known !== undefined) return known;
    const source: Source = { source: from, waiting: new Map(), received: firstSequence - 1n, acknowledged: firstSequence - 1n };
    this.sources.set(from, source);
    return source;
  }

  private schedule(ms: number): void {
    if (this.timer !== undefined || this.running !== undefined || this.isStopped) return;
    this.timer = this.timers.after(ms, () => {
      this.timer = undefined;
      this.running = this.flush().finally(() => {
        this.running = undefined;
        const isMoreWaiting = [...this.sources.values()].some((source) => source.waiting.size > 0);
        if (isMoreWaiting) this.schedule(this.hasFailed ? jitterMs(RETRY_MS, 0.5, this.random) : 0);
      });
    });
  }

  private async flush(): Promise<void> {
    const taken = this.take();
    if (taken.length > 0) {
      try {
        await this.write(taken.map(({ row }) => row));
        this.hasFailed = false;
      } catch (error) {
        this.hasFailed = true;
        this.log.warn('reports could not be written, they are kept and tried again', { reports: taken.length, error });
        for (const { source, waiting } of taken) putBack(source, waiting);
        return;
      }
    }
    for (const source of this.sources.values()) acknowledge(source);
  }

  /** Up to maxRows entries, from each source in turn, oldest first. They leave the buffer; a failure puts them back. */
  private take(): readonly { readonly source: Source; readonly waiting: Waiting; readonly row: IngestedReport }[] {
    const taken: { source: Source; waiting: Waiting; row: IngestedReport }[] = [];
    const busy = [...this.sources.values()].filter((source) => source.waiting.size > 0);
    const share = Math.max(1, Math.ceil(this.limits.maxRows / Math.max(1, busy.length)));
    for (const source of busy) {
      const { cluster, sessionEpoch } = source.source;
      for (const [target, waiting] of [...source.waiting].slice(0, share)) {
        if (taken.length >= this.limits.maxRows) return taken;
        source.waiting.delete(target);
        taken.push({ source, waiting, row: { cluster, sessionEpoch, sequence: waiting.sequence, report: waiting.report } });
      }
    }
    return taken;
  }

  /** A batch that the database refuses for its data is halved until the one report at fault is left, which is dropped: it must not block the others. */
  private async write(rows: readonly IngestedReport[]): Promise<void> {
    try {
      await this.store.write(rows);
    } catch (error) {
      if (!isDataError(error)) throw error;
      const [first] = rows;
      if (rows.length === 1 && first !== undefined) {
        this.log.error('a report was dropped: the database does not take it', { clusterId: first.cluster, targetId: first.report.target, error });
        return;
      }
      const middle = Math.ceil(rows.length / 2);
      await this.write(rows.slice(0, middle));
      await this.write(rows.slice(middle));
    }
  }
}

function acknowledge(source: Source): void {
  let durable = source.received;
  for (const waiting of source.waiting.values()) if (waiting.firstSequence <= durable) durable = waiting.firstSequence - 1n;
  if (durable > source.acknowledged) {
    source.acknowledged = durable;
    source.source.acknowledge(durable);
  }
}

function putBack(source: Source, waiting: Waiting): void {
  const newer = source.waiting.get(waiting.report.target);
  if (newer === undefined) source.waiting.set(waiting.report.target, waiting);
  else newer.firstSequence = waiting.firstSequence < newer.firstSequence ? waiting.firstSequence : newer.firstSequence;
}

/** SQLSTATE classes 22 (data exception) and 23 (integrity constraint violation). */
function isDataError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code !== undefined ? /^2[23]/.test(code) : 'driverError' in error && isDataError(error.driverError);
}
