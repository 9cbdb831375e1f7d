import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import { admittedChanges, compareApplied, coverOfRule, keepLive, NO_TOLERANCE, type KubeObject } from '#domain';
import { aManager, anObject } from '#testing';

const APP = 'k:{"name":"app"}';
const applied = anObject('apps/v1', 'Deployment', 'shop/web', {
  metadata: { labels: { tier: 'front' } },
  spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'web:1', args: ['-v'] }] } } },
});
const ourFields = (container: JsonObject = { '.': {}, 'f:name': {}, 'f:image': {}, 'f:args': {} }, spec: JsonObject = { 'f:replicas': {} }): JsonObject => ({
  'f:metadata': { 'f:labels': { 'f:tier': {} } },
  'f:spec': { ...spec, 'f:template': { 'f:spec': { 'f:containers': { [APP]: container } } } },
});
const live = (container: JsonObject, spec: JsonObject, ...managers: readonly Json[]): KubeObject =>
  anObject('apps/v1', 'Deployment', 'shop/web', {
    metadata: { labels: { tier: 'front' }, uid: 'u1', managedFields: managers },
    spec: { replicas: 2, ...spec, template: { spec: { containers: [{ name: 'app', image: 'web:1', args: ['-v'], imagePullPolicy: 'Always', ...container }] } } },
  });
const ours = aManager('capstan', 'Apply', ourFields());
const ref = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };

describe('compareApplied', () => {
  it('sees no drift in what is still ours', () => {
    expect(compareApplied(applied, live({}, {}, ours))).toBeUndefined();
  });

  it('sees no drift in a field of ours that reads differently: nobody took it since we applied it', () => {
    expect(compareApplied(applied, live({ image: 'mirror.example.com/web:1' }, {}, ours))).toBeUndefined();
  });

  it('names the manager that took a field and changed it', () => {
    const kubectl = aManager('kubectl-edit', 'Update', { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { [APP]: { 'f:image': {} } } } } } });
    const found = compareApplied(applied, live({ image: 'web:2' }, {}, aManager('capstan', 'Apply', ourFields({ '.': {}, 'f:name': {}, 'f:args': {} })), kubectl));
    const path = 'spec.template.spec.containers[name=app].image';
    const changes = [{ path, manager: 'kubectl-edit', expected: '"web:1"', live: '"web:2"', isMasked: false, isTruncated: false }];
    expect(found).toEqual({ ref, kind: 'CHANGED', managers: ['kubectl-edit'], fields: [path], changes, healedAt: undefined });
  });

  it('names an autoscaler that scaled through the subresource', () => {
    const scaler = aManager('kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' });
    const found = compareApplied(applied, live({}, { replicas: 5 }, aManager('capstan', 'Apply', ourFields(undefined, {})), scaler));
    expect(found).toMatchObject({ ref, kind: 'CHANGED', managers: ['kube-controller-manager'], fields: ['spec.replicas'], changes: [{ manager: 'kube-controller-manager', expected: '2', live: '5' }] });
  });

  it('lets a manager be that took a field and left it as it was', () => {
    const other = aManager('kubectl', 'Update', { 'f:spec': { 'f:replicas': {} } });
    expect(compareApplied(applied, live({}, {}, aManager('capstan', 'Apply', ourFields(undefined, {})), other))).toBeUndefined();
  });

  it('sees a label that was taken away, of which nobody is the manager', () => {
    const bare = { ...live({}, {}), metadata: { name: 'web', namespace: 'shop', managedFields: [aManager('capstan', 'Apply', { 'f:spec': ourFields()['f:spec'] ?? null }), aManager('kubectl-edit', 'Update', { 'f:spec': { 'f:paused': {} } })] } };
    expect(compareApplied(applied, bare)).toMatchObject({ ref, kind: 'CHANGED', managers: [], fields: ['metadata.labels.tier'], changes: [{ manager: undefined, expected: '"front"', live: undefined }] });
  });

  it('sees a container that was taken away', () => {
    const gone = anObject('apps/v1', 'Deployment', 'shop/web', {
      metadata: { labels: { tier: 'front' }, managedFields: [aManager('capstan', 'Apply', { 'f:metadata': { 'f:labels': { 'f:tier': {} } }, 'f:spec': { 'f:replicas': {} } })] },
      spec: { replicas: 2, template: { spec: { containers: [{ name: 'other' }] } } },
    });
    expect(compareApplied(applied, gone)).toMatchObject({ kind: 'CHANGED', fields: ['spec.template.spec.containers[name=app]'] });
  });

  it('does not mistake the status of a controller for a hand on our fields', () => {
    const status = aManager('kube-controller-manager', 'Update', { 'f:spec': { 'f:replicas': {} }, 'f:status': {} }, { subresource: 'status' });
    const found = compareApplied(applied, live({}, { replicas: 5 }, aManager('capstan', 'Apply', ourFields(undefined, {})), status));
    expect(found).toMatchObject({ managers: [], fields: ['spec.replicas'] });
  });

  it.each<[string, readonly Json[]]>([
    ['were wiped', []],
    ['do not parse', [aManager('capstan', 'Apply', { 'x:y': {} })]],
    ['speak of another version', [aManager('capstan', 'Apply', ourFields(), { apiVersion: 'apps/v1beta1' })]],
  ])('falls back to values where managed fields %s', (_name, managers) => {
    expect(compareApplied(applied, live({}, {}, ...managers))).toBeUndefined();
    expect(compareApplied(applied, live({ image: 'web:2' }, {}, ...managers))).toMatchObject({ kind: 'CHANGED', fields: ['spec.template.spec.containers[name=app].image'] });
  });

  it('knows the list items of a custom resource by what the server says', () => {
    const widget = (size: number, ...managedFields: readonly Json[]): KubeObject => anObject('example.com/v1', 'Widget', 'shop/w', { metadata: { managedFields }, spec: { parts: [{ id: 'b', size }, { id: 'a', size: 1 }] } });
    const mine = aManager('capstan', 'Apply', { 'f:spec': { 'f:parts': { 'k:{"id":"a"}': { '.': {}, 'f:id': {}, 'f:size': {} }, 'k:{"id":"b"}': { '.': {}, 'f:id': {} } } } }, { apiVersion: 'example.com/v1' });
    const theirs = aManager('someone', 'Update', { 'f:spec': { 'f:parts': { 'k:{"id":"b"}': { 'f:size': {} } } } }, { apiVersion: 'example.com/v1' });
    const sent = anObject('example.com/v1', 'Widget', 'shop/w', { spec: { parts: [{ id: 'a', size: 1 }, { id: 'b', size: 2 }] } });
    expect(compareApplied(sent, widget(3, mine, theirs))).toMatchObject({ managers: ['someone'], fields: ['spec.parts[id=b].size'] });
    expect(compareApplied(sent, widget(2, mine, theirs))).toBeUndefined();
  });

  it('sees a second item under the keys of ours, whether the record of managers is there or not', () => {
    const twice = (...managers: readonly Json[]): KubeObject =>
      anObject('apps/v1', 'Deployment', 'shop/web', { metadata: { labels: { tier: 'front' }, managedFields: managers }, spec: { replicas: 2, template: { spec: { containers: [{ name: 'app', image: 'web:1', args: ['-v'] }, { name: 'app', image: 'evil' }] } } } });
    const withoutItem = aManager('capstan', 'Apply', { 'f:metadata': { 'f:labels': { 'f:tier': {} } }, 'f:spec': { 'f:replicas': {} } });
    for (const managers of [[], [withoutItem]]) expect(compareApplied(applied, twice(...managers))).toMatchObject({ fields: ['spec.template.spec.containers[name=app]'] });
  });

  it('sees no drift in what is covered, and still names the rest', () => {
    const byHand = live({ image: 'web:2' }, { replicas: 5 });
    expect(compareApplied(applied, byHand)?.fields).toEqual(['spec.replicas', 'spec.template.spec.containers[name=app].image']);
    expect(compareApplied(applied, byHand, { ...NO_TOLERANCE, cover: coverOfRule({ jsonPointers: ['/spec/replicas'] }) })?.fields).toEqual(['spec.template.spec.containers[name=app].image']);
  });

  it('sees no drift in what admission made of our own apply, and in nothing else of that field', () => {
    const answer = live({ image: 'mirror/web:1' }, {});
    const admitted = admittedChanges(applied, answer);
    expect(admitted).toEqual([{ field: 'spec.template.spec.containers[name=app].image', stored: '"mirror/web:1"', isFilledIn: false }]);
    expect(compareApplied(applied, answer, { ...NO_TOLERANCE, admitted })).toBeUndefined();
    expect(compareApplied(applied, live({ image: 'evil' }, {}), { ...NO_TOLERANCE, admitted })?.fields).toEqual(['spec.template.spec.containers[name=app].image']);
    expect(compareApplied(applied, live({ image: 'mirror/web:1' }, { replicas: 3 }), { ...NO_TOLERANCE, admitted })?.fields).toEqual(['spec.replicas']);
  });

  it('sees through a field that is ours in name, where it was sent as it was live', () => {
    const { kept } = keepLive(applied, live({}, { replicas: 5 }), coverOfRule({ jsonPointers: ['/spec/replicas'] }));
    expect(compareApplied(applied, live({}, { replicas: 5 }, ours))).toBeUndefined();
    expect(compareApplied(applied, live({}, { replicas: 5 }, ours), { ...NO_TOLERANCE, kept })?.fields).toEqual(['spec.replicas']);
    expect(compareApplied(applied, live({}, { replicas: 2 }, ours), { ...NO_TOLERANCE, kept })).toBeUndefined();
  });

  it('tells a deleted object', () => {
    expect(compareApplied(applied, undefined)).toEqual({ ref, kind: 'DELETED', managers: [], fields: [], changes: [], healedAt: undefined });
  });

  it('reports at most 20 fields', () => {
    const data = (value: string): JsonObject => Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, value]));
    expect(compareApplied(anObject('v1', 'ConfigMap', 'a/b', { data: data('1') }), anObject('v1', 'ConfigMap', 'a/b', { data: data('2') }))?.fields).toHaveLength(20);
  });

  it('never carries a value of a Secret', () => {
    const secret = (value: string, ...managedFields: readonly Json[]): KubeObject => anObject('v1', 'Secret', 'a/s', { metadata: { managedFields }, data: { password: value } });
    const taken = aManager('kubectl', 'Update', { 'f:data': { 'f:password': {} } }, { apiVersion: 'v1' });
    const mine = aManager('capstan', 'Apply', { 'f:data': {} }, { apiVersion: 'v1' });
    for (const managers of [[], [taken], [{ ...mine, fieldsV1: { 'f:type': {} } }, taken]]) {
      const found = JSON.stringify(compareApplied(secret('Y2FuYXJ5MQ=='), secret('Y2FuYXJ5Mg==', ...managers)));
      expect(found).toContain('data.password');
      expect(found).toContain('"isMasked":true');
      expect(found).not.toMatch(/Y2FuYXJ5|canary/);
    }
  });
});
