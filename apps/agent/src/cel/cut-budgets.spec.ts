import { describe, expect, it } from '@jest/globals';
import { CutBudgets } from './cut-budgets.js';

const MINUTE = 60_000;

describe('the budget of an asker whose expressions are cut', () => {
  /** Cuts whenever it may; how many minutes each wait has lasted. */
  function waitsOf(rounds: number, restMs = 0): readonly number[] {
    let nowMs = 1_000;
    const budgets = new CutBudgets({ nowMs: () => nowMs });
    return Array.from({ length: rounds }, () => {
      for (let cut = 0; cut < 3; cut += 1) {
        expect(budgets.refusalOf('bad')).toBeUndefined();
        budgets.noteCut('bad', 'object.a');
      }
      const from = nowMs;
      while (budgets.refusalOf('bad') !== undefined) nowMs += MINUTE / 2;
      const waited = (nowMs - from) / MINUTE;
      nowMs += restMs;
      return waited;
    });
  }

  it('is used up by three within a minute, and the wait doubles for who never learns', () => {
    expect(waitsOf(8)).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  });

  it('is whole again after an hour without', () => {
    expect(waitsOf(3, 61 * MINUTE)).toEqual([1, 1, 1]);
  });

  it('is never used up by fewer, is of its own for each, and names the expression', () => {
    let nowMs = 0;
    const budgets = new CutBudgets({ nowMs: () => nowMs });
    for (let cut = 0; cut < 20; cut += 1, nowMs += MINUTE / 2) {
      budgets.noteCut('slow', 'x');
      expect(budgets.refusalOf('slow')).toBeUndefined();
    }
    for (let cut = 0; cut < 3; cut += 1) budgets.noteCut('bad', 'y'.repeat(100));
    expect(budgets.refusalOf('bad')).toMatchObject({ code: 'OVER_BUDGET', message: expect.stringMatching(/the last was: y{80}…$/) });
    expect(budgets.refusalOf('slow')).toBeUndefined();
  });
});
