import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '#kernel';
import { compareApplied, isSecret, maskValue, type KubeObject, type PathStep } from '#domain';
import { anObject } from '#testing';

const fields = (...names: readonly string[]): readonly PathStep[] => names.map((name) => ({ kind: 'field', name }));
const CANARY = 'canary';

describe('maskValue', () => {
  it.each<[string, readonly PathStep[], Json]>([
    ['data', fields('data', 'a'), CANARY],
    ['data that is not what it should be', fields('data'), CANARY],
    ['all of the data', fields('data'), { a: CANARY }],
    ['stringData', fields('stringData', 'a'), CANARY],
    ['an annotation', fields('metadata', 'annotations', 'note'), CANARY],
    ['all annotations', fields('metadata', 'annotations'), { note: CANARY }],
    ['a member that nobody knows', fields('password'), [CANARY]],
  ])('hides %s of a Secret', (_what, path, value) => {
    expect(maskValue(value, path, true)).toEqual({ value: '********', isMasked: true });
  });

  it.each<[string, readonly PathStep[], Json]>([
    ['type', fields('type'), 'Opaque'],
    ['labels', fields('metadata', 'labels', 'tier'), 'front'],
  ])('shows the %s of a Secret', (_what, path, value) => {
    expect(maskValue(value, path, true)).toEqual({ value, isMasked: false });
  });

  it.each<[string, readonly PathStep[], Json]>([
    ['a variable with a telling name', [...fields('spec', 'env'), { kind: 'key', keys: { name: 'DB_PASSWORD' } }, ...fields('value')], CANARY],
    ['such a variable inside of a container', fields('spec', 'containers'), [{ name: 'app', env: [{ name: 'API_TOKEN', value: CANARY }] }]],
    ['a member with a telling name', fields('spec', 'adminPassword'), CANARY],
    ['the value of a member with a telling name', fields('spec', 'adminPassword', 'value'), CANARY],
    ['the same inside of a value that is shown', fields('spec', 'database'), { password: { name: 'admin', value: CANARY } }],
    ['the same where the member itself is shown', fields('spec', 'adminPassword'), { value: CANARY }],
    ['a manifest that kubectl has kept', fields('metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'), CANARY],
    ['the same among other annotations', fields('metadata', 'annotations'), { 'kubectl.kubernetes.io/last-applied-configuration': CANARY }],
    ['a Secret inside of another object', fields('spec', 'template'), { apiVersion: 'v1', kind: 'Secret', data: { a: CANARY }, stringData: { b: CANARY } }],
  ])('hides %s of any object', (_what, path, value) => {
    const masked = maskValue(value, path, false);
    expect(masked.isMasked).toBe(true);
    expect(JSON.stringify(masked.value)).not.toContain(CANARY);
  });

  it.each<[string, readonly PathStep[], Json]>([
    ['an image', fields('spec', 'image'), 'web:1'],
    ['where a secret comes from', fields('spec', 'env'), [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }]],
    ['the name of a Secret', fields('spec', 'volumes'), [{ name: 'tls', secret: { secretName: 'web-tls' } }]],
    ['a setting about tokens', fields('spec', 'automountServiceAccountToken'), false],
  ])('shows %s', (_what, path, value) => {
    expect(maskValue(value, path, false)).toEqual({ value, isMasked: false });
  });
});

describe('drift of a Secret', () => {
  it.each([['v1', 'Secret', true], ['example.com/v1', 'Secret', false], ['v1', 'ConfigMap', false]] as const)('%s %s is one: %s', (apiVersion, kind, expected) => {
    expect(isSecret(anObject(apiVersion, kind, 'a/b', {}))).toBe(expected);
  });

  it('carries no value, whatever was sent and whatever is there', () => {
    const text = fc.constantFrom('canary-1', 'Y2FuYXJ5', 'canary\n2');
    const members = fc.record(
      {
        data: fc.oneof(fc.dictionary(fc.string(), text), text, fc.array(text)), stringData: fc.oneof(fc.dictionary(fc.string(), text), text), immutable: fc.boolean(), extra: fc.oneof(text, fc.dictionary(fc.string(), text)),
        metadata: fc.record({ annotations: fc.dictionary(fc.constantFrom('note', 'kubectl.kubernetes.io/last-applied-configuration'), text) }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(members, members, (sent, live) => {
        const found = compareApplied(secretOf(sent), secretOf(live));
        expect(JSON.stringify(found?.changes ?? [])).not.toMatch(/"(expected|live)":"[^"]*(canary|Y2FuYXJ5)/);
        expect(found?.changes.every(({ isMasked, path }) => isMasked || path === 'immutable' || path === 'metadata.annotations') ?? true).toBe(true);
      }),
    );
  });
});

function secretOf({ metadata, ...rest }: JsonObject): KubeObject {
  const asJson: JsonObject = JSON.parse(JSON.stringify({ ...rest, ...(metadata === undefined ? {} : { metadata }) }));
  return anObject('v1', 'Secret', 'shop/s', asJson);
}
