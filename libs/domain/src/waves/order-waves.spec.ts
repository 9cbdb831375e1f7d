import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { objectRefOf, orderRemoval, orderWaves, PHASES, type KubeObject } from '#domain';
import { anObject } from '#testing';

const all: readonly KubeObject[] = [
  anObject('example.com/v1', 'Widget', 'shop/w'),
  anObject('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'guard'),
  anObject('autoscaling/v2', 'HorizontalPodAutoscaler', 'shop/web'),
  anObject('apps/v1', 'Deployment', 'shop/web'),
  anObject('apps/v1', 'Deployment', 'shop/api'),
  anObject('v1', 'Service', 'shop/web'),
  anObject('v1', 'PersistentVolumeClaim', 'shop/data'),
  anObject('rbac.authorization.k8s.io/v1', 'RoleBinding', 'shop/web'),
  anObject('v1', 'ConfigMap', 'shop/web'),
  anObject('v1', 'ServiceAccount', 'shop/web'),
  anObject('v1', 'ResourceQuota', 'shop/quota'),
  anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com'),
  anObject('v1', 'Namespace', 'shop'),
];
const names = (objects: readonly KubeObject[]): readonly string[] => objects.map((object) => `${object.kind} ${object.metadata.name}`);

describe('orderWaves', () => {
  it('puts what others need first and says what each wave waits for', () => {
    expect(orderWaves(all).map((wave) => [wave.name, wave.settle, names(wave.objects)])).toEqual([
      ['namespaces', 'namespace-active', ['Namespace shop']],
      ['definitions', 'established', ['CustomResourceDefinition widgets.example.com']],
      ['limits', 'none', ['ResourceQuota quota']],
      ['accounts', 'none', ['ServiceAccount web']],
      ['configuration', 'none', ['ConfigMap web']],
      ['permissions', 'none', ['RoleBinding web']],
      ['storage', 'none', ['PersistentVolumeClaim data']],
      ['services', 'none', ['Service web']],
      ['workloads', 'none', ['Deployment api', 'Deployment web']],
      ['traffic', 'none', ['HorizontalPodAutoscaler web']],
      ['admission', 'none', ['ValidatingWebhookConfiguration guard']],
      ['custom resources', 'none', ['Widget w']],
    ]);
  });

  it('goes by group and kind, not by kind alone', () => {
    expect(orderWaves([anObject('serving.knative.dev/v1', 'Service', 'shop/web')]).map((wave) => wave.name)).toEqual(['custom resources']);
  });

  it('does not depend on the order of the render, and loses nothing', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...all]), (some) => {
        const waves = orderWaves(some);
        expect(waves).toEqual(orderWaves(some.toReversed()));
        expect(new Set(waves.flatMap((wave) => wave.objects))).toEqual(new Set(some));
      }),
    );
  });

  it('names every kind in one phase only', () => {
    const kinds = PHASES.flatMap((phase) => phase.kinds);
    expect(new Set(kinds).size).toBe(kinds.length);
  });
});

describe('orderRemoval', () => {
  it('is the way of the waves in reverse', () => {
    const steps = orderRemoval(all.map((object) => ({ ref: objectRefOf(object), object })));
    const applied = orderWaves(all).map((wave) => names(wave.objects).toReversed());
    expect(steps.map((step) => names(step.map(({ object }) => object)))).toEqual(applied.toReversed());
  });
});
