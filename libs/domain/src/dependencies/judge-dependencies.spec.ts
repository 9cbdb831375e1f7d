import { describe, expect, it } from '@jest/globals';
import { missingDependencies, type DependencyState } from '#domain';

const READY: DependencyState = { isAssigned: true, isApplied: true, sync: 'SYNCED', health: 'HEALTHY', message: '' };

describe('missingDependencies', () => {
  it.each<[string, DependencyState | undefined, readonly string[]]>([
    ['healthy with its release', READY, []],
    ['drifted, but applied and healthy', { ...READY, sync: 'DRIFTED' }, []],
    ['not on the cluster', undefined, ['certs is not assigned to this cluster']],
    ['going', { ...READY, isAssigned: false, sync: 'REMOVING' }, ['certs is being removed from this cluster']],
    ['told a newer release', { ...READY, isApplied: false, sync: 'APPLYING' }, ['certs is not applied yet (APPLYING)']],
    ['kept at an older one', { ...READY, isApplied: false, sync: 'KEPT_LAST_GOOD' }, ['certs is not applied yet (KEPT_LAST_GOOD)']],
    ['not healthy', { ...READY, health: 'DEGRADED', message: 'Deployment certs/webhook: no pod is ready' }, ['certs is DEGRADED: Deployment certs/webhook: no pod is ready']],
    ['suspended', { ...READY, health: 'SUSPENDED' }, ['certs is SUSPENDED']],
    ['not looked at yet', { ...READY, health: 'UNKNOWN' }, ['certs is UNKNOWN']],
  ])('%s', (_name, state, expected) => {
    expect(missingDependencies(['certs'], () => state)).toEqual(expected);
  });

  it('names every one that is missing, in the order of the specification', () => {
    const states: Readonly<Record<string, DependencyState | undefined>> = { b: READY, c: { ...READY, health: 'PROGRESSING' } };
    expect(missingDependencies(['c', 'b', 'a'], (name) => states[name])).toEqual(['c is PROGRESSING', 'a is not assigned to this cluster']);
  });
});
