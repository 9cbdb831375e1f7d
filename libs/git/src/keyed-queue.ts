import { err, ok, type Result } from '#kernel';

export type QueueRefusal = { readonly code: 'QUEUE_FULL' } | { readonly code: 'QUEUE_ABORTED' };

/** One piece of work at a time per key; different keys run side by side. Waiting is bounded, in order, and ends with the caller's signal. */
export class KeyedQueue {
  private readonly tails = new Map<string, { tail: Promise<void>; length: number }>();

  constructor(private readonly maxWaiting: number) {}

  async run<T>(key: string, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<Result<T, QueueRefusal>> {
    if (signal?.aborted) return err({ code: 'QUEUE_ABORTED' });
    const line = this.tails.get(key) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length > this.maxWaiting) return err({ code: 'QUEUE_FULL' });
    this.tails.set(key, line);
    line.length++;
    const before = line.tail;
    const { promise: mine, resolve: leave } = Promise.withResolvers<void>();
    line.tail = before.then(() => mine);
    try {
      if (!(await turnOrAbort(before, signal))) return err({ code: 'QUEUE_ABORTED' });
      return ok(await work());
    } finally {
      leave();
      if (--line.length === 0) this.tails.delete(key);
    }
  }
}

/** True when it is our turn, false when the signal came first. */
function turnOrAbort(turn: Promise<void>, signal: AbortSignal | undefined): Promise<boolean> {
  if (signal === undefined) return turn.then(() => true);
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(false);
    signal.addEventListener('abort', onAbort, { once: true });
    void turn.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve(true);
    });
  });
}
