import type { JsonObject } from '#kernel';
import { apiVersionOf, type ResourceType } from './resource-type.js';

const VERBS = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'];
const SCALABLE = ['deployments.apps', 'replicasets.apps', 'statefulsets.apps'];

/** `/api` */
export function coreVersions(serverAddress: string): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }] };
}

/** `/apis` */
export function groupList(types: readonly ResourceType[]): JsonObject {
  const groups = [...new Set(types.map((type) => type.group))].filter((group) => group !== '');
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map((group) => groupOf(types, group)).filter((group) => group !== undefined) };
}

/** `/apis/<group>`, without its kind when inside a list; undefined when nothing of it is served. */
export function groupOf(types: readonly ResourceType[], group: string): JsonObject | undefined {
  const versions = [...new Set(types.filter((type) => type.group === group).map((type) => type.version))];
  const entries = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return entries[0] === undefined ? undefined : { name: group, versions: entries, preferredVersion: entries[0] };
}

/** `/api/v1` and `/apis/<group>/<version>`; undefined when nothing of it is served. */
export function resourceList(types: readonly ResourceType[], group: string, version: string): JsonObject | undefined {
  const served = types.filter((type) => type.group === group && type.version === version);
  if (served.length === 0) return undefined;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf({ group, version }), resources: served.flatMap(entriesOf) };
}

export function isScalable(type: ResourceType): boolean {
  return SCALABLE.includes(`${type.plural}.${type.group}`);
}

function entriesOf(type: ResourceType): readonly JsonObject[] {
  const { kind, isNamespaced: namespaced } = type;
  const main: JsonObject = {
    name: type.plural,
    singularName: type.singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(type.shortNames.length === 0 ? {} : { shortNames: type.shortNames }),
    ...(type.categories.length === 0 ? {} : { categories: type.categories }),
  };
  const below = (name: string, more: JsonObject): JsonObject => ({ name: `${type.plural}/${name}`, singularName: '', namespaced, ...more });
  return [
    main,
    ...(type.hasStatus ? [below('status', { kind, verbs: ['get', 'patch', 'update'] })] : []),
    ...(isScalable(type) ? [below('scale', { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: ['get', 'patch', 'update'] })] : []),
    ...(type.plural === 'serviceaccounts' && type.group === '' ? [below('token', { kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] })] : []),
  ];
}
