import { describe, expect, it } from '@jest/globals';
import { askHost, hearOfHost, NO_BREAKER, type HostBreaker, type HostSign } from './host-breaker.js';

const MINUTE = 60_000;
const FAILED: HostSign = { kind: 'FAILED', askedMs: undefined, isRateLimited: false };
const LIMITED = (askedMs: number | undefined): HostSign => ({ kind: 'FAILED', askedMs, isRateLimited: true });
const asker = (repository: string, pollMs = MINUTE) => ({ repository, pollMs });

/** Signs in order, each by a repository at a time. */
function after(...signs: readonly (readonly [repository: string, sign: HostSign, atMs?: number])[]): HostBreaker {
  return signs.reduce((breaker, [repository, sign, atMs = 0]) => hearOfHost(breaker, asker(repository), sign, atMs), NO_BREAKER);
}

const OPEN = after(['a', FAILED], ['b', FAILED], ['c', FAILED]);
const verdictOf = (breaker: HostBreaker, nowMs: number, pollMs = MINUTE) => askHost(breaker, asker('x', pollMs), nowMs).verdict;

describe('the breaker of a Git host', () => {
  it.each<[string, HostBreaker, boolean]>([
    ['is closed at first', NO_BREAKER, false],
    ['stays closed while one repository fails, however often', after(...Array.from({ length: 50 }, () => ['a', FAILED] as const)), false],
    ['stays closed while two fail', after(['a', FAILED], ['b', FAILED], ['a', FAILED]), false],
    ['opens when three have failed in a row', OPEN, true],
    ['stays closed when one between was fine', after(['a', FAILED], ['b', FAILED], ['d', { kind: 'FINE' }], ['c', FAILED]), false],
    ['is never opened by refusals', after(...Array.from({ length: 50 }, (_, i) => [`r${i}`, { kind: 'REFUSED' }] as const)), false],
    ['does not take a refusal for a sign that the others are fine', after(['a', FAILED], ['b', FAILED], ['r', { kind: 'REFUSED' }], ['c', FAILED]), true],
    ['opens when three were told to come later', after(['a', LIMITED(7_000)], ['b', LIMITED(7_000)], ['c', LIMITED(7_000)]), true],
  ])('%s', (_, breaker, isOpen) => {
    expect(verdictOf(breaker, 1).kind).toBe(isOpen ? 'WAIT' : 'ASK');
  });

  it('lets one through when the pause is over, and the others when that one was fine or refused', () => {
    expect(verdictOf(OPEN, 2_000)).toEqual({ kind: 'WAIT', waitMs: 3_000, isRateLimited: false });
    expect(verdictOf(OPEN, 4_999)).toEqual({ kind: 'WAIT', waitMs: 1_000, isRateLimited: false }); // no sooner than that
    const probing = askHost(OPEN, asker('a'), 5_000);
    expect(probing.verdict).toEqual({ kind: 'ASK' });
    expect(verdictOf(probing.breaker, 5_001)).toEqual({ kind: 'WAIT', waitMs: 2_000, isRateLimited: false });
    for (const sign of [{ kind: 'FINE' }, { kind: 'REFUSED' }] as const) expect(hearOfHost(probing.breaker, asker('a'), sign, 5_100)).toEqual(NO_BREAKER);
  });

  it('sends another probe when one is lost', () => {
    const { breaker } = askHost(OPEN, asker('a'), 5_000);
    expect(verdictOf(breaker, 5_000 + MINUTE - 1).kind).toBe('WAIT');
    expect(verdictOf(breaker, 5_000 + MINUTE).kind).toBe('ASK');
  });

  it('waits longer after each probe that failed, a minute at most', () => {
    let breaker = OPEN;
    let nowMs = 0;
    const pauses: number[] = [];
    for (let i = 0; i < 20; i++) {
      const verdict = verdictOf(breaker, nowMs, 10 * MINUTE);
      if (verdict.kind !== 'WAIT') throw new Error('it is closed');
      pauses.push(verdict.waitMs);
      nowMs += verdict.waitMs;
      breaker = hearOfHost(askHost(breaker, asker('a', 10 * MINUTE), nowMs).breaker, asker('a'), FAILED, nowMs);
    }
    expect(pauses.slice(0, 6)).toEqual([5_000, 10_000, 20_000, 40_000, MINUTE, MINUTE]);
    expect(pauses.at(-1)).toBe(MINUTE);
  });

  it('is not lengthened by looks that set out before it opened', () => {
    expect(hearOfHost(OPEN, asker('late'), FAILED, 4_000).open).toEqual(OPEN.open);
  });

  it('keeps nobody longer than an interval of its own, so that a host that is back is noticed within two', () => {
    expect(verdictOf(OPEN, 0, 1_000)).toMatchObject({ waitMs: 1_000 });
    expect(verdictOf(OPEN, 1_000, 1_000)).toEqual({ kind: 'ASK' });
  });

  it('keeps the pause that the host asked for, up to five minutes, also for those in a hurry', () => {
    const told = after(['a', LIMITED(1)], ['b', LIMITED(1)], ['c', LIMITED(120_000)]);
    expect(verdictOf(told, 0, 1_000)).toEqual({ kind: 'WAIT', waitMs: 120_000, isRateLimited: true });
    expect(verdictOf(after(['a', FAILED], ['b', FAILED], ['c', LIMITED(99 * 60 * MINUTE)]), 0)).toMatchObject({ waitMs: 5 * MINUTE });
  });

  it('remembers no more repositories than it needs', () => {
    expect(after(...Array.from({ length: 100 }, (_, i) => [`r${i}`, FAILED] as const)).failing.length).toBeLessThanOrEqual(3);
  });
});
