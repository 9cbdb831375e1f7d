import { errorMessage, type Clock, type Log, type Span, type Timers, type Tracer } from '#kernel';
import { otlpRequest } from './otlp-request.js';

export interface OtlpExporterPorts {
  /** The address of the collector, without `v1/traces`. */
  readonly endpoint: URL;
  /** Who tells: `capstan-hub` or `capstan-agent`. */
  readonly service: string;
  readonly version: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** Hears how many spans were lost. */
  readonly onLost?: (count: number) => void;
}

const MAX_QUEUE = 2_048;
const MAX_BATCH = 256;
const GATHER_MS = 1_000;
const TIMEOUT_MS = 5_000;
const PAUSE_MS = 10_000;
/** What is not sent by then, when the process ends, is lost. */
const CLOSE_MS = 2_000;

/**
 * Sends spans to a collector as OTLP over HTTP, in JSON. Nothing of it holds up or breaks work: the queue is bounded, a span for which there is no room
 * is lost and counted, so is a batch that the collector does not take in time, and after that it is left alone for a while.
 */
export class OtlpExporter implements Tracer {
  readonly #url: string;
  readonly #closing = new AbortController();
  /** Ends a request that takes longer than closing may. */
  readonly #cut = new AbortController();
  #queue: Span[] = [];
  #sending: Promise<void> | undefined;
  #isDown = false;

  constructor(private readonly ports: OtlpExporterPorts) {
    this.#url = `${ports.endpoint.href.replace(/\/+$/, '')}/v1/traces`;
  }

  now(): Date {
    return this.ports.clock.now();
  }

  record(span: Span): void {
    if (this.#closing.signal.aborted || this.#queue.length >= MAX_QUEUE) {
      this.ports.onLost?.(1);
      return;
    }
    this.#queue.push(span);
    this.#sending ??= this.#run().finally(() => (this.#sending = undefined));
  }

  /** Sends what is left, for two seconds at most; what comes later is lost. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the exporter of spans is closing'));
    const sent = new AbortController();
    const late = this.ports.timers.sleep(CLOSE_MS, sent.signal).catch(() => undefined); // the end of sending ends the wait
    await Promise.race([this.#sending, late]);
    sent.abort(new Error('the exporter of spans is closed'));
    this.#cut.abort(new Error('the collector took too long at the end'));
    await this.#sending;
  }

  async #run(): Promise<void> {
    const { timers } = this.ports;
    const { signal } = this.#closing;
    await timers.sleep(GATHER_MS, signal).catch(() => undefined); // closing ends the wait
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, MAX_BATCH);
      if (await this.#send(batch)) continue;
      this.ports.onLost?.(batch.length);
      if (!signal.aborted) await timers.sleep(PAUSE_MS, signal).catch(() => undefined); // closing ends the wait
      if (!signal.aborted) continue;
      this.ports.onLost?.(this.#queue.length);
      this.#queue = [];
    }
  }

  async #send(batch: readonly Span[]): Promise<boolean> {
    const { service, version, log } = this.ports;
    try {
      const response = await fetch(this.#url, {
        method: 'POST', redirect: 'error', signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.#cut.signal]), headers: { 'content-type': 'application/json' }, body: JSON.stringify(otlpRequest(batch, { service, version })),
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      if (this.#isDown) log.info('the collector of traces takes spans again');
      this.#isDown = false;
      return true;
    } catch (error) {
      if (!this.#isDown) log.warn('the collector of traces takes no spans; they are lost until it does, and nothing else is concerned', { reason: errorMessage(error) });
      this.#isDown = true;
      return false;
    }
  }
}
