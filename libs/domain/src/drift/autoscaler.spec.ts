import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import { autoscaledCover, autoscalersOf, isNoCover, objectRefOf, readAutoscaler, scaledCover, type Autoscaler, type KubeObject } from '#domain';
import { aManager, anObject } from '#testing';

const web = (replicas: number, ...managedFields: readonly Json[]): KubeObject => anObject('apps/v1', 'Deployment', 'shop/web', { metadata: { managedFields }, spec: { replicas } });
const hpa = (spec: JsonObject, metadata: JsonObject = {}): Autoscaler => {
  const read = readAutoscaler(anObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop/web', { metadata, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ...spec } }));
  if (read === undefined) throw new Error('it names a target');
  return read;
};
const ofKeda: JsonObject = { ownerReferences: [{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'web', uid: 'u' }] };

describe('the replicas of a workload', () => {
  it.each<[string, number, readonly Autoscaler[], boolean]>([
    ['are ours where nothing scales it', 5, [], false],
    ['are the autoscaler\'s that targets it', 5, [hpa({ minReplicas: 3 })], true],
    ['are the autoscaler\'s, also outside of its range: it comes back to it by itself', 50, [hpa({ minReplicas: 3, maxReplicas: 9 })], true],
    ['are ours at 0, where the autoscaler rests and cannot come back', 0, [hpa({})], false],
    ['are the autoscaler\'s at 0 where it may scale to nothing', 0, [hpa({ minReplicas: 0 })], true],
    ['are KEDA\'s at 0, whose autoscaler goes no lower than one', 0, [hpa({ minReplicas: 1 }, ofKeda)], true],
  ])('%s', (_what, replicas, autoscalers, isLeft) => {
    expect(!isNoCover(autoscaledCover(web(replicas), autoscalers))).toBe(isLeft);
  });

  it.each<[string, Json, boolean]>([
    ['a controller that scaled', aManager('kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }), true],
    ['a person who scaled', aManager('kubectl', 'Update', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' }), false],
    ['a controller that wrote the object', aManager('some-operator', 'Update', { 'f:spec': { 'f:replicas': {} } }), false],
  ])('where nobody may look, goes by the field\'s manager: %s', (_who, manager, isLeft) => {
    expect(!isNoCover(scaledCover(web(5, manager)))).toBe(isLeft);
  });

  it('belong to those autoscalers alone that name this very workload', () => {
    const all = [hpa({}), { ...hpa({}), target: { group: 'apps', kind: 'StatefulSet', name: 'web' } }, { ...hpa({}), target: { group: 'argoproj.io', kind: 'Deployment', name: 'web' } }, { ...hpa({}), target: { group: 'apps', kind: 'Deployment', name: 'api' } }];
    expect(autoscalersOf(objectRefOf(web(1)), all)).toEqual([all[0]]);
    expect(readAutoscaler(anObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop/web', { spec: {} }))).toBeUndefined();
  });
});
