import {
  DEFAULT_STRATEGY, isNextInLine, startRollout, supersededByStarting, type KnownRollout, type NewerReleasePolicy, type RolloutCause, type RolloutId, type RolloutPhase, type RolloutToStart, type RolloutWait,
} from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aReleaseId, aRolloutId } from './testing/rollout-rows.js';

const known = (n: number, phase: RolloutPhase, cause: RolloutCause = 'RELEASE'): KnownRollout => ({ id: aRolloutId(n), release: aReleaseId(n), cause, phase });
const every = [known(1, 'RUNNING'), known(2, 'PENDING'), known(3, 'SUCCEEDED'), known(4, 'FAILED'), known(5, 'HALTED'), known(6, 'SUPERSEDED'), known(7, 'ABORTED'), known(8, 'ROLLED_BACK'), known(9, 'PAUSED')];
const ids = (...numbers: readonly number[]): readonly RolloutId[] => numbers.map((n) => aRolloutId(n));
const input: RolloutToStart = { release: aReleaseId(99), cause: 'RELEASE', strategy: { kind: 'ALL_AT_ONCE' }, automated: true, targets: [], rollouts: [] };
const under = (newerRelease: NewerReleasePolicy) => ({ ...DEFAULT_STRATEGY, newerRelease });

describe('a newer release', () => {
  it.each<[string, Partial<RolloutToStart>, string, readonly RolloutId[]]>([
    ['supersedes what is not over', {}, 'RUNNING', ids(1, 2, 5, 9)],
    ['that waits supersedes only what waits', { automated: false }, 'PENDING', ids(2)],
    ['that a person sends runs at once', { cause: 'SYNC', automated: false }, 'RUNNING', ids(1, 2, 5, 9)],
    ['leaves room for a late match, which does not wait', { cause: 'LATE_MATCH', automated: false }, 'RUNNING', []],
    ['leaves room for changed parameters', { cause: 'PARAMETERS', automated: false }, 'RUNNING', []],
    ['leaves room for some clusters', { cause: 'PARTIAL', automated: false }, 'RUNNING', []],
    ['leaves room for a rollback', { cause: 'ROLLBACK', automated: false }, 'RUNNING', []],
  ])('%s', (_name, change, phase, supersedes) => {
    expect(startRollout({ ...input, rollouts: every, ...change })).toMatchObject({ phase, supersedes });
  });

  const WAITS = 'ROLLOUT';
  it.each<[RolloutPhase, RolloutWait | undefined, RolloutWait | undefined, RolloutWait | undefined]>([
    // the phase of the older one, and what the newer waits for under REPLACE, WAIT and SKIP
    ['PENDING', undefined, undefined, undefined],
    ['RUNNING', undefined, WAITS, 'SYNC'],
    ['PAUSED', undefined, WAITS, 'SYNC'],
    ['HALTED', undefined, undefined, undefined],
    ['ROLLING_BACK', WAITS, WAITS, 'SYNC'],
    ['SUCCEEDED', undefined, undefined, undefined],
    ['FAILED', undefined, undefined, undefined],
    ['ROLLED_BACK', undefined, undefined, undefined],
    ['SUPERSEDED', undefined, undefined, undefined],
    ['ABORTED', undefined, undefined, undefined],
  ])('after one that is %s waits, replaces it or is skipped', (phase, replace, wait, skip) => {
    const waits = (['REPLACE', 'WAIT', 'SKIP'] as const).map((policy) => startRollout({ ...input, strategy: under(policy), rollouts: [known(1, phase)] }).waitsFor);
    expect(waits).toEqual([replace, wait, skip]);
  });

  it.each<[string, RolloutCause, RolloutPhase, RolloutWait | undefined]>([
    ['waits for no late match', 'LATE_MATCH', 'RUNNING', undefined],
    ['waits for no change of parameters', 'PARAMETERS', 'RUNNING', undefined],
    ['waits for no rollback by hand: a hold keeps its targets out', 'ROLLBACK', 'RUNNING', undefined],
    ['waits for no rollback that is over', 'ROLLBACK', 'SUCCEEDED', undefined],
  ])('%s', (_name, cause, phase, waitsFor) => {
    expect(startRollout({ ...input, strategy: under('WAIT'), rollouts: [known(1, phase, cause)] }).waitsFor).toBe(waitsFor);
  });

  it('waits for its person, whatever else it waits for', () => {
    expect(startRollout({ ...input, automated: false, rollouts: [known(1, 'ROLLING_BACK')] }).waitsFor).toBe('SYNC');
  });

  it('that a person sends waits all the same for what goes back', () => {
    expect(startRollout({ ...input, cause: 'SYNC', rollouts: [known(1, 'ROLLING_BACK')] })).toMatchObject({ phase: 'PENDING', waitsFor: 'ROLLOUT', supersedes: [] });
  });

  it.each<[string, KnownRollout]>([['goes back by itself', known(1, 'ROLLING_BACK')], ['was sent back', known(1, 'RUNNING', 'ROLLBACK')], ['is to be sent back', known(1, 'PENDING', 'ROLLBACK')]])('supersedes nothing that %s', (_name, rollout) => {
    for (const automated of [true, false]) expect(startRollout({ ...input, automated, rollouts: [rollout] }).supersedes).toEqual([]);
    expect(supersededByStarting(aRolloutId(2), [rollout])).toEqual([]);
  });
});

describe('supersededByStarting', () => {
  it('ends every other rollout that is not over', () => {
    expect(supersededByStarting(aRolloutId(2), every)).toEqual(ids(1, 5, 9));
  });
});

describe('isNextInLine', () => {
  it.each<[string, KnownRollout, boolean]>([
    ['an older one runs', known(1, 'RUNNING'), false],
    ['an older one is paused', known(1, 'PAUSED'), false],
    ['an older one goes back', known(1, 'ROLLING_BACK'), false],
    ['targets are sent back by hand, and held there', known(1, 'RUNNING', 'ROLLBACK'), true],
    ['an older one was halted, and goes nowhere by itself', known(1, 'HALTED'), true],
    ['an older one is over', known(1, 'SUCCEEDED'), true],
    ['late ones are moved', known(1, 'RUNNING', 'LATE_MATCH'), true],
  ])('%s', (_name, older, isNext) => {
    expect(isNextInLine(aRolloutId(2), [older, known(2, 'PENDING')], under('WAIT'))).toBe(isNext);
  });

  it('takes the place of what runs, once nothing goes back any more, where the strategy says so', () => {
    const others = [known(1, 'RUNNING'), known(2, 'PENDING')];
    for (const strategy of [under('REPLACE'), { kind: 'ALL_AT_ONCE' } as const]) {
      expect(isNextInLine(aRolloutId(2), [...others, known(3, 'ROLLING_BACK')], strategy)).toBe(false);
      expect(isNextInLine(aRolloutId(2), [...others, known(3, 'ROLLED_BACK')], strategy)).toBe(true);
    }
  });
});
