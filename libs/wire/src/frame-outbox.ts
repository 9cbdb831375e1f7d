import { err, ok, type Result } from '#kernel';
import type { ChunkFailure } from './chunking.js';

/** The writing half of a call, as far as the outbox needs it. */
export interface FrameSink {
  write(message: Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

export interface OutboxFailure {
  readonly code: 'OUTBOX_FULL' | 'FRAME_TOO_LARGE' | 'OUTBOX_CLOSED';
}

/** Bytes that may wait. One frame beyond it is let in when nothing else waits, so that a large order is never stuck. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024;
const LOW_WATER_BYTES = 1024 * 1024;

/**
 * What one side still has to send on a stream. Bounded: what does not fit is refused, and the session ends or the sender waits for room; both sides
 * catch up by digests. Heartbeats have a lane of their own, of which only the last counts, and overtake everything.
 */
export class FrameOutbox<Body> {
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private urgent: Buffer | undefined;
  private isBlocked = false;
  private isClosed = false;
  private chunkSets = 0;
  private waiters: (() => void)[] = [];

  constructor(
    private readonly sink: FrameSink,
    private readonly encode: (body: Body, chunkId: string) => Result<readonly Buffer[], ChunkFailure>,
  ) {}

  /** Queues a frame behind those before it. */
  send(body: Body): Result<void, OutboxFailure> {
    if (this.isClosed) return err({ code: 'OUTBOX_CLOSED' });
    this.chunkSets += 1;
    const messages = this.encode(body, String(this.chunkSets));
    if (!messages.ok) return err({ code: 'FRAME_TOO_LARGE' });
    const bytes = messages.value.reduce((sum, message) => sum + message.length, 0);
    if (this.queuedBytes > 0 && this.queuedBytes + bytes > MAX_QUEUED_BYTES) return err({ code: 'OUTBOX_FULL' });
    this.queue.push(...messages.value);
    this.queuedBytes += bytes;
    this.pump();
    return ok(undefined);
  }

  /** Sends before everything queued. An earlier one of these that has not left yet is replaced. */
  sendUrgent(body: Body): void {
    const messages = this.encode(body, 'urgent');
    if (this.isClosed || !messages.ok) return;
    this.urgent = messages.value[0];
    this.pump();
  }

  /** Resolves when there is room for more, or when the session is over. */
  async room(): Promise<void> {
    if (this.isClosed || this.queuedBytes <= LOW_WATER_BYTES) return;
    await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  /** Drops what waits: the stream is over or about to end. */
  close(): void {
    this.isClosed = true;
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.urgent = undefined;
    this.release();
  }

  private pump(): void {
    while (!this.isBlocked && !this.isClosed) {
      const next = this.urgent ?? this.queue.shift();
      if (next === undefined) break;
      if (next === this.urgent) this.urgent = undefined;
      else this.queuedBytes -= next.length;
      if (!this.sink.write(next)) {
        this.isBlocked = true;
        this.sink.once('drain', () => {
          this.isBlocked = false;
          this.pump();
        });
      }
    }
    if (this.queuedBytes <= LOW_WATER_BYTES) this.release();
  }

  private release(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const wake of waiters) wake();
  }
}
