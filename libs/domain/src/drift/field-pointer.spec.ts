import { describe, expect, it } from '@jest/globals';
import { parsePointer, pointsAt, type PathStep } from '#domain';
import { anObject } from '#testing';

const declared = anObject('apps/v1', 'Deployment', 'shop/web', {
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'a', args: ['-v'] }, { name: 'log', ports: [{ containerPort: 80 }] }] } }, rules: [{ host: 'a' }, { host: 'b' }] },
  metadata: { annotations: { 'a.b/c~d': '1' }, finalizers: ['x/y'] },
});
const f = (...names: readonly string[]): readonly PathStep[] => names.map((name) => ({ kind: 'field', name }));
const container = (name: string, ...rest: readonly PathStep[]): readonly PathStep[] => [...f('spec', 'template', 'spec', 'containers'), { kind: 'key', keys: { name } }, ...rest];
const image = container('app', ...f('image'));
const port = container('log', ...f('ports'), { kind: 'key', keys: { containerPort: 80, protocol: 'TCP' } });

describe('pointsAt', () => {
  it.each<[string, readonly PathStep[]]>([
    ['/spec/replicas', f('spec', 'replicas')],
    ['/spec', f('spec', 'replicas')],
    ['/metadata/annotations/a.b~1c~0d', f('metadata', 'annotations', 'a.b/c~d')],
    ['/metadata/annotations/*', f('metadata', 'annotations', 'a.b/c~d')],
    ['/spec/template/spec/containers/0/image', image],
    ['/spec/template/spec/containers/name=app/image', image],
    ['/spec/template/spec/containers/*/image', image],
    ['/spec/template/spec/containers/name=app', image],
    ['/spec/template/spec/containers/name=log/ports/containerPort=80', port],
    ['/spec/template/spec/containers/name=log/ports/containerPort=80,protocol=TCP', port],
    ['/spec/template/spec/containers/1/ports/0', port],
    ['/spec/template/spec/containers/name=app/args/0', container('app', ...f('args'), { kind: 'index', index: 0 })],
    ['/spec/rules/host=b/host', [...f('spec', 'rules'), { kind: 'index', index: 1 }, ...f('host')]],
    ['/metadata/finalizers/x~1y', [...f('metadata', 'finalizers'), { kind: 'value', value: 'x/y' }]],
    ['/metadata/finalizers/0', [...f('metadata', 'finalizers'), { kind: 'value', value: 'x/y' }]],
  ])('%s points at it', (pointer, path) => {
    expect(pointsAt(parsePointer(pointer) ?? [], path, declared)).toBe(true);
  });

  it.each<[string, readonly PathStep[]]>([
    ['/spec/replicas', f('spec', 'replica')],
    ['/spec/replicas', f('spec')],
    ['/spec/template/spec/containers/1/image', image],
    ['/spec/template/spec/containers/name=log/image', image],
    ['/spec/template/spec/containers/name/image', image],
    ['/spec/template/spec/containers/name=log/ports/containerPort=80,protocol=UDP', port],
    ['/spec/template/spec/containers/name=app/image/x', image],
    ['/spec/template/spec/containers/name=app/args/1', container('app', ...f('args'), { kind: 'index', index: 0 })],
    ['/spec/rules/host=a', [...f('spec', 'rules'), { kind: 'index', index: 1 }]],
    ['/metadata/finalizers/z', [...f('metadata', 'finalizers'), { kind: 'value', value: 'x/y' }]],
  ])('%s points elsewhere', (pointer, path) => {
    expect(pointsAt(parsePointer(pointer) ?? [], path, declared)).toBe(false);
  });
});
