import type { ClusterContext } from '../cluster-context.js';
import { forbidden, notFound, type ApiFailure } from '../http/api-failure.js';
import { groupResource, type ResourceType } from '../resources/resource-type.js';

/** Why nothing can be created in a namespace: it is not there, or it is going. */
export function namespaceRefusal(cluster: ClusterContext, type: ResourceType, namespace: string, name: string): ApiFailure | undefined {
  if (!type.isNamespaced) return undefined;
  const owner = cluster.store.get('/namespaces', '', namespace);
  if (owner === undefined) {
    const namespaces = cluster.registry.find('', 'v1', 'namespaces');
    return namespaces === undefined ? undefined : notFound(namespaces, namespace);
  }
  if (owner.metadata.deletionTimestamp === undefined) return undefined;
  const message = `${groupResource(type)} ${JSON.stringify(name)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' };
  return forbidden(message, { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, causes: [cause] });
}

/** Why nothing can be created of a kind: its definition is going. */
export function definitionRefusal(cluster: ClusterContext, type: ResourceType, name: string): ApiFailure | undefined {
  const definition = type.isCustom ? cluster.store.get('apiextensions.k8s.io/customresourcedefinitions', '', groupResource(type)) : undefined;
  if (definition?.metadata.deletionTimestamp === undefined) return undefined;
  const message = `${groupResource(type)} ${JSON.stringify(name)} is forbidden: create not allowed while custom resource definition is terminating`;
  return forbidden(message, { name, group: type.group, kind: type.plural });
}
