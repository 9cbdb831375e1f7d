import { describe, expect, it } from '@jest/globals';
import { anObject } from '#testing';
import { holdsField } from './holds-field.js';

const object = anObject('apps/v1', 'Deployment', 'shop/web', {
  metadata: { labels: { 'app.kubernetes.io/name': 'web' }, finalizers: ['a/b'] },
  data: { 'a.b': '1', a: { c: '2' } },
  spec: { replicas: 0, template: { spec: { containers: [{ name: 'app', image: 'web:1', args: ['-v'], ports: [{ containerPort: 80 }, { containerPort: 80, protocol: 'UDP', name: 'dns[0]' }] }] } } },
});

describe('holdsField', () => {
  it.each([
    '.spec.replicas',
    '.spec.template.spec.containers[name="app"].image',
    '.spec.template.spec.containers[name="app"].args',
    '.spec.template.spec.containers[name="app"]',
    '.spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].containerPort',
    '.spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="UDP"].name',
    '.metadata.labels.app.kubernetes.io/name',
    '.metadata.finalizers[="a/b"]',
    '.data.a.b',
    '.data.a.c',
    '.spec.template.spec.containers[0].image',
  ])('finds %s', (path) => expect(holdsField(object, path)).toBe(true));

  it.each([
    '',
    '.spec.paused',
    '.spec.rep',
    '.spec.template.spec.containers[name="other"].image',
    '.spec.template.spec.containers[name="app"].ports[containerPort=81,protocol="TCP"]',
    '.spec.template.spec.containers[name="app"].ports[containerPort=80,protocol="SCTP"]',
    '.metadata.finalizers[="c/d"]',
    '.metadata.labels.app',
    '.data.a.b.c',
    '.data.__proto__',
    '.spec.template.spec.containers[name="app',
  ])('does not find %s', (path) => expect(holdsField(object, path)).toBe(false));
});
