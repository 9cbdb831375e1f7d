import type { Json, JsonObject } from '#kernel';

/** A Kubernetes object as JSON: exactly what was rendered or what the server sent, unknown fields included. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface ObjectMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly deletionTimestamp?: string | undefined;
  readonly labels?: { readonly [key: string]: string } | undefined;
  readonly annotations?: { readonly [key: string]: string } | undefined;
  readonly ownerReferences?: readonly JsonObject[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly managedFields?: readonly Json[] | undefined;
}

/** Which object, without the version: the identity that survives an API version change. `namespace` is empty for cluster scope. */
export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** `group/version` apart; the core group is empty. */
export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function objectRefOf(object: KubeObject): ObjectRef {
  return {
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** A stable text for maps and sorting: `group/Kind/namespace/name`. */
export function objectKey(ref: ObjectRef): string {
  return `${ref.group}/${ref.kind}/${ref.namespace}/${ref.name}`;
}

/** What a person reads: `Deployment.apps podinfo/podinfo`, `Namespace podinfo`. */
export function formatObjectRef(ref: ObjectRef): string {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  return `${kind} ${ref.namespace === '' ? '' : `${ref.namespace}/`}${ref.name}`;
}
