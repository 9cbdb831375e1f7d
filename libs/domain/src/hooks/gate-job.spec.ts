import { gateJobObject, gateJobs, sortOutHooks, type KubeObject } from '#domain';
import { describe, expect, it } from '@jest/globals';

const GATE = { 'capstan.dev/hook': 'gate' };
const aJob = (name: string, annotations: Readonly<Record<string, string>> = GATE, spec: object = {}): KubeObject => ({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, annotations }, spec: { template: {}, ...spec } });
const objectOf = (job: KubeObject, run = 'r1'): KubeObject => {
  const [hook] = gateJobs([job]);
  if (hook === undefined) throw new Error('no gate');
  return gateJobObject(hook, run);
};

describe('Jobs of gates', () => {
  it('are no part of a release, and are known by their mark and kind', () => {
    const objects = [aJob('smoke'), aJob('both', { 'capstan.dev/hook': 'after,gate' }), aJob('after', { 'capstan.dev/hook': 'after' }), { ...aJob('pod'), apiVersion: 'v1', kind: 'Pod' }];
    expect(gateJobs(objects).map(({ object }) => object.metadata.name)).toEqual(['smoke', 'both']);
    const sorted = sortOutHooks(objects);
    expect(sorted.ok && [sorted.value.objects.length, sorted.value.hooks.map(({ object }) => object.metadata.name)]).toEqual([0, ['both', 'after']]);
  });

  it('have the same name whenever a run is asked for, and another for every other run', () => {
    expect(objectOf(aJob('smoke')).metadata.name).toMatch(/^smoke-[0-9a-f]{10}$/);
    expect(objectOf(aJob('smoke')).metadata.name).toBe(objectOf(aJob('smoke')).metadata.name);
    expect(objectOf(aJob('smoke'), 'r2').metadata.name).not.toBe(objectOf(aJob('smoke')).metadata.name);
    expect(objectOf(aJob('s'.repeat(63))).metadata.name.length).toBeLessThanOrEqual(63);
    expect(objectOf(aJob('smoke')).metadata).toMatchObject({ annotations: { 'capstan.dev/hook-run': 'r1/gate' } });
  });

  it.each<[string, KubeObject, object]>([
    ['end by themselves after five minutes, and stay for a day', aJob('smoke'), { activeDeadlineSeconds: 300, ttlSecondsAfterFinished: 86_400 }],
    ['end at the deadline of their annotation', aJob('smoke', { ...GATE, 'capstan.dev/hook-deadline': '90s' }), { activeDeadlineSeconds: 90, ttlSecondsAfterFinished: 86_400 }],
    ['keep what they say themselves, and their result for an hour', aJob('smoke', GATE, { activeDeadlineSeconds: 20, ttlSecondsAfterFinished: 5 }), { activeDeadlineSeconds: 20, ttlSecondsAfterFinished: 3_600 }],
  ])('%s', (_name, job, spec) => {
    expect(objectOf(job)).toMatchObject({ spec });
  });
});
