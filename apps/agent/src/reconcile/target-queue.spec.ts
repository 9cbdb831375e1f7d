import { describe, expect, it } from '@jest/globals';
import { targetId, type TargetId } from '#domain';
import { ManualTimers } from '#testing';
import { TargetQueue } from './target-queue.js';

const id = (n: number): TargetId => targetId(`00000000-0000-7000-8000-00000000000${n}`);

function aQueue(limit: number) {
  const timers = new ManualTimers();
  const queue = new TargetQueue({ monotonic: timers.clock, timers, limit });
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
    const { queue, began, timers } = aQueue(1);
    queue.add(id(1), 500);
    queue.add(id(1), 100);
    queue.add(id(1), 900);
    await timers.advance(99);
    expect(began).toEqual([]);
    await timers.advance(1);
    expect(began).toEqual([id(1)]);
    await timers.advance(1_000);
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
});
