import { digestOfJson, err, ok, type Json, type JsonObject, type Result } from '#kernel';
import { isJsonObject } from '../json/read-json.js';
import { HOOK_SPELLINGS } from '../hooks/hook-words.js';
import type { KubeObject, ObjectMeta } from './kube-object.js';

export interface NotAnObject {
  readonly code: 'INVALID_OBJECT';
  /** What is wrong, without values. */
  readonly what: string;
}

/** The server's own bookkeeping: in a manifest it is left over from an export, and applying it would fail or mean nothing. */
const SERVER_OWNED = new Set(['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields', 'selfLink']);
/** What makes the prefix of a hook a name. */
const GIVEN = /^[0-9a-f]{8}$/;
const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Reads one manifest as an object: apiVersion, kind and metadata.name must be there; names must be safe as a segment of a
 * URL; labels and annotations must be texts. Everything else is kept as it is, unknown fields too. Pure.
 *
 * `generateName` is for hooks, which are made anew for each release: one gets a name to be known by, and keeps its prefix for the names that it
 * is created under. Beside a name it means nothing, and goes.
 */
export function readObject(value: Json): Result<KubeObject, NotAnObject> {
  if (!isJsonObject(value)) return invalid('this is not a Kubernetes object: a mapping with apiVersion, kind and metadata is expected');
  const { apiVersion, kind, metadata } = value;
  if (apiVersion === undefined && kind === undefined) return invalid('this is not a Kubernetes object: it has neither apiVersion nor kind');
  if (typeof apiVersion !== 'string' || !/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[a-z0-9]+$/.test(apiVersion)) return invalid('apiVersion is missing or is not a group and version');
  if (typeof kind !== 'string' || !/^[A-Za-z][A-Za-z0-9]*$/.test(kind)) return invalid('kind is missing or is not a word');
  if (!isJsonObject(metadata)) return invalid(`${kind}: metadata is missing`);
  const meta = readMetadata(named(value, metadata));
  return meta.ok ? ok({ ...value, apiVersion, kind, metadata: meta.value }) : invalid(`${kind}${typeof metadata['name'] === 'string' ? ` ${metadata['name'].slice(0, 253)}` : ''}: ${meta.error.what}`);
}

function named(object: JsonObject, metadata: JsonObject): JsonObject {
  const { generateName, ...rest } = metadata;
  const { annotations, name } = metadata;
  const isOfHook = isJsonObject(annotations) && HOOK_SPELLINGS.some(({ annotation }) => typeof annotations[annotation] === 'string');
  const prefix = isOfHook && typeof generateName === 'string' ? generateName : '';
  // One that was read before, and stored, reads as it did.
  const isRead = prefix !== '' && typeof name === 'string' && name.startsWith(prefix) && GIVEN.test(name.slice(prefix.length));
  if (generateName === undefined || isRead) return metadata;
  if (!isAbsent(name)) return rest;
  if (prefix === '') return metadata;
  return { ...metadata, name: `${prefix}${digestOfJson(object).slice('sha256:'.length, 'sha256:'.length + 8)}` };
}

function readMetadata(metadata: JsonObject): Result<ObjectMeta, NotAnObject> {
  const { name, namespace, labels, annotations, ownerReferences, finalizers } = metadata;
  if (name === undefined || name === null) return invalid(metadata['generateName'] === undefined ? 'metadata.name is missing' : 'metadata.generateName makes a new object each time, which is for hooks alone: give it a metadata.name');
  if (typeof name !== 'string') return invalid('metadata.name must be text: quote it');
  if (name === '' || name === '.' || name === '..' || name.length > 253 || !/^[A-Za-z0-9:._@$-]+$/.test(name)) return invalid('metadata.name is not a name');
  if (namespace !== undefined && namespace !== null && (typeof namespace !== 'string' || (namespace !== '' && !NAMESPACE.test(namespace)))) return invalid('metadata.namespace is not a name');
  const wrong = wrongText('labels', labels) ?? wrongText('annotations', annotations);
  if (wrong !== undefined) return invalid(wrong);
  if (!isAbsent(ownerReferences) && !(Array.isArray(ownerReferences) && ownerReferences.every(isJsonObject))) return invalid('metadata.ownerReferences must be a list of mappings');
  if (!isAbsent(finalizers) && !(Array.isArray(finalizers) && finalizers.every((entry) => typeof entry === 'string'))) return invalid('metadata.finalizers must be a list of texts');
  // What is null or empty here means "not given"; the checks above have made the rest what ObjectMeta says.
  const kept = Object.entries(metadata).filter(([key, value]) => !SERVER_OWNED.has(key) && !isAbsent(value) && !(key === 'namespace' && value === ''));
  return ok(Object.fromEntries(kept) as unknown as ObjectMeta);
}

function wrongText(field: 'labels' | 'annotations', value: Json | undefined): string | undefined {
  if (isAbsent(value)) return undefined;
  if (!isJsonObject(value)) return `metadata.${field} must be a mapping`;
  const wrong = Object.entries(value).find(([, text]) => typeof text !== 'string');
  return wrong === undefined ? undefined : `metadata.${field}[${JSON.stringify(wrong[0].slice(0, 100))}] must be text: quote it`;
}

function invalid(what: string): Result<never, NotAnObject> {
  return err({ code: 'INVALID_OBJECT', what });
}

function isAbsent(value: Json | undefined): value is null | undefined {
  return value === undefined || value === null;
}
