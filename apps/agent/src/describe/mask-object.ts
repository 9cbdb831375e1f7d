import { isJsonObject, isSecret, LAST_APPLIED_ANNOTATION, MASK, type KubeObject, type ObjectMeta } from '#domain';
import type { Json } from '#kernel';

/** An object as a person may see it: no managedFields, no copy of a manifest in an annotation, and of a Secret the keys alone. Pure. */
export function maskObject(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, annotations, ...meta } = object.metadata;
  const shown = annotations === undefined ? undefined : Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED_ANNOTATION));
  const metadata: ObjectMeta = { ...meta, name: object.metadata.name, ...(shown === undefined ? {} : { annotations: shown }) };
  const clean: KubeObject = { ...object, metadata };
  if (!isSecret(object)) return clean;
  return { ...clean, ...maskedMember(object, 'data'), ...maskedMember(object, 'stringData') };
}

function maskedMember(object: KubeObject, name: 'data' | 'stringData'): { readonly [name: string]: Json } {
  const member = object[name];
  if (member === undefined) return {};
  return { [name]: isJsonObject(member) ? Object.fromEntries(Object.keys(member).map((key) => [key, MASK])) : MASK };
}
