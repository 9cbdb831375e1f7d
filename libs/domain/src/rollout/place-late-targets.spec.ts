import { placeLateTargets, type KnownRollout, type ReleaseId, type RolloutPhase } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aReleaseId, aRolloutId } from './testing/rollout-rows.js';

const newest = (phase: RolloutPhase): KnownRollout => ({ id: aRolloutId(2), release: aReleaseId(2), cause: 'RELEASE', phase });
const older = aReleaseId(1);
const join = aRolloutId(2);

describe('placeLateTargets', () => {
  it.each<[string, ReleaseId | undefined, KnownRollout | undefined, ReturnType<typeof placeLateTargets>]>([
    ['no release yet', undefined, undefined, { join: undefined, start: undefined }],
    ['the first release runs', aReleaseId(2), newest('RUNNING'), { join, start: undefined }],
    ['the first release waits', undefined, newest('PENDING'), { join, start: undefined }],
    ['a later release waits', older, newest('PENDING'), { join, start: older }],
    ['it is paused', aReleaseId(2), newest('PAUSED'), { join, start: undefined }],
    ['it was halted: nobody new gets what failed', aReleaseId(2), newest('HALTED'), { join, start: undefined }],
    ['it goes back', older, newest('ROLLING_BACK'), { join: undefined, start: older }],
    ['it went back', older, newest('ROLLED_BACK'), { join: undefined, start: older }],
    ['the first of all goes back', undefined, newest('ROLLING_BACK'), { join: undefined, start: undefined }],
    ['all is over', aReleaseId(2), newest('SUCCEEDED'), { join: undefined, start: aReleaseId(2) }],
    ['the last one failed', aReleaseId(2), newest('FAILED'), { join: undefined, start: aReleaseId(2) }],
  ])('%s', (_name, current, rollout, expected) => {
    expect(placeLateTargets(current, rollout)).toEqual(expected);
  });
});
