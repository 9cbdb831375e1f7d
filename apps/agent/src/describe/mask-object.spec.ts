import { describe, expect, it } from '@jest/globals';
import { anObject } from '#testing';
import { maskObject } from './mask-object.js';

const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"canary"}}', note: 'kept', 'kapp.k14s.io/original': '{"data":{"password":"canary"}}' };

describe('maskObject', () => {
  it('shows the keys of a Secret and none of its values', () => {
    const masked = maskObject(anObject('v1', 'Secret', 'shop/s', { metadata: { annotations, managedFields: [{ manager: 'x' }] }, type: 'Opaque', data: { password: 'canary', empty: '' }, stringData: { other: 'canary' } }));
    expect(masked).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'shop', annotations: { note: '********', 'kapp.k14s.io/original': '********' } },
      type: 'Opaque',
      data: { password: '********', empty: '********' },
      stringData: { other: '********' },
    });
  });

  it('masks a Secret whose data is not what it should be', () => {
    expect(JSON.stringify(maskObject(anObject('v1', 'Secret', 'shop/s', { data: 'canary', stringData: ['canary'] })))).not.toContain('canary');
  });

  it('shows of other objects neither embedded Secrets nor what stands behind telling names', () => {
    const container = { name: 'web', env: [{ name: 'DB_PASSWORD', value: 'canary' }, { name: 'COLOR', value: 'blue' }] };
    const masked = maskObject(anObject('example.com/v1', 'Widget', 'shop/w', {
      metadata: { annotations: { 'example.com/api-token': 'canary', note: 'kept' } }, spec: { template: { kind: 'Secret', stringData: { a: 'canary' } }, containers: [container], replicas: 2 }, status: { adminPassword: 'canary', ready: true },
    }));
    expect(JSON.stringify(masked)).not.toContain('canary');
    expect(masked).toMatchObject({ metadata: { annotations: { note: 'kept' } }, spec: { replicas: 2, containers: [{ env: [{}, { value: 'blue' }] }] }, status: { ready: true } });
  });

  it('leaves other objects as they are, without managedFields', () => {
    const object = anObject('v1', 'ConfigMap', 'shop/c', { metadata: { uid: 'u' }, data: { a: '1' } });
    expect(maskObject({ ...object, metadata: { ...object.metadata, managedFields: [{}] } })).toEqual(object);
  });
});
