import { isJsonObject, textOf } from '../json/read-json.js';
import type { KubeObject } from '../object/kube-object.js';
import { NO_COVER, type FieldCover } from './field-cover.js';
import type { FieldPointer } from './field-pointer.js';

/** cert-manager and OpenShift write the CA of a webhook where they are asked to by annotation, over whatever placeholder stands there. */
const INJECTS_CA = ['cert-manager.io/inject-ca-from', 'cert-manager.io/inject-ca-from-secret', 'cert-manager.io/inject-apiserver-ca', 'service.beta.openshift.io/inject-cabundle'];
const CA_BUNDLES: readonly FieldPointer[] = [['webhooks', '*', 'clientConfig', 'caBundle'], ['spec', 'conversion', 'webhook', 'clientConfig', 'caBundle'], ['spec', 'caBundle']];
const BUNDLE_KINDS = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'CustomResourceDefinition', 'APIService'];

/** What an object by its own annotations leaves to an injector. */
export function injectedCover(declared: KubeObject): FieldCover {
  const annotations = declared.metadata.annotations;
  const asks = isJsonObject(annotations) && BUNDLE_KINDS.includes(declared.kind) && INJECTS_CA.some((name) => (textOf(annotations, name) ?? '') !== '');
  return asks ? { ...NO_COVER, pointers: CA_BUNDLES } : NO_COVER;
}
