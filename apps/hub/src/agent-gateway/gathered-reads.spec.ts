import { describe, expect, it } from '@jest/globals';
import { GatheredReads } from './gathered-reads.js';

/** Reads that end when the test says so, with what each was asked. */
function aReader(atOnce = 3): { readonly reads: GatheredReads<number, string>; readonly asked: number[][]; end(): Promise<void>; fail(): Promise<void> } {
  const asked: number[][] = [];
  const open: { readonly resolve: (answers: readonly string[]) => void; readonly reject: (error: Error) => void; readonly asks: readonly number[] }[] = [];
  const reads = new GatheredReads<number, string>((asks) => {
    asked.push([...asks]);
    return new Promise((resolve, reject) => open.push({ resolve, reject, asks }));
  }, atOnce);
  const settle = async (how: (one: (typeof open)[number]) => void): Promise<void> => {
    const one = open.shift();
    if (one === undefined) throw new Error('no read is under way');
    how(one);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { reads, asked, end: () => settle(({ resolve, asks }) => resolve(asks.map((ask) => `answer ${ask}`))), fail: () => settle(({ reject }) => reject(new Error('the database is away'))) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('gathered reads', () => {
  it('go at once, with whoever asks at the same time', async () => {
    const { reads, asked, end } = aReader();
    const answers = Promise.all([reads.read(1), reads.read(2)]);
    await turn();
    expect(asked).toEqual([[1, 2]]);
    await end();
    await expect(answers).resolves.toEqual(['answer 1', 'answer 2']);
  });

  it('take whoever came meanwhile along with the next one, up to their bound', async () => {
    const { reads, asked, end } = aReader(2);
    const first = reads.read(1);
    await turn();
    const later = Promise.all([reads.read(2), reads.read(3), reads.read(4)]);
    await turn();
    expect(asked).toEqual([[1]]);
    await end();
    await end();
    await end();
    expect(asked).toEqual([[1], [2, 3], [4]]);
    await expect(first).resolves.toBe('answer 1');
    await expect(later).resolves.toEqual(['answer 2', 'answer 3', 'answer 4']);
  });

  it('fail for those that were in the read, and for nobody else', async () => {
    const { reads, end, fail } = aReader();
    const first = expect(reads.read(1)).rejects.toThrow('the database is away');
    await turn();
    const second = reads.read(2);
    await fail();
    await first;
    await end();
    await expect(second).resolves.toBe('answer 2');
  });

  it('say so when a question has no answer', async () => {
    const reads = new GatheredReads<number, string>(() => Promise.resolve([]), 3);
    await expect(reads.read(1)).rejects.toThrow('0 answers to 1 questions');
  });
});
