import { fieldOf, textOf } from '../json/read-json.js';
import type { KubeObject } from './kube-object.js';
import type { ObjectScope } from './prepare-object.js';

/**
 * Scopes of the kinds that a render itself defines, by `group/Kind`: its custom resources are prepared before the cluster
 * knows their definition.
 */
export function renderedScopes(objects: readonly KubeObject[]): ReadonlyMap<string, ObjectScope> {
  const scopes = new Map<string, ObjectScope>();
  for (const object of objects) {
    if (object.kind !== 'CustomResourceDefinition' || !object.apiVersion.startsWith('apiextensions.k8s.io/')) continue;
    const group = textOf(object, 'spec', 'group');
    const kind = textOf(object, 'spec', 'names', 'kind');
    if (group !== undefined && kind !== undefined) scopes.set(`${group}/${kind}`, fieldOf(object, 'spec', 'scope') === 'Cluster' ? 'CLUSTER' : 'NAMESPACED');
  }
  return scopes;
}
