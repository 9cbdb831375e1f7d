import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { ObjectStore } from '../store/object-store.js';
import { isAllowed, type Action } from './authorize.js';
import { serviceAccountUser } from './user.js';

const RBAC = 'rbac.authorization.k8s.io';
const AGENT = serviceAccountUser('capstan-system', 'agent');

function aStore(kind: 'Role' | 'ClusterRole', rules: readonly JsonObject[], binding: 'RoleBinding' | 'ClusterRoleBinding' = 'ClusterRoleBinding', namespace = ''): ObjectStore {
  const store = new ObjectStore(10);
  const place = namespace === '' ? {} : { namespace };
  const role: KubeObject = { apiVersion: `${RBAC}/v1`, kind, metadata: { name: 'r', ...(kind === 'Role' ? place : {}) }, rules };
  store.put(`${RBAC}/${kind.toLowerCase()}s`, role);
  store.put(`${RBAC}/${binding.toLowerCase()}s`, {
    apiVersion: `${RBAC}/v1`, kind: binding, metadata: { name: 'b', ...place }, roleRef: { kind, name: 'r' }, subjects: [{ kind: 'ServiceAccount', name: 'agent', namespace: 'capstan-system' }],
  });
  return store;
}

const action = (over: Partial<Action> = {}): Action => ({ verb: 'get', group: 'apps', resource: 'deployments', namespace: 'web', name: 'web', ...over });

describe('isAllowed', () => {
  it.each<[string, ObjectStore, Action, boolean]>([
    ['nothing without a binding', new ObjectStore(10), action(), false],
    ['what a cluster-wide rule lists', aStore('ClusterRole', [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }]), action(), true],
    ['no other verb', aStore('ClusterRole', [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }]), action({ verb: 'patch' }), false],
    ['no other group', aStore('ClusterRole', [{ apiGroups: [''], resources: ['deployments'], verbs: ['*'] }]), action(), false],
    ['no subresource by its resource', aStore('ClusterRole', [{ apiGroups: ['*'], resources: ['deployments'], verbs: ['*'] }]), action({ resource: 'deployments/status' }), false],
    ['a subresource by pattern', aStore('ClusterRole', [{ apiGroups: ['*'], resources: ['*/status'], verbs: ['*'] }]), action({ resource: 'deployments/status' }), true],
    ['the namespace of a role binding', aStore('ClusterRole', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], 'RoleBinding', 'web'), action(), true],
    ['no namespace beside it', aStore('ClusterRole', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], 'RoleBinding', 'web'), action({ namespace: 'other' }), false],
    ['no list over all namespaces by a role binding', aStore('Role', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }], 'RoleBinding', 'web'), action({ verb: 'list', namespace: '', name: '' }), false],
    ['impersonation of the named account', aStore('ClusterRole', [{ apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['capstan-apply'], verbs: ['impersonate'] }]), action({ verb: 'impersonate', group: '', resource: 'serviceaccounts', name: 'capstan-apply' }), true],
    ['impersonation of no other account', aStore('ClusterRole', [{ apiGroups: [''], resources: ['serviceaccounts'], resourceNames: ['capstan-apply'], verbs: ['impersonate'] }]), action({ verb: 'impersonate', group: '', resource: 'serviceaccounts', name: 'default' }), false],
  ])('%s', (_name, store, asked, expected) => {
    expect(isAllowed(store, AGENT, asked)).toBe(expected);
  });
});
