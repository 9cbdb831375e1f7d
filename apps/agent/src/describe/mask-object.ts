import { isJsonObject, isSecret, LAST_APPLIED_ANNOTATION, MASK, maskValue, type KubeObject, type ObjectMeta } from '#domain';
import type { Json } from '#kernel';

/** Members of a Secret that hold nothing secret; `metadata` is looked at apart. */
const SHOWN_OF_SECRETS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'type', 'immutable']);

/**
 * An object as a person or an expression may see it: no managedFields, no copy of a manifest in an annotation, of a Secret the keys alone (tools keep whole manifests in
 * annotations of their own), and elsewhere neither embedded Secrets nor texts behind telling names. Pure.
 */
export function maskObject(object: KubeObject): KubeObject {
  const { apiVersion, kind, metadata, ...rest } = object;
  const mask = isSecret(object) ? maskOfSecret : maskElsewhere;
  const members = Object.entries(rest).flatMap(([name, member]): (readonly [string, Json])[] => (member === undefined ? [] : [[name, mask(name, member)]]));
  return { ...Object.fromEntries(members), apiVersion, kind, metadata: maskMeta(metadata, mask) };
}

function maskMeta({ managedFields: _managedFields, annotations, ...meta }: ObjectMeta, mask: (name: string, value: Json) => Json): ObjectMeta {
  if (annotations === undefined) return meta;
  const shown = Object.entries(annotations).flatMap(([name, value]): (readonly [string, string])[] => (name === LAST_APPLIED_ANNOTATION ? [] : [[name, String(mask(name, value))]]));
  return { ...meta, annotations: Object.fromEntries(shown) };
}

function maskOfSecret(name: string, value: Json): Json {
  if (SHOWN_OF_SECRETS.has(name)) return value;
  return isJsonObject(value) ? Object.fromEntries(Object.keys(value).map((key) => [key, MASK])) : MASK;
}

function maskElsewhere(name: string, value: Json): Json {
  return maskValue(value, [{ kind: 'field', name }], false).value ?? null;
}
