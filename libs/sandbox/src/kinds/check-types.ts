import type { Json, JsonObject } from '#kernel';
import { isList, isObject, objectAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { undeclaredField, wrongType } from './custom-schema.js';
import { METADATA_FIELDS } from './metadata-fields.js';

type Shape = 'string' | 'integer' | 'boolean' | 'object' | 'array' | 'strings';

export interface Undecodable {
  /** `.spec.replicas` */
  readonly path: string;
  readonly why: string;
  readonly isUnknown: boolean;
}

/** Types of fields that people get wrong; a value of another type cannot be decoded, which is refused before any validation. */
const SHAPES: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  '*': { 'metadata.labels': 'strings', 'metadata.annotations': 'strings', 'metadata.finalizers': 'array', 'metadata.ownerReferences': 'array' },
  '/ConfigMap': { data: 'strings', binaryData: 'strings' },
  '/Secret': { data: 'strings', stringData: 'strings', type: 'string' },
  '/Service': { 'spec.ports': 'array', 'spec.selector': 'strings', 'spec.type': 'string' },
  'apps/Deployment': { 'spec.replicas': 'integer', 'spec.template': 'object', 'spec.template.spec.containers': 'array', 'spec.paused': 'boolean' },
  'apps/StatefulSet': { 'spec.replicas': 'integer', 'spec.template': 'object', 'spec.template.spec.containers': 'array', 'spec.serviceName': 'string' },
  'apps/DaemonSet': { 'spec.template': 'object', 'spec.template.spec.containers': 'array' },
  'batch/Job': { 'spec.completions': 'integer', 'spec.parallelism': 'integer', 'spec.template': 'object' },
};
const IDENTITY = ['apiVersion', 'kind', 'metadata'];
/** Top-level fields of the kinds that are not spec and status. Deeper fields of built-in kinds are not checked: the sandbox holds no full schemas. */
const TOP_LEVEL: Readonly<Record<string, readonly string[]>> = {
  ConfigMap: ['data', 'binaryData', 'immutable'],
  Secret: ['data', 'stringData', 'type', 'immutable'],
  ServiceAccount: ['secrets', 'imagePullSecrets', 'automountServiceAccountToken'],
  Endpoints: ['subsets'],
  Event: ['involvedObject', 'reason', 'message', 'source', 'firstTimestamp', 'lastTimestamp', 'count', 'type', 'eventTime', 'series', 'action', 'related', 'reportingComponent', 'reportingInstance'],
  Role: ['rules'],
  ClusterRole: ['rules', 'aggregationRule'],
  RoleBinding: ['subjects', 'roleRef'],
  ClusterRoleBinding: ['subjects', 'roleRef'],
  StorageClass: ['provisioner', 'parameters', 'reclaimPolicy', 'mountOptions', 'allowVolumeExpansion', 'volumeBindingMode', 'allowedTopologies'],
  ValidatingWebhookConfiguration: ['webhooks'],
  MutatingWebhookConfiguration: ['webhooks'],
};

/** The first field that the types of the kind cannot take, or undefined. */
export function undecodableField(type: ResourceType, object: JsonObject): Undecodable | undefined {
  const shapes = { ...SHAPES['*'], ...(type.isCustom ? {} : SHAPES[`${type.group}/${type.kind}`]) };
  for (const [path, expected] of Object.entries(shapes)) {
    const value = path.split('.').reduce<Json | undefined>((here, name) => (isObject(here) ? here[name] : undefined), object);
    if (value !== undefined && value !== null && !hasShape(expected, value)) return { path: `.${path}`, why: `expected ${expected}`, isUnknown: false };
  }
  return type.custom === undefined ? unknownTopLevel(type, object) : undecodableCustom(type.custom, object);
}

/** The first field that is known not to belong to the kind: at the top, in the metadata, and anywhere in a custom resource. `spec.sise` */
export function unknownField(type: ResourceType, object: JsonObject): string | undefined {
  const stray = Object.keys(objectAt(object, 'metadata')).find((name) => !METADATA_FIELDS.includes(name));
  if (stray !== undefined) return `metadata.${stray}`;
  const unknown = type.custom === undefined ? unknownTopLevel(type, object) : undecodableCustom(type.custom, object);
  return unknown?.isUnknown === true ? unknown.path.slice(1) : undefined;
}

function unknownTopLevel(type: ResourceType, object: JsonObject): Undecodable | undefined {
  const known = [...IDENTITY, ...(TOP_LEVEL[type.kind] ?? ['spec', 'status'])];
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  return unknown === undefined ? undefined : { path: `.${unknown}`, why: 'field not declared in schema', isUnknown: true };
}

function undecodableCustom(schema: JsonObject, object: JsonObject): Undecodable | undefined {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...content } = object;
  const wrong = wrongType(schema, content, '');
  if (wrong !== undefined) return { ...wrong, isUnknown: false };
  const path = undeclaredField({ ...schema, properties: objectAt(schema, 'properties') }, content, '');
  return path === undefined ? undefined : { path, why: 'field not declared in schema', isUnknown: true };
}

function hasShape(shape: Shape, value: Json): boolean {
  if (shape === 'integer') return Number.isInteger(value);
  if (shape === 'object') return isObject(value);
  if (shape === 'array') return isList(value);
  if (shape === 'strings') return isObject(value) && Object.values(value).every((member) => typeof member === 'string' || member === null);
  return typeof value === shape;
}
