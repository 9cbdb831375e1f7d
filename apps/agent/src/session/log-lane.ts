import type { MonotonicClock, Result, Timers } from '#kernel';
import { encodeLogPart, LOG_LIMITS, type LogEnd, type LogQuestion, type WireResponse } from '#wire';
import type { RequestFailure, RequestHandler } from './session.ports.js';

/** Where answers go: the session that the question came from. */
export interface ResponseCarrier {
  send(response: WireResponse): void;
  /** Resolves when the session has room for more, or is over. */
  room(): Promise<void>;
}

/** Between two parts of a log that is followed: what comes meanwhile goes together. */
const GATHER_MS = 100;

/**
 * Reads logs for the hub: a few at once, each bounded in size or, when it is followed, in rate and time. A log that comes faster waits in the cluster, so that
 * nothing piles up here and orders and reports never stand behind it.
 */
export class LogLane {
  private open = 0;

  constructor(
    private readonly handler: Pick<RequestHandler, 'readLogs'>,
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  /** Sends what there is, the last part too. A failure before anything was sent is returned instead. Ends early, and silently, when `signal` aborts. */
  async serve(requestId: string, question: LogQuestion, carrier: ResponseCarrier, signal: AbortSignal): Promise<RequestFailure | undefined> {
    if (this.open >= LOG_LIMITS.streams) return { code: 'OVERLOADED', message: `${LOG_LIMITS.streams} logs of this cluster are read already` };
    this.open += 1;
    const late = new AbortController();
    const deadline = this.timers.after(LOG_LIMITS.followMs, () => late.abort());
    try {
      const opened = await this.handler.readLogs(question, AbortSignal.any([signal, late.signal]));
      if (!opened.ok) return late.signal.aborted ? sendEnd(carrier, requestId, 'TIME_LIMIT') : opened.error;
      const end = await this.pass(requestId, opened.value, question.follow, carrier, AbortSignal.any([signal, late.signal]));
      if (!signal.aborted) sendEnd(carrier, requestId, late.signal.aborted ? 'TIME_LIMIT' : end);
      return undefined;
    } finally {
      deadline.cancel();
      late.abort(); // whoever still reads the cluster's answer stops
      this.open -= 1;
    }
  }

  private async pass(requestId: string, text: AsyncIterable<Result<string, unknown>>, isFollowed: boolean, carrier: ResponseCarrier, signal: AbortSignal): Promise<LogEnd> {
    let room = isFollowed ? Number.POSITIVE_INFINITY : LOG_LIMITS.characters;
    // The cluster may tell line by line; the hub cuts off who sends it too many frames.
    let waiting = '';
    for await (const part of text) {
      const beganMs = this.clock.nowMs();
      if (part.ok) waiting += part.value.slice(0, room);
      if (isFollowed || !part.ok || part.value.length > room || waiting.length >= LOG_LIMITS.partCharacters) {
        await send(requestId, waiting, carrier, signal);
        waiting = '';
      }
      if (!part.ok) return 'BROKEN';
      if (part.value.length > room) return 'SIZE_LIMIT';
      room -= part.value.length;
      if (isFollowed) await this.pace(part.value.length, beganMs, signal);
      if (signal.aborted) return 'TIME_LIMIT';
    }
    await send(requestId, waiting, carrier, signal);
    return 'COMPLETE';
  }

  private async pace(length: number, beganMs: number, signal: AbortSignal): Promise<void> {
    const dueMs = Math.max(GATHER_MS, (length / LOG_LIMITS.charactersPerSecond) * 1_000);
    const restMs = dueMs - (this.clock.nowMs() - beganMs);
    if (restMs > 0) await this.timers.sleep(restMs, signal).catch(() => undefined); // the caller looks at the signal
  }
}

/** In parts that are not too long, when there is room for them. */
async function send(requestId: string, text: string, carrier: ResponseCarrier, signal: AbortSignal): Promise<void> {
  for (let at = 0; at < text.length; at += LOG_LIMITS.partCharacters) {
    await carrier.room();
    if (signal.aborted) return;
    const part = text.slice(at, at + LOG_LIMITS.partCharacters);
    carrier.send({ requestId, answer: { $case: 'logPart', value: encodeLogPart({ text: part, end: undefined }) } });
  }
}

function sendEnd(carrier: ResponseCarrier, requestId: string, end: LogEnd): undefined {
  carrier.send({ requestId, answer: { $case: 'logPart', value: encodeLogPart({ text: '', end }) } });
  return undefined;
}
