/** How a log ends for its reader. */
export const LOG_FEED_ENDS = ['COMPLETE', 'SIZE_LIMIT', 'TIME_LIMIT', 'BROKEN', 'TOO_SLOW', 'FAILED'] as const;
export type LogFeedEnd = (typeof LOG_FEED_ENDS)[number];

export interface LogFeedPart {
  readonly text: string;
  readonly end: LogFeedEnd | null;
  /** Why it failed, for people. */
  readonly message: string | null;
}

export interface LogFeed {
  push(text: string): void;
  /** The last part; what is pushed after it is dropped. */
  end(how: LogFeedEnd, message?: string): void;
  readonly parts: AsyncIterableIterator<LogFeedPart>;
}

/** Characters that may wait for a reader. */
const CAPACITY = 1024 * 1024;

/**
 * Between an agent that sends parts of a log and one reader. What waits becomes one part; a reader that lets more wait than it may loses the rest and is told so.
 *
 * @param onLeave called once when the reader goes away or is sent away, so that the agent stops
 */
export function logFeed(onLeave: () => void): LogFeed {
  let waiting = '';
  let how: { readonly end: LogFeedEnd; readonly message: string | null } | undefined;
  let isOver = false;
  let wake: (() => void) | undefined;
  const leave = (): void => {
    if (isOver) return;
    isOver = true;
    wake?.();
    onLeave();
  };
  const end = (reason: LogFeedEnd, message?: string): void => {
    how ??= { end: reason, message: message ?? null };
    wake?.();
  };
  const close = (): Promise<IteratorResult<LogFeedPart>> => {
    leave();
    return Promise.resolve({ done: true, value: undefined });
  };
  return {
    push(text) {
      if (how !== undefined || isOver) return;
      waiting += text;
      if (waiting.length <= CAPACITY) wake?.();
      else {
        waiting = waiting.slice(0, CAPACITY);
        end('TOO_SLOW');
        onLeave();
      }
    },
    end,
    parts: {
      async next() {
        while (!isOver && waiting === '' && how === undefined) await new Promise<void>((resolve) => (wake = resolve));
        if (isOver) return { done: true, value: undefined };
        const part = { text: waiting, end: how?.end ?? null, message: how?.message ?? null };
        waiting = '';
        if (how !== undefined) isOver = true;
        return { done: false, value: part };
      },
      return: close,
      throw: close,
      [Symbol.asyncIterator]() {
        return this;
      },
    },
  };
}
