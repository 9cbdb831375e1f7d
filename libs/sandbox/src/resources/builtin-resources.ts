import { builtinMergeSchema } from '../kinds/merge-schemas.js';
import type { ResourceType } from './resource-type.js';

interface Traits {
  readonly plural?: string;
  readonly short?: readonly string[];
  readonly isClusterScoped?: boolean;
  readonly hasStatus?: boolean;
  readonly hasGeneration?: boolean;
  readonly inAll?: boolean;
}

/** Everything that the sandbox serves from the start. Custom resources join it as their definitions are stored. */
export const BUILTIN_RESOURCES: readonly ResourceType[] = [
  builtin('', 'v1', 'Namespace', { short: ['ns'], isClusterScoped: true, hasStatus: true }),
  builtin('', 'v1', 'Node', { short: ['no'], isClusterScoped: true, hasStatus: true }),
  builtin('', 'v1', 'Pod', { short: ['po'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('', 'v1', 'Service', { short: ['svc'], hasStatus: true, inAll: true }),
  builtin('', 'v1', 'ConfigMap', { short: ['cm'] }),
  builtin('', 'v1', 'Secret', {}),
  builtin('', 'v1', 'ServiceAccount', { short: ['sa'] }),
  builtin('', 'v1', 'PersistentVolume', { short: ['pv'], isClusterScoped: true, hasStatus: true }),
  builtin('', 'v1', 'PersistentVolumeClaim', { short: ['pvc'], hasStatus: true }),
  builtin('', 'v1', 'Event', { short: ['ev'] }),
  builtin('', 'v1', 'Endpoints', { plural: 'endpoints', short: ['ep'] }),
  builtin('apps', 'v1', 'Deployment', { short: ['deploy'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('apps', 'v1', 'ReplicaSet', { short: ['rs'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('apps', 'v1', 'StatefulSet', { short: ['sts'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('apps', 'v1', 'DaemonSet', { short: ['ds'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('batch', 'v1', 'Job', { hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('batch', 'v1', 'CronJob', { short: ['cj'], hasStatus: true, hasGeneration: true, inAll: true }),
  builtin('autoscaling', 'v2', 'HorizontalPodAutoscaler', { short: ['hpa'], hasStatus: true, inAll: true }),
  builtin('policy', 'v1', 'PodDisruptionBudget', { short: ['pdb'], hasStatus: true, hasGeneration: true }),
  builtin('networking.k8s.io', 'v1', 'Ingress', { plural: 'ingresses', short: ['ing'], hasStatus: true, hasGeneration: true }),
  builtin('networking.k8s.io', 'v1', 'IngressClass', { plural: 'ingressclasses', isClusterScoped: true, hasGeneration: true }),
  builtin('networking.k8s.io', 'v1', 'NetworkPolicy', { plural: 'networkpolicies', short: ['netpol'], hasGeneration: true }),
  builtin('rbac.authorization.k8s.io', 'v1', 'Role', {}),
  builtin('rbac.authorization.k8s.io', 'v1', 'RoleBinding', {}),
  builtin('rbac.authorization.k8s.io', 'v1', 'ClusterRole', { isClusterScoped: true }),
  builtin('rbac.authorization.k8s.io', 'v1', 'ClusterRoleBinding', { isClusterScoped: true }),
  builtin('coordination.k8s.io', 'v1', 'Lease', {}),
  builtin('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition', { short: ['crd', 'crds'], isClusterScoped: true, hasStatus: true, hasGeneration: true }),
  builtin('storage.k8s.io', 'v1', 'StorageClass', { plural: 'storageclasses', short: ['sc'], isClusterScoped: true }),
  builtin('admissionregistration.k8s.io', 'v1', 'ValidatingWebhookConfiguration', { isClusterScoped: true, hasGeneration: true }),
  builtin('admissionregistration.k8s.io', 'v1', 'MutatingWebhookConfiguration', { isClusterScoped: true, hasGeneration: true }),
];

function builtin(group: string, version: string, kind: string, traits: Traits): ResourceType {
  const singular = kind.toLowerCase();
  return {
    group,
    version,
    kind,
    singular,
    plural: traits.plural ?? `${singular}s`,
    shortNames: traits.short ?? [],
    categories: traits.inAll === true ? ['all'] : [],
    isNamespaced: traits.isClusterScoped !== true,
    hasStatus: traits.hasStatus === true,
    hasGeneration: traits.hasGeneration === true,
    schema: builtinMergeSchema(group, kind),
    isCustom: false,
  };
}
