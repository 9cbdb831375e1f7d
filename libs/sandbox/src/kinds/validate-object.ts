import type { JsonObject } from '#kernel';
import { containerCauses } from './pod-causes.js';
import { duplicate, forbiddenField, invalidValue, required, type FieldCause } from './field-cause.js';
import { equalJson } from '../json/change-json.js';
import { at, isList, isObject, listAt, objectAt, stringAt, stringMapAt, stringsAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { customCauses } from './custom-schema.js';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN_RULE = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
const SELECTED = ['apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet'];
const TEMPLATED = [...SELECTED, 'batch/Job'];

/** What of an object about to be stored is not allowed. The checks that applied content meets in practice, not all that the real server makes. */
export function validateObject(type: ResourceType, object: JsonObject): readonly FieldCause[] {
  const kind = `${type.group}/${type.kind}`;
  return [
    ...nameCauses(type, stringAt(object, 'metadata', 'name') ?? ''),
    ...labelCauses(object),
    ...(SELECTED.includes(kind) ? selectorCauses(object) : []),
    ...strategyCauses(kind, object),
    ...(kind === 'batch/CronJob' ? containerCauses(objectAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'), 'spec.jobTemplate.spec.template.spec') : []),
    ...(TEMPLATED.includes(kind) ? containerCauses(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec') : []),
    ...(kind === '/Pod' ? containerCauses(objectAt(object, 'spec'), 'spec') : []),
    ...(kind === '/Service' && stringAt(object, 'spec', 'type') !== 'ExternalName' ? portCauses(object) : []),
    ...(kind === '/ConfigMap' || kind === '/Secret' ? dataCauses(object) : []),
    ...(type.custom === undefined ? [] : customCauses(type.custom, object, '')),
  ];
}

/** Fields that a workload may not change once it is there. */
export function validateChange(type: ResourceType, before: JsonObject, after: JsonObject): readonly FieldCause[] {
  const kind = `${type.group}/${type.kind}`;
  const late = newFinalizers(before, after);
  if (late !== undefined) return [late];
  const fixed = SELECTED.includes(kind) ? [['spec', 'selector']] : kind === 'batch/Job' ? [['spec', 'selector'], ['spec', 'template']] : [];
  const changed = fixed.filter((path) => !equalJson(at(before, ...path), at(after, ...path)));
  const causes = changed.map((path) => invalidValue(path.join('.'), at(after, ...path), 'field is immutable'));
  if (before['immutable'] === true && !equalJson(before['data'], after['data'])) return [...causes, { reason: 'FieldValueForbidden', message: 'Forbidden: field is immutable when `immutable` is set', field: 'data' }];
  const isRole = kind.startsWith('rbac.') && before['roleRef'] !== undefined;
  return isRole && !equalJson(before['roleRef'], after['roleRef']) ? [...causes, invalidValue('roleRef', after['roleRef'], 'cannot change roleRef')] : causes;
}

/** A deletion that has begun waits for the finalizers that were there then. */
function newFinalizers(before: JsonObject, after: JsonObject): FieldCause | undefined {
  if (at(before, 'metadata', 'deletionTimestamp') === undefined) return undefined;
  const held = stringsAt(before, 'metadata', 'finalizers');
  const added = stringsAt(after, 'metadata', 'finalizers').filter((finalizer) => !held.includes(finalizer));
  return added.length === 0 ? undefined : forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((one) => JSON.stringify(one)).join(', ')}}`);
}

function nameCauses(type: ResourceType, name: string): readonly FieldCause[] {
  if (name === '') return [required('metadata.name', 'name or generateName is required')];
  if (type.group === 'rbac.authorization.k8s.io') return /[%/]/.test(name) ? [invalidValue('metadata.name', name, 'may not contain "%" or "/"')] : [];
  const isLabel = type.group === '' && (type.kind === 'Namespace' || type.kind === 'Service');
  const isValid = isLabel ? LABEL.test(name) && name.length <= 63 : SUBDOMAIN.test(name) && name.length <= 253;
  return isValid ? [] : [invalidValue('metadata.name', name, isLabel ? LABEL_RULE : SUBDOMAIN_RULE)];
}

function labelCauses(object: JsonObject): readonly FieldCause[] {
  const bad = Object.values(stringMapAt(object, 'metadata', 'labels')).filter((value) => value.length > 63 || !LABEL_VALUE.test(value));
  return bad.map((value) => invalidValue('metadata.labels', value, "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"));
}

function selectorCauses(object: JsonObject): readonly FieldCause[] {
  const selector = objectAt(object, 'spec', 'selector');
  const labels = stringMapAt(object, 'spec', 'template', 'metadata', 'labels');
  const mismatch = invalidValue('spec.template.metadata.labels', at(object, 'spec', 'template', 'metadata', 'labels'), '`selector` does not match template `labels`');
  if (Object.keys(selector).length === 0) return [required('spec.selector'), mismatch];
  const isMatched = Object.entries(stringMapAt(selector, 'matchLabels')).every(([name, value]) => labels[name] === value);
  return isMatched ? [] : [mismatch];
}

/** `Recreate` goes without the settings of a rolling update. */
function strategyCauses(kind: string, object: JsonObject): readonly FieldCause[] {
  if (kind !== 'apps/Deployment' || stringAt(object, 'spec', 'strategy', 'type') !== 'Recreate' || !isObject(at(object, 'spec', 'strategy', 'rollingUpdate'))) return [];
  return [forbiddenField('spec.strategy.rollingUpdate', "may not be specified when strategy `type` is 'Recreate'")];
}

function portCauses(object: JsonObject): readonly FieldCause[] {
  const ports = listAt(object, 'spec', 'ports');
  if (ports.length === 0 && stringAt(object, 'spec', 'clusterIP') !== 'None') return [required('spec.ports')];
  const names = ports.map((port) => stringAt(port, 'name') ?? '');
  return ports.flatMap((port, index) => {
    const name = names[index] ?? '';
    if (name === '' && ports.length > 1) return [required(`spec.ports[${index}].name`)];
    if (name !== '' && names.indexOf(name) < index) return [duplicate(`spec.ports[${index}].name`, name)];
    const number = at(port, 'port');
    const isValid = typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 65_535;
    return isValid ? [] : [invalidValue(`spec.ports[${index}].port`, number, 'must be between 1 and 65535, inclusive')];
  });
}

function dataCauses(object: JsonObject): readonly FieldCause[] {
  const keys = ['data', 'binaryData'].flatMap((field) => (isList(object[field]) ? [] : Object.keys(objectAt(object, field)).map((key) => ({ field, key }))));
  return keys.filter(({ key }) => !/^[-._a-zA-Z0-9]+$/.test(key)).map(({ field, key }) => invalidValue(`${field}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"));
}
