import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import { injectedCover, isCovered, isNoCover, type KubeObject, type PathStep } from '#domain';
import { anObject } from '#testing';

const asking = (kind: string, annotations: { readonly [name: string]: string }, rest: JsonObject = {}): KubeObject => anObject('admissionregistration.k8s.io/v1', kind, 'x', { metadata: { annotations }, ...rest });
const field = (name: string): PathStep => ({ kind: 'field', name });

describe('a CA bundle', () => {
  it.each(['cert-manager.io/inject-ca-from', 'cert-manager.io/inject-ca-from-secret', 'cert-manager.io/inject-apiserver-ca', 'service.beta.openshift.io/inject-cabundle'])('is the injector\'s where the object asks by %s', (annotation) => {
    const object = asking('ValidatingWebhookConfiguration', { [annotation]: 'shop/ca' }, { webhooks: [{ name: 'a', clientConfig: { caBundle: 'Cg==' }, failurePolicy: 'Fail' }] });
    const webhook = [field('webhooks'), { kind: 'key' as const, keys: { name: 'a' } }];
    expect(isCovered([...webhook, field('clientConfig'), field('caBundle')], injectedCover(object), object, [])).toBe(true);
    expect(isCovered([...webhook, field('failurePolicy')], injectedCover(object), object, [])).toBe(false);
  });

  it.each([asking('ValidatingWebhookConfiguration', {}), asking('ValidatingWebhookConfiguration', { 'cert-manager.io/inject-ca-from': '' }), asking('ConfigMap', { 'cert-manager.io/inject-ca-from': 'shop/ca' })])('is ours where nobody is asked', (object) => {
    expect(isNoCover(injectedCover(object))).toBe(true);
  });
});
