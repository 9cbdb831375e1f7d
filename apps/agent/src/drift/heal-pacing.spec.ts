import { describe, expect, it } from '@jest/globals';
import { HealPacing } from './heal-pacing.js';

/** Somebody writes `everyMs` after each heal; the pauses that the agent makes before it undoes that. */
function pausesAgainst(pacing: HealPacing, everyMs: number, turns: number): readonly number[] {
  let nowMs = 5_000;
  return Array.from({ length: turns }, () => {
    nowMs += everyMs;
    const pause = Math.max(0, pacing.nextAtMs('x', nowMs) - nowMs);
    nowMs += pause;
    pacing.tried('x', nowMs);
    return pause;
  });
}

const total = (pauses: readonly number[]): number => pauses.reduce((sum, pause) => sum + pause, 0);

describe('HealPacing', () => {
  it('undoes twenty edits in a row at once, each of its own object', () => {
    const pacing = new HealPacing();
    expect(pausesAgainst(pacing, 1, 20).every((pause) => pause === 0)).toBe(true);
    expect(pacing.nextAtMs('y', 5_000)).toBe(0);
  });

  it('slows down against a controller that writes again at once: the pause doubles, has a longest one, and stays as long as the fight goes on', () => {
    const pauses = pausesAgainst(new HealPacing(), 1, 60).slice(20).map((pause) => Math.round(pause / 1_000));
    expect(pauses.slice(0, 7)).toEqual([10, 20, 40, 80, 160, 300, 300]);
    expect(pauses.slice(7).every((pause) => pause === 300)).toBe(true);
  });

  it('always undoes at once what comes no more often than free heals come back', () => {
    expect(total(pausesAgainst(new HealPacing(), 10_001, 1_000))).toBe(0);
  });

  it('undoes a long row of edits some seconds apart at once, and a longer one later', () => {
    const pauses = pausesAgainst(new HealPacing(), 3_000, 40);
    expect(total(pauses.slice(0, 25))).toBe(0);
    expect(total(pauses)).toBeGreaterThan(0);
  });

  it('forgets a fight that is over, bit by bit', () => {
    const pacing = new HealPacing();
    pausesAgainst(pacing, 1, 30);
    const endedAt = pacing.nextAtMs('x', 0);
    expect(pacing.nextAtMs('x', endedAt)).toBe(endedAt);
    expect(pacing.nextAtMs('x', endedAt + 10_000)).toBe(0);
    pacing.tried('x', endedAt + 10_000);
    expect(pacing.nextAtMs('x', endedAt + 10_000)).toBe(endedAt + 20_000);
    for (let heal = 0; heal < 20; heal += 1) {
      expect(pacing.nextAtMs('x', endedAt + 300_000)).toBe(0);
      pacing.tried('x', endedAt + 300_000);
    }
  });
});
