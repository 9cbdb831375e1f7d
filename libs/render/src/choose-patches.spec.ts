import type { KubeObject, ObjectPattern } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { choosePatches } from './choose-patches.js';

const object = (apiVersion: string, kind: string, name: string, namespace?: string): KubeObject => ({ apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } });
const OBJECTS = [
  object('apps/v1', 'Deployment', 'web'),
  object('v1', 'Service', 'web'),
  object('serving.knative.dev/v1', 'Service', 'web'),
  object('apps/v1', 'Deployment', 'web-2', 'other'),
];
const chosen = (objects: readonly KubeObject[], ...targets: readonly ObjectPattern[]): readonly (readonly [readonly string[], readonly number[]])[] => {
  const batches = choosePatches(objects, targets.map((target, place) => ({ target, patch: 'a: 1', place })), 'shop');
  if (!batches.ok) throw new Error(batches.error.message);
  return batches.value.map(({ patches, places }) => [patches.map(({ name }) => name), places]);
};

describe('which objects get a patch', () => {
  it.each<[string, ObjectPattern, readonly number[]]>([
    ['every object of a kind', { kind: 'Deployment' }, [0, 3]],
    ['the core group and no other', { group: '', kind: 'Service' }, [1]],
    ['all groups, where none is said', { kind: 'Service' }, [1, 2]],
    ['a name to the letter: it is no pattern', { name: 'web' }, [0, 1, 2]],
    ['a namespace; without one it is that of the application', { namespace: 'shop' }, [0, 1, 2]],
    ['another namespace', { namespace: 'other' }, [3]],
  ])('%s', (_title, target, places) => {
    expect(chosen(OBJECTS, target).flatMap(([, at]) => at)).toEqual(places);
  });

  it.each(['.*', 'we.', 'web|x', 'web$'])('takes %s for a name and no expression', (name) => {
    expect(choosePatches(OBJECTS, [{ target: { name }, patch: 'a: 1' }], 'shop')).toMatchObject({ ok: false, error: { code: 'PATCH_FAILED' } });
  });

  it('puts objects with the same patches together, and leaves the others alone', () => {
    expect(chosen(OBJECTS, { kind: 'Deployment' }, { namespace: 'other' }, { group: '', kind: 'Service' })).toEqual([
      [['patches[0] (Deployment *)'], [0]],
      [['patches[2] (Service *)'], [1]],
      [['patches[0] (Deployment *)', 'patches[1] (* other/*)'], [3]],
    ]);
  });

  it('parts what kustomize takes for one object', () => {
    expect(chosen([object('v1', 'ConfigMap', 'a'), object('v1', 'ConfigMap', 'a', 'default')], { kind: 'ConfigMap' }).map(([, at]) => at)).toEqual([[0], [1]]);
  });

  it('parts what is too much for one run', () => {
    const many = Array.from({ length: 450 }, (_, index) => object('v1', 'ConfigMap', `c${index}`));
    expect(chosen(many, { kind: 'ConfigMap' }).map(([, at]) => at.length)).toEqual([200, 200, 50]);
  });

  it.each<[string, ObjectPattern, string, KubeObject[], string]>([
    ['a patch that matches nothing, by its place', { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'wep' }, 'a: 1', OBJECTS, 'patches[5] (Deployment.apps shop/wep): no object that was rendered is its target'],
    ['a patch that does not read', { kind: 'Deployment' }, 'words', OBJECTS, 'patches[5] (Deployment *): the patch is neither'],
    ['an object that kustomize would leave out', { name: 'l' }, 'a: 1', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'l', annotations: { 'config.kubernetes.io/local-config': 'true' } } }], 'patches[5] (* l): ConfigMap l says config.kubernetes.io/local-config'],
  ])('refuses %s', (_title, target, patch, objects, message) => {
    expect(choosePatches(objects, [{ target, patch, place: 5 }], 'shop')).toMatchObject({ ok: false, error: { code: 'PATCH_FAILED', retryable: false, message: expect.stringContaining(message) } });
  });
});
