import { isJsonObject, parseApiVersion, type KubeObject, type ObjectMeta } from '#domain';
import type { Json } from '#kernel';

const MASK = '********';
/** kubectl keeps whole manifests in it, those of Secrets too. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An object as a person may see it: no managedFields, no copy of a manifest in an annotation, and of a Secret the keys alone. Pure. */
export function maskObject(object: KubeObject): KubeObject {
  const { managedFields: _managedFields, annotations, ...meta } = object.metadata;
  const shown = annotations === undefined ? undefined : Object.fromEntries(Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED));
  const metadata: ObjectMeta = { ...meta, name: object.metadata.name, ...(shown === undefined ? {} : { annotations: shown }) };
  const clean: KubeObject = { ...object, metadata };
  if (object.kind !== 'Secret' || parseApiVersion(object.apiVersion).group !== '') return clean;
  return { ...clean, ...maskedMember(object, 'data'), ...maskedMember(object, 'stringData') };
}

function maskedMember(object: KubeObject, name: 'data' | 'stringData'): { readonly [name: string]: Json } {
  const member = object[name];
  if (member === undefined) return {};
  return { [name]: isJsonObject(member) ? Object.fromEntries(Object.keys(member).map((key) => [key, MASK])) : MASK };
}
