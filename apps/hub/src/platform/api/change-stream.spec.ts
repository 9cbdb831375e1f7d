import { describe, expect, it } from '@jest/globals';
import { ManualTimers } from '#testing';
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

  it('begins with how things are, listening already, and ends with what nothing can follow', async () => {
    const feed = aFeed();
    const states = new Map([['r', 'RUNNING']]);
    const stream = changeStream(feed, {
      channel: 'rollout_changed',
      begin: () => {
        states.set('r', 'OVER'); // while it is looked up
        feed.say('r');
        return Promise.resolve(['r']);
      },
      find: (id) => Promise.resolve({ view: states.get(id) ?? '', isWanted: true }),
      isLast: (view) => view === 'OVER',
      toPayload: (view) => view,
    });
    expect(await stream.next()).toEqual({ done: false, value: 'OVER' });
    expect(feed.listeners()).toBe(0);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it('makes one event of a burst, the last state of it, and waits for no time to end', async () => {
    const feed = aFeed();
    const timers = new ManualTimers();
    let count = 0;
    const stream = changeStream(feed, { channel: 'rollout_changed', find: () => Promise.resolve({ view: count, isWanted: true }), pace: { timers, everyMs: 250 }, toPayload: (view) => view });
    feed.say('r');
    expect((await stream.next()).value).toBe(0);
    const second = stream.next();
    for (count = 1; count < 100; count += 1) feed.say('r');
    await timers.advance(249);
    expect(await Promise.race([second, Promise.resolve('waits')])).toBe('waits');
    await timers.advance(1);
    expect((await second).value).toBe(100);
    const third = stream.next();
    await stream.return?.();
    expect(await third).toEqual({ done: true, value: undefined });
    expect(timers.pendingCount).toBe(0);
  });

  it('tells again of what depends on time when nothing was heard of it', async () => {
    const feed = aFeed();
    const timers = new ManualTimers();
    let isOver = false;
    const stream = changeStream(feed, { channel: 'rollout_changed', find: (id) => Promise.resolve({ view: id, isWanted: true }), again: { timers, afterMs: 15_000, of: () => !isOver }, toPayload: (view) => view });
    feed.say('r');
    await stream.next();
    const again = stream.next();
    await timers.advance(14_999);
    expect(await Promise.race([again, Promise.resolve('waits')])).toBe('waits');
    isOver = true;
    await timers.advance(1);
    expect((await again).value).toBe('r');
    expect(timers.pendingCount).toBe(0);
  });
});
