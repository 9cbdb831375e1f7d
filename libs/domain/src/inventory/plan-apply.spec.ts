import { describe, expect, it } from '@jest/globals';
import { digestOf } from '#kernel';
import { appliedHashOf, liveEntry, objectRefOf, planApply, PROTECT_ANNOTATION, type InventoryEntry } from '#domain';
import { aLiveEntry, anObject } from '#testing';

const web = anObject('apps/v1', 'Deployment', 'shop/web', { spec: { replicas: 1 } });
const config = anObject('v1', 'ConfigMap', 'shop/web');
const old = aLiveEntry(anObject('v1', 'ConfigMap', 'shop/old'));
const intended: InventoryEntry = { ref: objectRefOf(anObject('v1', 'Secret', 'shop/half')), apiVersion: 'v1', state: 'INTENDED', appliedHash: digestOf('half') };

describe('planApply', () => {
  it('intends what is new, keeps what lives and lists what is no longer declared', () => {
    const live = aLiveEntry(web);
    const plan = planApply([config, web], [live, old, intended]);
    expect(plan).toMatchObject({ ok: true });
    if (!plan.ok) return;
    expect(plan.value.prune).toEqual([old]);
    expect(plan.value.unresolved).toEqual([intended]);
    expect(plan.value.entries).toEqual([old, intended, { ref: objectRefOf(config), apiVersion: 'v1', state: 'INTENDED', appliedHash: appliedHashOf(config) }, live]);
    expect(plan.value.waves.map((wave) => wave.objects)).toEqual([[config], [web]]);
  });

  it('never turns an empty render into a prune', () => {
    expect(planApply([], [old])).toEqual({ ok: false, error: { code: 'NO_OBJECTS' } });
  });

  it('refuses the same object twice, also under two versions of its API', () => {
    const twice = planApply([anObject('autoscaling/v1', 'HorizontalPodAutoscaler', 'shop/web'), anObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop/web')], []);
    expect(twice).toEqual({ ok: false, error: { code: 'DUPLICATE_OBJECT', ref: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler', namespace: 'shop', name: 'web' } } });
  });

  it('does not prune an object that moved to another version of its API', () => {
    const plan = planApply([anObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop/web')], [aLiveEntry(anObject('autoscaling/v1', 'HorizontalPodAutoscaler', 'shop/web'))]);
    expect(plan).toMatchObject({ ok: true, value: { prune: [], unresolved: [] } });
  });

  it('takes an object that is declared again off the removal plan that listed it', () => {
    const plan = planApply([web], [aLiveEntry(web, { listedIn: digestOf('plan') })]);
    expect(plan).toMatchObject({ ok: true, value: { entries: [aLiveEntry(web)] } });
  });

  it('plans the same again after a crash behind the intent', () => {
    const first = planApply([config, web], [old]);
    if (!first.ok) throw new Error('unplanned');
    expect(planApply([config, web], first.value.entries)).toEqual(first);
  });
});

describe('liveEntry', () => {
  it('remembers that the object is protected', () => {
    const object = anObject('v1', 'ConfigMap', 'shop/web', { metadata: { annotations: { [PROTECT_ANNOTATION]: 'true' } } });
    expect(liveEntry(object, 'u1')).toEqual({ ref: objectRefOf(object), apiVersion: 'v1', state: 'LIVE', uid: 'u1', appliedHash: appliedHashOf(object), isProtected: true });
  });
});
