import type { JsonObject } from '#kernel';
import { isObject, listAt, stringAt, stringMapAt, stringsAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { invalidValue, required, tooLong, type FieldCause } from './field-cause.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const SUBDOMAIN_RULE = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const KEY_RULE = "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const VALUE_RULE = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const STANDARD_FINALIZERS = ['orphan', 'foregroundDeletion', 'kubernetes', 'customresourcecleanup.apiextensions.k8s.io'];
const MAX_ANNOTATION_BYTES = 256 * 1024;
const MAX_CRON_JOB_NAME = 52;

/** What of an object's metadata is not allowed. */
export function metadataCauses(type: ResourceType, metadata: JsonObject): readonly FieldCause[] {
  const annotations = stringMapAt(metadata, 'annotations');
  const labels = stringMapAt(metadata, 'labels');
  const size = Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...nameCauses(type, stringAt(metadata, 'name') ?? ''),
    ...Object.keys(labels).flatMap((key) => keyCauses('metadata.labels', key)),
    ...Object.values(labels).flatMap((value) => valueCauses(value)),
    ...Object.keys(annotations).flatMap((key) => keyCauses('metadata.annotations', key.toLowerCase())),
    ...(size > MAX_ANNOTATION_BYTES ? [tooLong('metadata.annotations', MAX_ANNOTATION_BYTES)] : []),
    ...stringsAt(metadata, 'finalizers').flatMap((finalizer, index) => finalizerCauses(finalizer, `metadata.finalizers[${index}]`)),
    ...listAt(metadata, 'ownerReferences').filter(isObject).flatMap(ownerCauses),
    ...controllerCauses(listAt(metadata, 'ownerReferences').filter(isObject)),
  ];
}

function nameCauses(type: ResourceType, name: string): readonly FieldCause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  if (type.group === 'rbac.authorization.k8s.io') return /[%/]/.test(name) ? [invalidValue('metadata.name', name, 'may not contain "%" or "/"')] : [];
  if (type.group === 'batch' && type.kind === 'CronJob' && name.length > MAX_CRON_JOB_NAME) return [invalidValue('metadata.name', name, `must be no more than ${MAX_CRON_JOB_NAME} characters`)];
  const isLabel = type.group === '' && (type.kind === 'Namespace' || type.kind === 'Service');
  const isValid = isLabel ? LABEL.test(name) && name.length <= 63 : SUBDOMAIN.test(name) && name.length <= 253;
  return isValid ? [] : [invalidValue('metadata.name', name, isLabel ? LABEL_RULE : SUBDOMAIN_RULE)];
}

/** `name` or `prefix/name` */
function keyCauses(field: string, key: string): readonly FieldCause[] {
  const cut = key.indexOf('/');
  const [prefix, name] = cut < 0 ? [undefined, key] : [key.slice(0, cut), key.slice(cut + 1)];
  if (prefix !== undefined && (!SUBDOMAIN.test(prefix) || prefix.length > 253)) return [invalidValue(field, key, `prefix part ${SUBDOMAIN_RULE}`)];
  if (name.length > 63) return [invalidValue(field, key, 'name part must be no more than 63 bytes')];
  return QUALIFIED.test(name) ? [] : [invalidValue(field, key, KEY_RULE)];
}

function valueCauses(value: string): readonly FieldCause[] {
  if (value.length > 63) return [invalidValue('metadata.labels', value, 'must be no more than 63 bytes')];
  return value === '' || QUALIFIED.test(value) ? [] : [invalidValue('metadata.labels', value, VALUE_RULE)];
}

function finalizerCauses(finalizer: string, field: string): readonly FieldCause[] {
  if (STANDARD_FINALIZERS.includes(finalizer)) return [];
  const bad = keyCauses(field, finalizer);
  if (bad.length > 0) return bad;
  return finalizer.includes('/') ? [] : [invalidValue(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified')];
}

function ownerCauses(reference: JsonObject): readonly FieldCause[] {
  const missing = ['apiVersion', 'kind', 'name', 'uid'].filter((field) => (stringAt(reference, field) ?? '') === '');
  return missing.map((field) => invalidValue(`metadata.ownerReferences.${field}`, '', 'must not be empty'));
}

function controllerCauses(references: readonly JsonObject[]): readonly FieldCause[] {
  const isShared = references.filter((reference) => reference['controller'] === true).length > 1;
  return isShared ? [invalidValue('metadata.ownerReferences', references, 'Only one reference can have Controller set to true')] : [];
}
