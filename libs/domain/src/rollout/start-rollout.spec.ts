import { placeLateTargets, releaseId, rolloutId, startRollout, supersededByStarting, targetId, type KnownRollout, type ReleaseId, type RolloutId, type RolloutToStart } from '#domain';
import { describe, expect, it } from '@jest/globals';

const release = (n: number): ReleaseId => releaseId(`00000000-0000-7000-8000-0000000000e${n}`);
const rollout = (n: number): RolloutId => rolloutId(`00000000-0000-7000-8000-0000000000f${n}`);
const known = (n: number, phase: KnownRollout['phase']): KnownRollout => ({ id: rollout(n), release: release(n), phase });
const a = targetId('00000000-0000-7000-8000-00000000000a');
const b = targetId('00000000-0000-7000-8000-00000000000b');
const input: RolloutToStart = { release: release(9), cause: 'RELEASE', strategy: { kind: 'ALL_AT_ONCE' }, automated: true, targets: [{ id: b, assigned: release(1) }, { id: a, assigned: undefined }], rollouts: [] };
const every = [known(1, 'RUNNING'), known(2, 'PENDING'), known(3, 'SUCCEEDED'), known(4, 'FAILED'), known(5, 'HALTED'), known(6, 'SUPERSEDED'), known(7, 'ABORTED')];

describe('startRollout', () => {
  it('puts every target into the one stage, with where it comes from', () => {
    expect(startRollout(input)).toEqual({
      release: release(9),
      cause: 'RELEASE',
      phase: 'RUNNING',
      stages: [{ name: 'all', position: 0, state: 'PENDING', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED' }],
      targets: [{ id: a, stage: 'all', fromRelease: undefined }, { id: b, stage: 'all', fromRelease: release(1) }],
      supersedes: [],
    });
  });

  it.each<[string, Partial<RolloutToStart>, string, readonly RolloutId[]]>([
    ['a release supersedes what is not over', {}, 'RUNNING', [rollout(1), rollout(2)]],
    ['a release that waits supersedes only what waits', { automated: false }, 'PENDING', [rollout(2)]],
    ['a sync runs at once', { cause: 'SYNC', automated: false }, 'RUNNING', [rollout(1), rollout(2)]],
    ['a late match stands beside, and does not wait', { cause: 'LATE_MATCH', automated: false }, 'RUNNING', []],
    ['changed parameters stand beside', { cause: 'PARAMETERS', automated: false }, 'RUNNING', []],
  ])('%s', (_name, change, phase, supersedes) => {
    expect(startRollout({ ...input, rollouts: every, ...change })).toMatchObject({ phase, supersedes });
  });
});

describe('supersededByStarting', () => {
  it('ends every other rollout that is not over', () => {
    expect(supersededByStarting(rollout(2), every)).toEqual([rollout(1)]);
  });
});

describe('placeLateTargets', () => {
  const join = { rollout: rollout(2), stage: 'all' };
  it.each([
    ['no release yet', undefined, undefined, { join: undefined, start: undefined }],
    ['the first release runs', release(2), known(2, 'RUNNING'), { join, start: undefined }],
    ['the first release waits', undefined, known(2, 'PENDING'), { join, start: undefined }],
    ['a later release waits', release(1), known(2, 'PENDING'), { join, start: release(1) }],
    ['all is over', release(2), known(2, 'SUCCEEDED'), { join: undefined, start: release(2) }],
    ['the last one failed', release(2), known(2, 'FAILED'), { join: undefined, start: release(2) }],
  ])('%s', (_name, current, newest, expected) => {
    expect(placeLateTargets(current, newest)).toEqual(expected);
  });
});
