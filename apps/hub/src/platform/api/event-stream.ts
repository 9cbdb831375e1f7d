/** Where a subscription gets its events: calls `push` for each until the returned function is called. */
export type EventSource<T> = (push: (event: T) => void) => () => void;

export interface EventStreamOptions<T> {
  /** Events of one key that wait become one, the newest: a slow reader sees fewer steps, never old news. */
  readonly keyOf: (event: T) => string;
  /** Most keys that may wait; past it the stream ends, and the client subscribes and reads again. */
  readonly capacity: number;
}

/** A bounded, coalescing stream of events for a GraphQL subscription. Ends its source when the reader goes away. */
export function eventStream<T>(source: EventSource<T>, options: EventStreamOptions<T>): AsyncIterableIterator<T> {
  const waiting = new Map<string, T>();
  let wake: (() => void) | undefined;
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    stop();
    wake?.();
  };
  const stop = source((event) => {
    if (ended) return;
    waiting.set(options.keyOf(event), event);
    if (waiting.size > options.capacity) {
      waiting.clear();
      end();
    } else wake?.();
  });
  return {
    async next() {
      while (!ended && waiting.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve));
        wake = undefined;
      }
      for (const [key, value] of waiting) {
        waiting.delete(key);
        return { done: false, value };
      }
      return { done: true, value: undefined };
    },
    return() {
      waiting.clear();
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    throw() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
