import { describe, expect, it } from '@jest/globals';
import { eventStream } from './event-stream.js';

interface Event {
  readonly key: string;
  readonly n: number;
}

function aStream(capacity = 3): { stream: AsyncIterableIterator<Event>; push: (key: string, n: number) => void; isOpen: () => boolean } {
  let listener: ((event: Event) => void) | undefined;
  const stream = eventStream<Event>((push) => { listener = push; return () => (listener = undefined); }, { keyOf: (event) => event.key, capacity });
  return { stream, push: (key, n) => listener?.({ key, n }), isOpen: () => listener !== undefined };
}

describe('eventStream', () => {
  it('delivers in order, the newest of each key', async () => {
    const { stream, push } = aStream();
    push('a', 1);
    push('b', 1);
    push('a', 2);
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual([{ key: 'a', n: 2 }, { key: 'b', n: 1 }]);
    const next = stream.next();
    push('c', 1);
    expect(await next).toEqual({ done: false, value: { key: 'c', n: 1 } });
  });

  it('ends its source when the reader goes, and when too many keys wait', async () => {
    const left = aStream();
    const waiting = left.stream.next();
    await left.stream.return?.();
    expect({ open: left.isOpen(), last: await waiting }).toEqual({ open: false, last: { done: true, value: undefined } });
    const flooded = aStream(2);
    for (const key of ['a', 'b', 'c']) flooded.push(key, 1);
    expect({ open: flooded.isOpen(), last: await flooded.stream.next() }).toEqual({ open: false, last: { done: true, value: undefined } });
  });
});
