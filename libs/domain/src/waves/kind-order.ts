import type { ObjectRef } from '../object/kube-object.js';

/** What has to be true of a wave's objects before the next wave is applied. Health is waited for at the end, never between waves. */
export type Settle = 'none' | 'namespace-active' | 'established';

export interface Phase {
  readonly name: string;
  readonly settle: Settle;
  /** `group/Kind`. */
  readonly kinds: readonly string[];
}

/**
 * The order of kinds inside a cluster: what others need comes first. A kind that no phase names is a custom resource,
 * or new in Kubernetes, and comes last: by then its definition is served and its webhook is registered. Removal goes the other way.
 */
export const PHASES: readonly Phase[] = [
  { name: 'namespaces', settle: 'namespace-active', kinds: ['/Namespace'] },
  { name: 'definitions', settle: 'established', kinds: ['apiextensions.k8s.io/CustomResourceDefinition'] },
  {
    name: 'limits',
    settle: 'none',
    kinds: [
      'scheduling.k8s.io/PriorityClass', 'node.k8s.io/RuntimeClass', '/ResourceQuota', '/LimitRange', 'networking.k8s.io/NetworkPolicy',
      'flowcontrol.apiserver.k8s.io/FlowSchema', 'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration',
    ],
  },
  { name: 'accounts', settle: 'none', kinds: ['/ServiceAccount'] },
  { name: 'configuration', settle: 'none', kinds: ['/Secret', '/ConfigMap'] },
  {
    name: 'permissions',
    settle: 'none',
    kinds: [
      'rbac.authorization.k8s.io/ClusterRole', 'rbac.authorization.k8s.io/ClusterRoleBinding', 'rbac.authorization.k8s.io/Role', 'rbac.authorization.k8s.io/RoleBinding',
    ],
  },
  { name: 'storage', settle: 'none', kinds: ['storage.k8s.io/CSIDriver', 'storage.k8s.io/StorageClass', 'storage.k8s.io/VolumeAttributesClass', '/PersistentVolume', '/PersistentVolumeClaim'] },
  { name: 'services', settle: 'none', kinds: ['/Service', '/Endpoints', 'discovery.k8s.io/EndpointSlice'] },
  {
    name: 'workloads',
    settle: 'none',
    kinds: [
      'apps/DaemonSet', 'apps/StatefulSet', 'apps/Deployment', 'apps/ReplicaSet', '/ReplicationController', '/PodTemplate', 'apps/ControllerRevision', '/Pod', 'batch/Job', 'batch/CronJob',
    ],
  },
  {
    name: 'traffic',
    settle: 'none',
    kinds: ['networking.k8s.io/IngressClass', 'networking.k8s.io/Ingress', 'autoscaling/HorizontalPodAutoscaler', 'policy/PodDisruptionBudget'],
  },
  {
    name: 'admission',
    settle: 'none',
    kinds: [
      'apiregistration.k8s.io/APIService', 'admissionregistration.k8s.io/ValidatingAdmissionPolicy', 'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding',
      'admissionregistration.k8s.io/MutatingAdmissionPolicy', 'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding',
      'admissionregistration.k8s.io/MutatingWebhookConfiguration', 'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
    ],
  },
  { name: 'custom resources', settle: 'none', kinds: [] },
];

const PHASE_OF_KIND: ReadonlyMap<string, number> = new Map(PHASES.flatMap((phase, index) => phase.kinds.map((kind) => [kind, index] as const)));

/** Index into PHASES. */
export function phaseOf(ref: ObjectRef): number {
  return PHASE_OF_KIND.get(`${ref.group}/${ref.kind}`) ?? PHASES.length - 1;
}
