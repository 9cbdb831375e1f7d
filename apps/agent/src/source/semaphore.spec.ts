import { describe, expect, it } from '@jest/globals';
import { Semaphore } from './semaphore.js';

describe('Semaphore', () => {
  const never = new AbortController().signal;

  it('lets no more than its limit work at once, and everybody in the end', async () => {
    const semaphore = new Semaphore(2);
    let now = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
    };
    await Promise.all(Array.from({ length: 10 }, () => semaphore.run(work, never)));
    expect({ now, most }).toEqual({ now: 0, most: 2 });
  });

  it('gives the place free after a failure', async () => {
    const semaphore = new Semaphore(1);
    await expect(semaphore.run(() => Promise.reject(new Error('broken')), never)).rejects.toThrow('broken');
    expect(await semaphore.run(async () => 'next', never)).toBe('next');
  });

  it('lets go of one who waits and changes his mind, and keeps the place for the next', async () => {
    const semaphore = new Semaphore(1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const first = semaphore.run(() => promise, never);
    const stop = new AbortController();
    const second = semaphore.run(async () => 'second', stop.signal);
    const third = semaphore.run(async () => 'third', never);
    stop.abort(new Error('given up'));
    await expect(second).rejects.toThrow('given up');
    resolve();
    await first;
    expect(await third).toBe('third');
  });
});
