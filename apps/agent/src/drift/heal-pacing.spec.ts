import { describe, expect, it } from '@jest/globals';
import { HealPacing, type Take } from './heal-pacing.js';

const byHand: Take = { field: 'spec.replicas', manager: 'kubectl-edit' };
const byController: Take = { field: 'spec.replicas', manager: 'some-operator' };

/** Somebody writes `everyMs` after each heal; the pauses that the agent makes before it undoes that. */
function pausesAgainst(pacing: HealPacing, take: Take, everyMs: number, turns: number): readonly number[] {
  let nowMs = 5_000;
  return Array.from({ length: turns }, () => {
    nowMs += everyMs;
    const pause = Math.max(0, pacing.nextAtMs('x', take, nowMs) - nowMs);
    nowMs += pause;
    pacing.tried('x', take, nowMs);
    return pause;
  });
}

const total = (pauses: readonly number[]): number => pauses.reduce((sum, pause) => sum + pause, 0);
const inSeconds = (pauses: readonly number[]): readonly number[] => pauses.map((pause) => Math.round(pause / 1_000));

describe('HealPacing against a person', () => {
  it('undoes twenty edits in a row at once, each of its own field and object', () => {
    const pacing = new HealPacing();
    expect(total(pausesAgainst(pacing, byHand, 1, 20))).toBe(0);
    expect(pacing.nextAtMs('y', byHand, 5_000)).toBe(0);
    expect(pacing.nextAtMs('x', { ...byHand, field: 'spec.paused' }, 5_000)).toBe(0);
  });

  it('always undoes at once what comes no more often than free heals come back', () => {
    expect(total(pausesAgainst(new HealPacing(), byHand, 10_001, 1_000))).toBe(0);
  });

  it('undoes a long row of edits some seconds apart at once, and slows down in a longer one', () => {
    const pauses = pausesAgainst(new HealPacing(), byHand, 3_000, 40);
    expect(total(pauses.slice(0, 25))).toBe(0);
    expect(total(pauses)).toBeGreaterThan(0);
  });

  it('forgets a row of edits that is over, bit by bit', () => {
    const pacing = new HealPacing();
    pausesAgainst(pacing, byHand, 1, 30);
    const endedAt = pacing.nextAtMs('x', byHand, 0);
    expect(pacing.nextAtMs('x', byHand, endedAt)).toBe(endedAt);
    expect(pacing.nextAtMs('x', byHand, endedAt + 10_000)).toBe(0);
    pacing.tried('x', byHand, endedAt + 10_000);
    expect(pacing.nextAtMs('x', byHand, endedAt + 10_000)).toBe(endedAt + 20_000);
    for (let heal = 0; heal < 20; heal += 1) {
      expect(pacing.nextAtMs('x', byHand, endedAt + 300_000)).toBe(0);
      pacing.tried('x', byHand, endedAt + 300_000);
    }
  });

  it('is at full speed for a person who edits a field that a controller fights over, too', () => {
    const pacing = new HealPacing();
    pausesAgainst(pacing, byController, 1, 10);
    expect(pacing.nextAtMs('x', byController, 10_000)).toBeGreaterThan(10_000);
    expect(pacing.nextAtMs('x', byHand, 10_000)).toBe(0);
  });
});

describe('HealPacing against a controller', () => {
  it('gives up after five heals: the pause doubles, has a longest one, and stays as long as the fight goes on', () => {
    const pauses = inSeconds(pausesAgainst(new HealPacing(), byController, 1, 60));
    expect(pauses.slice(0, 12)).toEqual([0, 0, 0, 0, 0, 10, 20, 40, 80, 160, 300, 300]);
    expect(pauses.slice(12).every((pause) => pause === 300)).toBe(true);
  });

  it.each([15_000, 30_000, 60_000])('sees one that comes back only every %s ms, as resyncs do', (everyMs) => {
    const pacing = new HealPacing();
    const pauses = pausesAgainst(pacing, byController, everyMs, 20);
    expect(pauses.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
    expect(pauses.at(-1)).toBeGreaterThan(0);
  });

  it('heals at once what a controller does every now and then', () => {
    expect(total(pausesAgainst(new HealPacing(), byController, 240_001, 200))).toBe(0);
  });

  it('calls a field contested while the fight goes on, and no longer once it was left alone', () => {
    const pacing = new HealPacing();
    pausesAgainst(pacing, byController, 1, 4);
    expect(pacing.isContested('x', byController, 6_000)).toBe(false);
    pausesAgainst(pacing, byController, 1, 3);
    const nextAt = pacing.nextAtMs('x', byController, 6_000);
    expect(pacing.isContested('x', byController, nextAt + 1)).toBe(true);
    expect(pacing.isContested('x', byController, nextAt + 240_000)).toBe(false);
  });
});
