import { describe, expect, it } from '@jest/globals';
import { changeStream } from './change-stream.js';

/** A feed that a test speaks for. */
function aFeed() {
  const pushes = new Set<(id: string) => void>();
  const reconnects = new Set<() => void>();
  const add = <T>(to: Set<T>, one: T): (() => void) => {
    to.add(one);
    return () => void to.delete(one);
  };
  return {
    say: (...ids: readonly string[]) => ids.forEach((id) => pushes.forEach((push) => push(id))),
    listen: (_channel: string, push: (id: string) => void) => add(pushes, push),
    onReconnect: (hear: () => void) => add(reconnects, hear),
    listeners: () => pushes.size + reconnects.size,
  };
}

describe('a stream of changes', () => {
  it('tells once more of what was told and is no longer wanted, and of nothing else that is not', async () => {
    const feed = aFeed();
    const labels = new Map([['a', 'prod'], ['b', 'test']]);
    const stream = changeStream(feed, {
      channel: 'cluster_changed',
      find: (id) => Promise.resolve({ view: `${id} ${labels.get(id)}`, isWanted: labels.get(id) === 'prod' }),
      toPayload: (view) => view,
    });
    const heard: unknown[] = [];
    const hear = async (): Promise<void> => void heard.push((await stream.next()).value);
    feed.say('a', 'b');
    await hear();
    labels.set('a', 'test').set('b', 'prod');
    feed.say('a', 'b');
    await hear();
    await hear();
    feed.say('a', 'b');
    await hear();
    expect(heard).toEqual(['a prod', 'b prod', 'a test', 'b prod']);
  });

  it('tells nothing of what the viewer may not see any more', async () => {
    const feed = aFeed();
    let isMine = true;
    const stream = changeStream(feed, { channel: 'cluster_changed', find: (id) => Promise.resolve(isMine || id === 'b' ? { view: id, isWanted: true } : undefined), toPayload: (view) => view });
    feed.say('a');
    expect((await stream.next()).value).toBe('a');
    isMine = false;
    feed.say('a', 'b');
    expect((await stream.next()).value).toBe('b');
  });

  it('listens no more once a look has failed, and ends', async () => {
    const feed = aFeed();
    const stream = changeStream(feed, { channel: 'cluster_changed', find: () => Promise.reject(new Error('no database')), toPayload: (view) => view });
    expect(feed.listeners()).toBe(2);
    feed.say('a');
    await expect(stream.next()).rejects.toThrow('no database');
    expect(feed.listeners()).toBe(0);
    await expect(stream.next()).resolves.toEqual({ done: true, value: undefined });
  });
});
