import type { KubeObject } from '#domain';
import type { Json } from '#kernel';
import { at, isObject, listAt, stringAt, stringsAt } from '../json/read-json.js';
import type { ObjectStore } from '../store/object-store.js';
import { MASTERS_GROUP, serviceAccountOf, type User } from './user.js';

/** What is asked, in the words of RBAC. */
export interface Action {
  readonly verb: string;
  readonly group: string;
  /** With its subresource: `deployments/status`. */
  readonly resource: string;
  /** Empty for cluster scope and for all namespaces. */
  readonly namespace: string;
  readonly name: string;
}

const RBAC = 'rbac.authorization.k8s.io';

/** True when a binding gives the user a rule that covers the action. Cluster-wide bindings count everywhere, others in their namespace. */
export function isAllowed(store: ObjectStore, user: User, action: Action): boolean {
  if (user.groups.includes(MASTERS_GROUP)) return true;
  const everywhere = store.list(`${RBAC}/clusterrolebindings`);
  const here = action.namespace === '' ? [] : store.list(`${RBAC}/rolebindings`, action.namespace);
  return [...everywhere, ...here].some((binding) => bindsUser(binding, user) && rulesOf(store, binding).some((rule) => covers(rule, action)));
}

/** True for paths outside resources that every authenticated user may read: discovery, version and health. */
export function isOpenPath(path: string): boolean {
  return /^\/(api|apis|version|healthz|livez|readyz|openapi)(\/|$)/.test(path);
}

function bindsUser(binding: KubeObject, user: User): boolean {
  const account = serviceAccountOf(user.username);
  return listAt(binding, 'subjects').some((subject) => {
    const name = stringAt(subject, 'name') ?? '';
    switch (stringAt(subject, 'kind')) {
      case 'User':
        return name === user.username;
      case 'Group':
        return user.groups.includes(name);
      case 'ServiceAccount':
        return account !== undefined && account.name === name && account.namespace === (stringAt(subject, 'namespace') ?? binding.metadata.namespace);
      default:
        return false;
    }
  });
}

function rulesOf(store: ObjectStore, binding: KubeObject): readonly Json[] {
  const name = stringAt(binding, 'roleRef', 'name') ?? '';
  const isClusterRole = stringAt(binding, 'roleRef', 'kind') === 'ClusterRole';
  const role = isClusterRole ? store.get(`${RBAC}/clusterroles`, '', name) : store.get(`${RBAC}/roles`, binding.metadata.namespace ?? '', name);
  return role === undefined ? [] : listAt(role, 'rules');
}

function covers(rule: Json, action: Action): boolean {
  if (!isObject(rule) || !lists(rule, 'verbs', action.verb) || !lists(rule, 'apiGroups', action.group) || !coversResource(rule, action.resource)) return false;
  const names = stringsAt(rule, 'resourceNames');
  return at(rule, 'resourceNames') === undefined || names.length === 0 || names.includes(action.name);
}

function coversResource(rule: Json, resource: string): boolean {
  const [, subresource] = resource.split('/');
  return stringsAt(rule, 'resources').some((offered) => offered === '*' || offered === resource || (subresource !== undefined && offered === `*/${subresource}`));
}

function lists(rule: Json, field: string, wanted: string): boolean {
  return stringsAt(rule, field).some((offered) => offered === '*' || offered === wanted);
}
