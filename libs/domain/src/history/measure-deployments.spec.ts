import { deploymentsOf, measureDeployments, releaseId, type DeploymentMeasures, type MeasuredRollout } from '#domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const MINUTE = 60_000;
const DAY = 1_440;
const START = Date.UTC(2026, 10, 1);
/** Minutes after the window opened. */
const T = (minute: number): Date => new Date(START + minute * MINUTE);
const R = (n: number): MeasuredRollout['release'] => releaseId(`00000000-0000-7000-8000-0000000000e${n}`);
const WINDOW = { since: T(0), until: T(10 * DAY) };

/** Of release n, committed 10 minutes before it began; healthy 5 minutes after, over 1 minute later. */
const rollout = (number: number, release: number, minute: number, rest: Partial<MeasuredRollout> = {}): MeasuredRollout => ({
  number, release: R(release), cause: 'RELEASE', phase: 'SUCCEEDED', committedAt: T(minute - 10), createdAt: T(minute), begunAt: T(minute), healthyAt: T(minute + 5), failedAt: undefined, finishedAt: T(minute + 6), takesBack: [], ...rest,
});
const halted = (number: number, release: number, minute: number, rest: Partial<MeasuredRollout> = {}): MeasuredRollout => rollout(number, release, minute, { phase: 'HALTED', failedAt: T(minute + 3), healthyAt: undefined, finishedAt: undefined, ...rest });
const rolledBack = (number: number, release: number, minute: number): MeasuredRollout => halted(number, release, minute, { phase: 'ROLLED_BACK', finishedAt: T(minute + 8) });
const rollback = (number: number, to: number, from: number, minute: number, rest: Partial<MeasuredRollout> = {}): MeasuredRollout => rollout(number, to, minute, { cause: 'ROLLBACK', takesBack: [R(from)], ...rest });
const minutes = (value: number, count = 1) => ({ count, p50Ms: value * MINUTE, p90Ms: value * MINUTE });
const measure = (rollouts: readonly MeasuredRollout[]): DeploymentMeasures => measureDeployments(deploymentsOf(rollouts, WINDOW), WINDOW);

describe('measureDeployments', () => {
  it.each<[string, readonly MeasuredRollout[], Partial<DeploymentMeasures>]>([
    ['nothing happened', [], { deployments: 0, perDay: 0, leadTime: undefined, failed: 0, changeFailureRate: undefined, timeToRestore: undefined, notRestored: 0 }],
    ['one that went well', [rollout(1, 1, 60)], { deployments: 1, perDay: 0.1, leadTime: minutes(15), failed: 0, changeFailureRate: 0, timeToRestore: undefined, notRestored: 0 }],
    ['one that waited for its person before it began', [rollout(1, 1, 60, { committedAt: T(0) })], { leadTime: minutes(65) }],
    ['a commit from the future takes no time', [rollout(1, 1, 60, { committedAt: T(DAY) })], { leadTime: minutes(0) }],
    ['one of which it is not known when all were healthy ends when it ends', [rollout(1, 1, 60, { healthyAt: undefined })], { leadTime: minutes(16) }],
    ['one still under way', [rollout(1, 1, 60, { phase: 'RUNNING', healthyAt: undefined, finishedAt: undefined })], { deployments: 1, leadTime: undefined, changeFailureRate: 0 }],
    ['one superseded before it moved anything', [rollout(1, 1, 60, { phase: 'SUPERSEDED', begunAt: undefined }), rollout(2, 2, 61)], { deployments: 1 }],
    ['one before the window, and one that begins when it ends', [rollout(1, 1, -1), rollout(2, 2, 10 * DAY)], { deployments: 0 }],
    ['the same release once more is no other deployment', [rollout(1, 1, 60), rollout(2, 1, 600, { cause: 'SYNC' })], { deployments: 1, leadTime: minutes(15) }],
    ['a release of before the window, tried again in it', [rollout(1, 1, -60), rollout(2, 1, 60, { cause: 'SYNC' })], { deployments: 0 }],
    ['single targets that follow are none either', [rollout(1, 1, 60), rollout(2, 1, 600, { cause: 'LATE_MATCH' }), rollout(3, 1, 700, { cause: 'PARAMETERS', phase: 'FAILED', failedAt: T(705) })], { deployments: 1, failed: 0 }],
    ['one that halted', [halted(1, 1, 60)], { deployments: 1, failed: 1, changeFailureRate: 1, leadTime: undefined, timeToRestore: undefined, notRestored: 1 }],
    ['one that halted, in a rollout of an earlier version', [rollout(1, 1, 60, { phase: 'FAILED', finishedAt: T(70) }), rollout(2, 2, 80)], { failed: 1, timeToRestore: minutes(15) }],
    ['one that halted and was got through', [rollout(1, 1, 60, { failedAt: T(62) })], { failed: 1, timeToRestore: minutes(3), leadTime: minutes(15) }],
    ['one that went back by itself', [rollout(1, 1, 60), rolledBack(2, 2, 600)], { deployments: 2, failed: 1, changeFailureRate: 0.5, timeToRestore: minutes(5), notRestored: 0, leadTime: minutes(15) }],
    ['one that a person took back later', [rollout(1, 1, 60), rollout(2, 2, 600), rollback(3, 1, 2, 700)], { deployments: 2, failed: 1, timeToRestore: minutes(5), leadTime: minutes(15, 2) }],
    ['one that a rollback has not ended yet', [rollout(1, 1, 60), rollout(2, 2, 600), rollback(3, 1, 2, 700, { phase: 'RUNNING', healthyAt: undefined, finishedAt: undefined })], { failed: 1, notRestored: 1 }],
    ['a rollback from another release says nothing of it', [rollout(1, 1, 60), rollback(2, 0, 5, 700)], { deployments: 1, failed: 0 }],
    ['one that a fix mended', [halted(1, 1, 60), rollout(2, 2, 90)], { deployments: 2, failed: 1, timeToRestore: minutes(32), leadTime: minutes(15) }],
    ['a fix that was better than the end of the way back', [rolledBack(1, 1, 60), rollout(2, 2, 61, { healthyAt: T(64) })], { timeToRestore: minutes(1) }],
  ])('%s', (_name, rollouts, expected) => {
    expect(measure(rollouts)).toMatchObject(expected);
  });

  it('names half and nine tenths by values that were measured', () => {
    const course = Array.from({ length: 10 }, (_, index) => rollout(index + 1, 0, 60, { release: releaseId(`00000000-0000-7000-8000-00000000010${index}`), healthyAt: T(50 + (index + 1)) }));
    expect(measure(course).leadTime).toEqual({ count: 10, p50Ms: 5 * MINUTE, p90Ms: 9 * MINUTE });
  });

  const anyRollout = fc.record({
    release: fc.nat(4), cause: fc.constantFrom<MeasuredRollout['cause']>('RELEASE', 'SYNC', 'ROLLBACK', 'LATE_MATCH'), phase: fc.constantFrom<MeasuredRollout['phase']>('RUNNING', 'SUCCEEDED', 'FAILED', 'HALTED', 'ROLLED_BACK', 'SUPERSEDED'),
    minute: fc.integer({ min: -DAY, max: 11 * DAY }), begun: fc.boolean(), healthy: fc.option(fc.nat(600), { nil: undefined }), failed: fc.option(fc.nat(600), { nil: undefined }), ended: fc.option(fc.nat(900), { nil: undefined }), from: fc.nat(4),
  });
  const course = fc.array(anyRollout, { maxLength: 20, size: 'max' }).map((all) => all.map(({ minute, begun, healthy, failed, ended, from, release, ...rest }, index) => rollout(index + 1, release, minute, {
    ...rest, begunAt: begun ? T(minute) : undefined, healthyAt: healthy === undefined ? undefined : T(minute + healthy), failedAt: failed === undefined ? undefined : T(minute + failed),
    finishedAt: ended === undefined ? undefined : T(minute + ended), takesBack: rest.cause === 'ROLLBACK' ? [R(from)] : [],
  })));

  it('counts what it counts: whatever happened, in whatever order it is told', () => {
    fc.assert(fc.property(course, fc.integer(), (rollouts, seed) => {
      const found = measure(rollouts);
      expect(measure(rollouts.toSorted((a, b) => ((a.number * 7919 + seed) % 13) - ((b.number * 7919 + seed) % 13)))).toEqual(found);
      expect(found.failed).toBeLessThanOrEqual(found.deployments);
      expect((found.timeToRestore?.count ?? 0) + found.notRestored).toBe(found.failed);
      for (const spread of [found.leadTime, found.timeToRestore]) {
        if (spread !== undefined) expect([spread.p50Ms >= 0, spread.p90Ms >= spread.p50Ms, spread.count > 0]).toEqual([true, true, true]);
      }
    }));
  });
});
