import { describe, expect, it } from '@jest/globals';
import { inParallel } from './in-parallel.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('inParallel', () => {
  it('keeps the order of the items and never runs more than the limit', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 4, 3, 2, 1], 2, async (item) => {
      most = Math.max(most, ++running);
      for (let turns = 0; turns < item; turns += 1) await turn();
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([50, 40, 30, 20, 10]);
    expect(most).toBe(2);
  });

  it('throws the first failure once what had begun has ended, and begins nothing more', async () => {
    const ended: number[] = [];
    const outcome = inParallel([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('first');
      await turn();
      ended.push(item);
    });
    await expect(outcome).rejects.toThrow('first');
    expect(ended).toEqual([2]);
  });

  it('does nothing for nothing', async () => {
    expect(await inParallel([], 3, () => Promise.resolve(1))).toEqual([]);
  });
});
