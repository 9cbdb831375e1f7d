import type { AgentSettings } from './agent-settings.js';

type Manifest = Readonly<Record<string, unknown>>;
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

const READ = ['get', 'list', 'watch'];

/** What the agent's own account watches. No Secrets: those it reads as the account of the project. */
const READ_RULES: readonly Rule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'endpoints', 'events', 'limitranges', 'persistentvolumeclaims', 'pods', 'replicationcontrollers', 'resourcequotas', 'serviceaccounts', 'services'],
    verbs: READ,
  },
  { apiGroups: ['apps', 'autoscaling', 'batch', 'networking.k8s.io', 'policy', 'rbac.authorization.k8s.io'], resources: ['*'], verbs: READ },
];
/** Only where the owner of the cluster says so. */
const LOG_RULE: Rule = { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] };
const FLEET_READ_RULES: readonly Rule[] = [
  { apiGroups: [''], resources: ['namespaces', 'nodes', 'persistentvolumes'], verbs: READ },
  { apiGroups: ['apiextensions.k8s.io'], resources: ['customresourcedefinitions'], verbs: READ },
];

/** The rights of the agent's account and of the account as which it applies; the same as the chart's (a test compares them). */
export function agentRbac(settings: AgentSettings, labels: Readonly<Record<string, string>>): readonly Manifest[] {
  const { namespace, applyServiceAccount, preset, namespaces } = settings;
  const reads = settings.readsLogs ? [...READ_RULES, LOG_RULE] : READ_RULES;
  const role = (name: string, inNamespace: string | undefined, rules: readonly Rule[]): Manifest => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: inNamespace === undefined ? 'ClusterRole' : 'Role',
    metadata: { name, ...(inNamespace === undefined ? {} : { namespace: inNamespace }), labels },
    rules,
  });
  const binding = (name: string, inNamespace: string | undefined, roleKind: 'Role' | 'ClusterRole', roleName: string, account: string): Manifest => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: inNamespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name, ...(inNamespace === undefined ? {} : { namespace: inNamespace }), labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: roleKind, name: roleName },
    subjects: [{ kind: 'ServiceAccount', name: account, namespace }],
  });
  const state: readonly Rule[] = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'create', 'update', 'delete'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  ];
  const impersonate: readonly Rule[] = [{ apiGroups: [''], resources: ['serviceaccounts'], resourceNames: [applyServiceAccount], verbs: ['impersonate'] }];
  const everything: readonly Rule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
  const own = [
    role('capstan-agent', namespace, state),
    binding('capstan-agent', namespace, 'Role', 'capstan-agent', 'capstan-agent'),
    role('capstan-agent-impersonate', namespace, impersonate),
    binding('capstan-agent-impersonate', namespace, 'Role', 'capstan-agent-impersonate', 'capstan-agent'),
    role('capstan-agent', undefined, [...FLEET_READ_RULES, ...(preset === 'cluster-admin' ? reads : [])]),
    binding('capstan-agent', undefined, 'ClusterRole', 'capstan-agent', 'capstan-agent'),
  ];
  if (preset === 'cluster-admin') return [...own, binding(applyServiceAccount, undefined, 'ClusterRole', 'cluster-admin', applyServiceAccount)];
  return [
    ...own,
    ...namespaces.flatMap((name) => [
      role('capstan-agent', name, reads),
      binding('capstan-agent', name, 'Role', 'capstan-agent', 'capstan-agent'),
      role(applyServiceAccount, name, everything),
      binding(applyServiceAccount, name, 'Role', applyServiceAccount, applyServiceAccount),
    ]),
  ];
}
