import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '#kernel';
import { changedFields, parseQuantity, type KubeObject } from '#domain';
import { anObject } from '#testing';

const pod = (container: JsonObject, spec: JsonObject = {}): KubeObject => anObject('apps/v1', 'Deployment', 'shop/web', { spec: { ...spec, template: { spec: { containers: [{ name: 'app', ...container }] } } } });
const of = (rest: JsonObject): KubeObject => anObject('v1', 'ConfigMap', 'shop/web', rest);

describe('changedFields', () => {
  it.each<[string, KubeObject, KubeObject]>([
    ['what the server adds', pod({ image: 'a' }), pod({ image: 'a', imagePullPolicy: 'Always' }, { replicas: 1, strategy: { type: 'RollingUpdate' } })],
    ['a CPU that is spelled differently', pod({ resources: { limits: { cpu: 1 }, requests: { cpu: '0.5', memory: '1Gi' } } }), pod({ resources: { limits: { cpu: '1' }, requests: { cpu: '500m', memory: '1024Mi' } } })],
    ['a quota that is spelled differently', of({ spec: { hard: { 'requests.cpu': '1000m' } } }), of({ spec: { hard: { 'requests.cpu': '1' } } })],
    ['an empty map or list that the server left out', pod({ env: [], securityContext: {} }), pod({})],
    ['null', of({ data: null }), of({})],
    ['false and zero that the server left out', pod({ stdin: false }, { minReadySeconds: 0 }), pod({})],
    ['an order of named items', pod({ env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }), pod({ env: [{ name: 'B', value: '2' }, { name: 'A', value: '1' }] })],
    ['a container that somebody put beside ours', pod({ image: 'a' }), anObject('apps/v1', 'Deployment', 'shop/web', { spec: { template: { spec: { containers: [{ name: 'sidecar' }, { name: 'app', image: 'a' }] } } } })],
    ['a port whose protocol the server filled in', pod({ ports: [{ containerPort: 80 }] }), pod({ ports: [{ containerPort: 80, protocol: 'TCP' }] })],
    ['a finalizer that a controller added', of({ metadata: { finalizers: ['a/b'] } }), of({ metadata: { finalizers: ['c/d', 'a/b'] } })],
    ['an annotation that a controller added', of({ metadata: { annotations: { a: '1' } } }), of({ metadata: { annotations: { a: '1', b: '2' } } })],
    ['the metadata of the server', of({}), of({ metadata: { uid: 'u', resourceVersion: '9' } })],
    ['the status', of({ status: { a: 1 } }), of({ status: { a: 2 } })],
    ['stringData that the server folded into data', anObject('v1', 'Secret', 'shop/s', { stringData: { a: 'new' } }), anObject('v1', 'Secret', 'shop/s', { data: { a: 'bmV3' } })],
    ['another API version', anObject('autoscaling/v1', 'X', 'a/b', { spec: { a: 1 } }), anObject('autoscaling/v2', 'X', 'a/b', { spec: { a: 1 } })],
  ])('does not see %s', (_name, applied, live) => {
    expect(changedFields(applied, live)).toEqual([]);
  });

  it.each<[string, KubeObject, KubeObject, readonly string[]]>([
    ['an image', pod({ image: 'a' }), pod({ image: 'b' }), ['spec.template.spec.containers[name=app].image']],
    ['a memory limit', pod({ resources: { limits: { memory: '1Gi' } } }), pod({ resources: { limits: { memory: '1G' } } }), ['spec.template.spec.containers[name=app].resources.limits.memory']],
    ['an environment variable that looks like a quantity', pod({ env: [{ name: 'A', value: '1' }] }), pod({ env: [{ name: 'A', value: '1000m' }] }), ['spec.template.spec.containers[name=app].env[name=A].value']],
    ['a port that became a text', pod({ ports: [{ containerPort: 80 }] }), pod({ ports: [{ containerPort: '80' }] }), ['spec.template.spec.containers[name=app].ports[containerPort=80,protocol=TCP]']],
    ['a container that is gone', pod({}), anObject('apps/v1', 'Deployment', 'shop/web', { spec: { template: { spec: { containers: [] } } } }), ['spec.template.spec.containers[name=app]']],
    ['an argument', pod({ args: ['-v', '1'] }), pod({ args: ['-v', '2'] }), ['spec.template.spec.containers[name=app].args[1]']],
    ['a list that got longer', pod({ args: ['-v'] }), pod({ args: ['-v', '-x'] }), ['spec.template.spec.containers[name=app].args']],
    ['a label that is gone', of({ metadata: { labels: { 'app.kubernetes.io/name': 'web' } } }), of({}), ['metadata.labels["app.kubernetes.io/name"]']],
    ['an empty text of a ConfigMap that is gone', of({ data: { empty: '' } }), of({ data: {} }), ['data.empty']],
    ['a finalizer that is gone', of({ metadata: { finalizers: ['a/b'] } }), of({ metadata: { finalizers: ['c/d'] } }), ['metadata.finalizers']],
    ['a number of replicas', of({ spec: { replicas: 2 } }), of({ spec: { replicas: 3 } }), ['spec.replicas']],
    ['zero that became one', of({ spec: { replicas: 0 } }), of({ spec: { replicas: 1 } }), ['spec.replicas']],
    ['a map that became null', of({ data: { a: '1' } }), of({ data: null }), ['data']],
  ])('sees %s', (_name, applied, live, fields) => {
    expect(changedFields(applied, live)).toEqual(fields);
  });

  it('names the keys of a Secret, never its values', () => {
    const secret = (value: string): KubeObject => anObject('v1', 'Secret', 'shop/s', { stringData: { password: value } });
    const fields = changedFields(secret('canary-one'), secret('canary-two'));
    expect(fields).toEqual(['data.password']);
  });

  it('finds nothing between an object and itself, with or without what the server adds', () => {
    const tree = fc.letrec<{ any: unknown }>((tie) => ({ any: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 0 }), fc.dictionary(fc.string(), tie('any')), fc.array(tie('any'), { maxLength: 3 })) }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), tree.any), (spec) => {
        const asJson: JsonObject = JSON.parse(JSON.stringify({ spec }));
        const applied = anObject('example.com/v1', 'Widget', 'a/b', asJson);
        expect(changedFields(applied, applied)).toEqual([]);
        expect(changedFields(applied, { ...applied, added: { by: 'the server' } })).toEqual([]);
      }),
    );
  });
});

describe('parseQuantity', () => {
  it.each<[string | number, string | number]>([['1', '1000m'], ['0.5', '500m'], ['1Ki', 1024], ['1k', 1000], ['1e3', '1k'], ['1E3', '1000'], ['2.5Gi', '2560Mi'], ['100m', '0.1'], ['1500n', '1.5u'], ['-1', '-1000m'], ['.5', '500m'], ['5.', 5]])(
    'reads %s and %s as the same',
    (a, b) => {
      const [left, right] = [parseQuantity(a), parseQuantity(b)];
      if (left === undefined || right === undefined) throw new Error('not a quantity');
      expect(left.unscaled * 10n ** right.scale).toBe(right.unscaled * 10n ** left.scale);
    },
  );

  it.each(['', 'm', 'one', '1 Gi', '1gi', '1mi', '0x10', '1.2.3', '1e', ' 1'])('does not read %j', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });
});
