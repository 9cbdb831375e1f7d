import type { JsonObject } from '#kernel';
import { timestamp, type ClusterContext } from '../cluster-context.js';
import { kubeObjectOf } from '../json/kube-object-of.js';
import { withObjectDefaults } from '../kinds/object-defaults.js';

const RBAC = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];
const WRITE = [...READ, 'create', 'update', 'patch', 'delete', 'deletecollection'];
const NAMESPACED_GROUPS = ['', 'apps', 'batch', 'autoscaling', 'policy', 'networking.k8s.io'];
const BOOTSTRAP = { labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } };

/** The objects with which a cluster starts: namespaces, the usual cluster roles, a storage class, nodes. */
export function seedObjects(cluster: ClusterContext, nodes: readonly string[], kubernetesVersion: string): void {
  for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease']) seed(cluster, '/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  seedRole(cluster, 'cluster-admin', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
  seedRole(cluster, 'admin', [{ apiGroups: NAMESPACED_GROUPS, resources: ['*'], verbs: WRITE }, { apiGroups: [RBAC], resources: ['roles', 'rolebindings'], verbs: WRITE }]);
  seedRole(cluster, 'edit', [{ apiGroups: NAMESPACED_GROUPS, resources: ['*'], verbs: WRITE }]);
  seedRole(cluster, 'view', [{ apiGroups: NAMESPACED_GROUPS.filter((group) => group !== ''), resources: ['*'], verbs: READ }, { apiGroups: [''], resources: ['configmaps', 'endpoints', 'events', 'namespaces', 'persistentvolumeclaims', 'pods', 'serviceaccounts', 'services'], verbs: READ }]);
  seed(cluster, `${RBAC}/clusterrolebindings`, {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'cluster-admin', ...BOOTSTRAP },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: RBAC, kind: 'Group', name: 'system:masters' }],
  });
  seed(cluster, 'storage.k8s.io/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'sandbox.capstan.dev/none',
  });
  for (const name of nodes) seed(cluster, '/nodes', node(cluster, name, kubernetesVersion));
}

function seedRole(cluster: ClusterContext, name: string, rules: readonly JsonObject[]): void {
  seed(cluster, `${RBAC}/clusterroles`, { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name, ...BOOTSTRAP }, rules });
}

function seed(cluster: ClusterContext, table: string, body: JsonObject & { readonly metadata: JsonObject }): void {
  const type = cluster.registry.ofTable(table);
  if (type === undefined) throw new Error(`${table} is not built in`);
  const stamped = { ...body, metadata: { ...body.metadata, uid: cluster.ids.uuid(), creationTimestamp: timestamp(cluster.clock) } };
  cluster.store.put(table, kubeObjectOf(withObjectDefaults(type, stamped)));
}

function node(cluster: ClusterContext, name: string, kubernetesVersion: string): JsonObject & { readonly metadata: JsonObject } {
  const now = timestamp(cluster.clock);
  const resources = { cpu: '4', memory: '16Gi', pods: '110' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
    spec: { providerID: `sandbox://${name}` },
    status: {
      capacity: resources,
      allocatable: resources,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status', lastHeartbeatTime: now, lastTransitionTime: now }],
      nodeInfo: { kubeletVersion: kubernetesVersion, operatingSystem: 'linux', architecture: 'amd64', osImage: 'capstan sandbox', containerRuntimeVersion: 'none://0', kernelVersion: '', machineID: '', systemUUID: '', bootID: '', kubeProxyVersion: '' },
    },
  };
}
