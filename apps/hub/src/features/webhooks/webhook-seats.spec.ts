import { describe, expect, it } from '@jest/globals';
import { ManualClock, ManualTimers } from '#testing';
import { WebhookSeats, type Seat } from './webhook-seats.js';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('WebhookSeats', () => {
  const clock = new ManualClock();
  const timers = new ManualTimers(clock);
  const seats = new WebhookSeats(clock, timers);
  const seated: string[] = [];
  const evicted: string[] = [];

  /** Sits down, and leaves when it is told to. */
  async function come(name: string, waitsForSender = true): Promise<Seat | undefined> {
    const seat = await seats.take();
    if (seat === undefined) return undefined;
    seated.push(name);
    if (waitsForSender) seat.waitForSender();
    void seat.evicted.then(() => {
      evicted.push(name);
      seat.leave();
    });
    return seat;
  }

  it('seats four; the next waits until the oldest has had its time, and only so many are sent away as wait', async () => {
    const ours = await come('ours', false);
    for (const name of ['a', 'b', 'c']) {
      await come(name);
      await timers.advance(10);
    }
    await timers.advance(10_000); // while nobody waits, all may be slow
    expect(evicted).toEqual([]);
    void come('d');
    await settle();
    expect([evicted, seated.at(-1)]).toEqual([['a'], 'd']);
    void come('e');
    void come('f');
    void come('g');
    await settle();
    expect(evicted).toEqual(['a', 'b', 'c']); // d is young
    await timers.advance(199);
    expect(evicted).toEqual(['a', 'b', 'c']);
    await timers.advance(1);
    await settle();
    expect([evicted, seated.at(-1)]).toEqual([['a', 'b', 'c', 'd'], 'g']);
    ours?.leave();
    ours?.leave();
    await come('h');
    expect(seated.at(-1)).toBe('h');
  });

  it('seats the n-th in line after n/4 times 200 ms, and turns away whoever comes after the thirty-second', async () => {
    const before = seated.length;
    const line = Array.from({ length: 32 }, (_, index) => come(`line-${index}`));
    expect(await seats.take()).toBeUndefined();
    for (let round = 0; round <= 8; round += 1) {
      await settle();
      expect(seated.length - before).toBeGreaterThanOrEqual(round * 4);
      await timers.advance(200);
    }
    await Promise.all(line);
  });
});
