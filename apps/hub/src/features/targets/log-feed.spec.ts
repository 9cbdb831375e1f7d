import { describe, expect, it } from '@jest/globals';
import { logFeed } from './log-feed.js';

describe('a feed of a log', () => {
  it('joins what waits, and tells the end with the last of it', async () => {
    const feed = logFeed(() => undefined);
    feed.push('a');
    feed.push('b');
    expect(await feed.parts.next()).toEqual({ done: false, value: { text: 'ab', end: null, message: null } });
    const waiting = feed.parts.next();
    feed.push('c');
    expect(await waiting).toEqual({ done: false, value: { text: 'c', end: null, message: null } });
    feed.push('d');
    feed.end('FAILED', 'why');
    feed.push('too late');
    expect(await feed.parts.next()).toEqual({ done: false, value: { text: 'd', end: 'FAILED', message: 'why' } });
    expect(await feed.parts.next()).toEqual({ done: true, value: undefined });
  });

  it('stops its source when the reader leaves, also one that waits', async () => {
    let stopped = 0;
    const feed = logFeed(() => (stopped += 1));
    const waiting = feed.parts.next();
    await feed.parts.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await feed.parts.return?.();
    expect(stopped).toBe(1);
  });

  it('sends a reader away that does not keep up, and holds no more than it may', async () => {
    let stopped = 0;
    const feed = logFeed(() => (stopped += 1));
    for (let index = 0; index < 40; index += 1) feed.push('x'.repeat(32 * 1024));
    expect(stopped).toBe(1);
    const part = await feed.parts.next();
    expect(part.value).toMatchObject({ end: 'TOO_SLOW' });
    expect(part.done === true ? 0 : part.value.text.length).toBe(1024 * 1024);
  });
});
