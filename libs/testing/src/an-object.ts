import type { Digest, Json, JsonObject } from '#kernel';
import { digestOf } from '#kernel';
import { objectRefOf, type KubeObject, type LiveEntry, type ObjectMeta } from '#domain';

/** A Kubernetes object: `anObject('apps/v1', 'Deployment', 'shop/web', { spec: {} })`; a name without `/` has no namespace. */
export function anObject(apiVersion: string, kind: string, name: string, rest: JsonObject & { readonly metadata?: Partial<ObjectMeta> } = {}): KubeObject {
  const [first = '', second] = name.split('/');
  const identity = second === undefined ? { name: first } : { namespace: first, name: second };
  return { ...rest, apiVersion, kind, metadata: { ...identity, ...rest.metadata } };
}

/** The inventory entry of an object that lives under `uid`; by default one made from its name. */
export function aLiveEntry(object: KubeObject, more: Partial<Omit<LiveEntry, 'state' | 'ref'>> = {}): LiveEntry {
  const ref = objectRefOf(object);
  const appliedHash: Digest = digestOf(ref.name);
  return { ref, apiVersion: object.apiVersion, state: 'LIVE', uid: `uid-${ref.kind}-${ref.name}`.toLowerCase(), appliedHash, isProtected: false, ...more };
}

/** A managedFields entry as the API server writes it. */
export function aManager(manager: string, operation: 'Apply' | 'Update', fieldsV1: Json, more: JsonObject = {}): JsonObject {
  return { manager, operation, apiVersion: 'apps/v1', time: '2026-11-01T12:00:00Z', fieldsType: 'FieldsV1', fieldsV1, ...more };
}
