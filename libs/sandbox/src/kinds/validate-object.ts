import type { JsonObject } from '#kernel';
import { cronJobCauses, jobCauses } from './job-causes.js';
import { metadataCauses } from './metadata-causes.js';
import { containerCauses } from './pod-causes.js';
import { duplicate, forbiddenField, invalidValue, required, tooLong, unsupported, type FieldCause } from './field-cause.js';
import { at, isList, isObject, listAt, objectAt, stringAt, stringMapAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { customCauses } from './custom-causes.js';
import { definitionCauses } from './definition-causes.js';

const SELECTED = ['apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet'];
const JOB_CHECKS: Readonly<Record<string, (object: JsonObject) => readonly FieldCause[]>> = { 'batch/Job': jobCauses, 'batch/CronJob': cronJobCauses };
const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const MAX_DATA_BYTES = 1024 * 1024;
const TEMPLATED = [...SELECTED, 'batch/Job'];

/** What of an object about to be stored is not allowed. The checks that applied content meets in practice, not all that the real server makes. `before`: what it was, if it is a change. */
export function validateObject(type: ResourceType, object: JsonObject, before?: JsonObject): readonly FieldCause[] {
  const kind = `${type.group}/${type.kind}`;
  return [
    ...metadataCauses(type, objectAt(object, 'metadata')),
    ...JOB_CHECKS[kind]?.(object) ?? [],
    ...(SELECTED.includes(kind) ? selectorCauses(object) : []),
    ...strategyCauses(kind, object),
    ...(kind === 'batch/CronJob' ? containerCauses(objectAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec'), 'spec.jobTemplate.spec.template.spec') : []),
    ...(TEMPLATED.includes(kind) ? containerCauses(objectAt(object, 'spec', 'template', 'spec'), 'spec.template.spec') : []),
    ...(kind === '/Pod' ? containerCauses(objectAt(object, 'spec'), 'spec') : []),
    ...(kind === '/Service' && stringAt(object, 'spec', 'type') !== 'ExternalName' ? portCauses(object) : []),
    ...(kind === '/ConfigMap' || kind === '/Secret' ? dataCauses(object) : []),
    ...(type.custom === undefined ? [] : customCauses(type.custom, object, '', before)),
    ...(type.kind === 'CustomResourceDefinition' ? definitionCauses(object) : []),
  ];
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
  const type = stringAt(object, 'spec', 'type') ?? '';
  if (type !== '' && !SERVICE_TYPES.includes(type)) return [unsupported('spec.type', type, SERVICE_TYPES)];
  const places = ports.map((port) => `${String(at(port, 'port'))}/${stringAt(port, 'protocol') ?? 'TCP'}`);
  const names = ports.map((port) => stringAt(port, 'name') ?? '');
  return ports.flatMap((port, index) => {
    const name = names[index] ?? '';
    if (name === '' && ports.length > 1) return [required(`spec.ports[${index}].name`)];
    if (name !== '' && names.indexOf(name) < index) return [duplicate(`spec.ports[${index}].name`, name)];
    if (places.indexOf(places[index] ?? '') < index) return [duplicate(`spec.ports[${index}]`, places[index] ?? '')];
    const number = at(port, 'port');
    const isValid = typeof number === 'number' && Number.isInteger(number) && number >= 1 && number <= 65_535;
    return isValid ? [] : [invalidValue(`spec.ports[${index}].port`, number, 'must be between 1 and 65535, inclusive')];
  });
}

function dataCauses(object: JsonObject): readonly FieldCause[] {
  const keys = ['data', 'binaryData'].flatMap((field) => (isList(object[field]) ? [] : Object.keys(objectAt(object, field)).map((key) => ({ field, key }))));
  const bad = keys.filter(({ key }) => !/^[-._a-zA-Z0-9]+$/.test(key)).map(({ field, key }) => invalidValue(`${field}[${key}]`, key, "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"));
  const twice = keys.filter(({ field, key }) => field === 'data' && objectAt(object, 'binaryData')[key] !== undefined).map(({ key }) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  const bytes = (field: string): number => Object.values(stringMapAt(object, field)).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  const size = object['kind'] === 'Secret' ? (bytes('data') * 3) / 4 : bytes('data') + (bytes('binaryData') * 3) / 4;
  return [...bad, ...twice, ...(size > MAX_DATA_BYTES ? [tooLong(object['kind'] === 'Secret' ? 'data' : '[]', MAX_DATA_BYTES)] : [])];
}
