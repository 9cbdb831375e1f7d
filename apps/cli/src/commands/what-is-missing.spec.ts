import { describe, expect, it } from '@jest/globals';
import { whatIsMissing, type Goal, type WaitObservation } from './what-is-missing.js';

const target = (name: string, sync: string, health: string, reason: string, message = '') => ({ node: { name, sync, health, reason, message } });
const done: WaitObservation = {
  reason: null,
  message: null,
  currentRelease: { number: 3, commit: 'abcdef0123456789' },
  activeRollout: null,
  targetCounts: { total: 2, synced: 2, healthy: 2 },
  targets: { edges: [target('default/web@a', 'SYNCED', 'HEALTHY', 'SYNCED'), target('default/web@b', 'SYNCED', 'HEALTHY', 'SYNCED')] },
};
const lagging: WaitObservation = {
  ...done, targetCounts: { total: 2, synced: 2, healthy: 1 }, targets: { edges: [target('default/web@a', 'SYNCED', 'HEALTHY', 'SYNCED'), target('default/web@b', 'SYNCED', 'DEGRADED', 'OBJECTS_DEGRADED')] },
};
const none = { total: 0, synced: 0, healthy: 0 };

describe('whatIsMissing', () => {
  it.each<[string, WaitObservation | null, Goal, string | undefined]>([
    ['nothing, when all is synced', done, 'synced', undefined],
    ['nothing, when all is healthy', done, 'healthy', undefined],
    ['health does not count for synced', lagging, 'synced', undefined],
    ['who is not healthy, and why', lagging, 'healthy', '2/2 synced, 1/2 healthy; default/web@b is SYNCED/DEGRADED (OBJECTS_DEGRADED)'],
    ['who failed, in the words of the target', { ...lagging, targetCounts: { total: 1, synced: 0, healthy: 0 }, targets: { edges: [target('default/web@b', 'FAILED', 'UNKNOWN', 'PARAMETER_MISSING', 'cluster b has no cluster.labels.size')] } }, 'synced', '0/1 synced; default/web@b is FAILED/UNKNOWN (PARAMETER_MISSING: cluster b has no cluster.labels.size)'],
    ['the rollout that still runs', { ...done, activeRollout: { number: 4, state: 'RUNNING' } }, 'synced', 'rollout 4 is RUNNING'],
    ['a release', { ...done, currentRelease: null, targetCounts: none }, 'synced', 'it has no release yet'],
    ['a release, with what holds it up', { ...done, currentRelease: null, reason: 'PATH_NOT_FOUND', message: 'no apps/web' }, 'synced', 'PATH_NOT_FOUND: no apps/web'],
    ['clusters', { ...done, targetCounts: none }, 'healthy', 'its selector matches no cluster'],
    ['the application itself', null, 'synced', 'it does not exist'],
    ['nothing, when it is gone', null, 'deleted', undefined],
    ['the targets that are left', lagging, 'deleted', '2 targets left'],
  ])('%s', (_name, application, goal, expected) => {
    expect(whatIsMissing(application, goal)).toBe(expected);
  });

  it('waits for the release of a commit, by its first digits', () => {
    expect(whatIsMissing(done, 'synced', 'abcdef01')).toBeUndefined();
    expect(whatIsMissing(done, 'synced', '1234567')).toBe('its release is of abcdef012345');
    expect(whatIsMissing({ ...done, reason: 'INVALID_YAML', message: 'a.yaml:3' }, 'synced', '1234567')).toBe('INVALID_YAML: a.yaml:3');
  });
});
