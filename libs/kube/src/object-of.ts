import type { KubeObject, ObjectMeta } from '#domain';
import type { ResourceInfo } from './kube-client.js';

/**
 * An item as a full object: lists leave out apiVersion and kind, and metadata-only answers say `PartialObjectMetadata`; what the caller
 * asked for is known better here.
 */
export function objectOf(item: { readonly metadata: ObjectMeta }, resource: ResourceInfo): KubeObject {
  return { ...item, apiVersion: resource.group === '' ? resource.version : `${resource.group}/${resource.version}`, kind: resource.kind };
}
