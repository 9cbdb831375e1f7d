import { describe, expect, it } from '@jest/globals';
import { KeyedQueue } from './keyed-queue.js';

describe('KeyedQueue', () => {
  it('does one piece of work per key at a time, in order, and different keys side by side', async () => {
    const queue = new KeyedQueue(10);
    const log: string[] = [];
    const gate = Promise.withResolvers<void>();
    const work = (name: string, wait: Promise<void>) => async () => {
      log.push(`${name}+`);
      await wait;
      log.push(`${name}-`);
    };
    const all = [queue.run('a', undefined, work('a1', gate.promise)), queue.run('a', undefined, work('a2', Promise.resolve())), queue.run('b', undefined, work('b1', Promise.resolve()))];
    await all[2];
    expect(log).toEqual(['a1+', 'b1+', 'b1-']);
    gate.resolve();
    await Promise.all(all);
    expect(log.slice(3)).toEqual(['a1-', 'a2+', 'a2-']);
  });

  it('refuses when the line is full, and lets a waiter go that gives up without breaking the line', async () => {
    const queue = new KeyedQueue(1);
    const gate = Promise.withResolvers<number>();
    const first = queue.run('a', undefined, () => gate.promise);
    const controller = new AbortController();
    const second = queue.run('a', controller.signal, async () => 2);
    expect(await queue.run('a', undefined, async () => 3)).toEqual({ ok: false, error: { code: 'QUEUE_FULL' } });
    controller.abort();
    expect(await second).toEqual({ ok: false, error: { code: 'QUEUE_ABORTED' } });
    const third = queue.run('a', undefined, async () => 3);
    gate.resolve(1);
    expect([await first, await third]).toEqual([{ ok: true, value: 1 }, { ok: true, value: 3 }]);
  });

  it('goes on after work that threw', async () => {
    const queue = new KeyedQueue(5);
    await expect(queue.run('a', undefined, () => Promise.reject(new Error('boom')))).rejects.toThrow('boom');
    expect(await queue.run('a', undefined, async () => 1)).toEqual({ ok: true, value: 1 });
  });
});
