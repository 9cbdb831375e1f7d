import { describe, expect, it } from '@jest/globals';
import { targetId, type TargetId } from '#domain';
import { ManualTimers } from '#testing';
import { TargetQueue } from './target-queue.js';

const id = (n: number): TargetId => targetId(`00000000-0000-7000-8000-00000000000${n}`);

function aQueue(limit: number, isBulk: (target: TargetId) => boolean = () => false) {
  const timers = new ManualTimers();
  const queue = new TargetQueue({ monotonic: timers.clock, timers, limit, isBulk, isLight: () => false });
  const began: TargetId[] = [];
  const open = new Map<TargetId, () => void>();
  const stop = new AbortController();
  const ended = queue.run((target) => {
    began.push(target);
    return new Promise((resolve) => open.set(target, resolve));
  }, stop.signal);
  const finish = async (target: TargetId): Promise<void> => {
    open.get(target)?.();
    await timers.advance(0);
  };
  return { timers, queue, began, finish, stop, ended };
}

describe('TargetQueue', () => {
  it('works on one target once at a time, and again for what came meanwhile', async () => {
    const { queue, began, finish } = aQueue(4);
    queue.add(id(1));
    queue.add(id(1));
    queue.add(id(1));
    expect(began).toEqual([id(1)]);
    await finish(id(1));
    expect(began).toEqual([id(1), id(1)]);
    await finish(id(1));
    expect(began).toHaveLength(2);
  });

  it('keeps to its limit', async () => {
    const { queue, began, finish } = aQueue(2);
    for (const n of [1, 2, 3]) queue.add(id(n));
    expect(began).toEqual([id(1), id(2)]);
    await finish(id(2));
    expect(began).toEqual([id(1), id(2), id(3)]);
  });

  it('lets the earliest of several wishes stand', async () => {
    const { queue, began, timers, finish } = aQueue(1);
    queue.add(id(1), 500);
    queue.add(id(1), 100);
    queue.add(id(1), 900);
    await timers.advance(99);
    expect(began).toEqual([]);
    await timers.advance(1);
    expect(began).toEqual([id(1)]);
    await timers.advance(1_000);
    await finish(id(1));
    expect(timers.pendingCount).toBe(0);
  });

  it('begins nothing more once it is stopped, and ends with its last worker', async () => {
    const { queue, began, finish, stop, ended, timers } = aQueue(1);
    queue.add(id(1));
    queue.add(id(2), 10);
    stop.abort();
    await timers.advance(50);
    await finish(id(1));
    await ended;
    expect(began).toEqual([id(1)]);
  });

  it('keeps a place for looks, and lets them go before bulk', () => {
    const bulk = new Set([id(1), id(2), id(3)]);
    const { queue, began } = aQueue(2, (target) => bulk.has(target));
    for (const n of [1, 2, 3, 4]) queue.add(id(n));
    expect(began).toEqual([id(1), id(4)]);
  });

  it('lets others begin beside those that take long, however many these are', async () => {
    const { queue, began, timers } = aQueue(2);
    for (const n of [1, 2, 3]) queue.add(id(n));
    expect(began).toEqual([id(1), id(2)]);
    await timers.advance(3_000);
    expect(began).toEqual([id(1), id(2), id(3)]);
    queue.add(id(4));
    expect(began).toContain(id(4));
  });

  it('gives those that took long few places until they have been quick again', async () => {
    const { queue, began, timers, finish } = aQueue(1);
    const hangs = [id(1), id(2), id(3)];
    for (const target of hangs) {
      queue.add(target);
      await timers.advance(3_000);
    }
    for (const target of hangs) await finish(target);
    for (const target of hangs) queue.add(target);
    queue.add(id(4));
    expect(began.slice(3)).toEqual([id(1), id(4)]);
    await finish(id(1));
    expect(began.slice(5)).toEqual([id(2)]);
    await finish(id(4));
    // Quick again: a quick place is enough, beside the one that takes long.
    queue.add(id(1));
    expect(began.slice(6)).toEqual([id(1)]);
  });
});
