import { DEFAULT_STRATEGY, judgeSync, type KnownRollout, type RolloutCause, type RolloutPhase, type SyncRequest } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aReleaseId, aRolloutId } from './testing/rollout-rows.js';

const known = (n: number, phase: RolloutPhase, cause: RolloutCause = 'RELEASE'): KnownRollout => ({ id: aRolloutId(n), release: aReleaseId(n), cause, phase });
const newestRelease = aReleaseId(2);
const staged: SyncRequest = { strategy: DEFAULT_STRATEGY, newestRelease, rollouts: [], isPartial: false };
const atOnce: SyncRequest = { ...staged, strategy: { kind: 'ALL_AT_ONCE' } };
const partial: SyncRequest = { ...staged, isPartial: true };
const start = { kind: 'START', release: newestRelease, cause: 'SYNC' } as const;
const some = { ...start, cause: 'PARTIAL' } as const;

describe('a go-ahead', () => {
  it.each<[string, SyncRequest, ReturnType<typeof judgeSync>]>([
    ['lets run what waits', { ...staged, rollouts: [known(2, 'PENDING'), known(1, 'RUNNING')] }, { kind: 'RUN', rollout: aRolloutId(2), release: newestRelease }],
    ['queues what waits behind one that goes back', { ...staged, rollouts: [known(2, 'PENDING'), known(1, 'ROLLING_BACK')] }, { kind: 'QUEUE', rollout: aRolloutId(2), release: newestRelease }],
    ['sends the newest release where nothing waits', staged, start],
    ['sends it again where it halted', { ...staged, rollouts: [known(2, 'HALTED')] }, start],
    ['sends it where an older one is under way', { ...staged, rollouts: [known(1, 'RUNNING')] }, start],
    ['does not begin again in stages what is under way', { ...staged, rollouts: [known(2, 'RUNNING')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(2), phase: 'RUNNING' }],
    ['nor what is paused', { ...staged, rollouts: [known(2, 'PAUSED', 'SYNC')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(2), phase: 'PAUSED' }],
    ['sends it again all at once, which tries again what failed', { ...atOnce, rollouts: [known(2, 'RUNNING')] }, start],
    ['for all follows one for some', { ...staged, rollouts: [known(2, 'RUNNING', 'PARTIAL')] }, start],
    ['is not held up by what moves single targets', { ...staged, rollouts: [known(2, 'RUNNING', 'CATCH_UP')] }, start],
    ['does nothing without a release', { ...staged, newestRelease: undefined }, { kind: 'NOTHING' }],
    ['for some leaves alone what waits for one for all', { ...partial, rollouts: [known(2, 'PENDING')] }, some],
    ['for some is no way around a stage in which the release has halted', { ...partial, rollouts: [known(2, 'HALTED')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(2), phase: 'HALTED' }],
    ['for some goes beside an older release that halted', { ...partial, rollouts: [known(1, 'HALTED')] }, some],
    ['for some is refused beside what is under way', { ...partial, rollouts: [known(1, 'RUNNING')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(1), phase: 'RUNNING' }],
    ['for some is refused beside another one', { ...partial, rollouts: [known(2, 'PAUSED', 'PARTIAL')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(2), phase: 'PAUSED' }],
    ['for some is refused while something goes back', { ...partial, rollouts: [known(1, 'ROLLING_BACK')] }, { kind: 'IN_PROGRESS', rollout: aRolloutId(1), phase: 'ROLLING_BACK' }],
    ['for some does nothing without a release', { ...partial, newestRelease: undefined }, { kind: 'NOTHING' }],
  ])('%s', (_name, request, verdict) => expect(judgeSync(request)).toEqual(verdict));
});
