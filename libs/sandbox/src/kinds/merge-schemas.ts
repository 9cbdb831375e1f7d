import { ATOMIC, listBy, MAP, SET, struct, type MergeSchema } from '../managed-fields/merge-schema.js';

/** Merge rules of the built-in kinds, as their published OpenAPI schemas state them. What is not listed merges as `ANY`. */
export const METADATA = struct({ labels: MAP, annotations: MAP, finalizers: SET, ownerReferences: listBy('uid', ATOMIC), managedFields: ATOMIC });

const CONDITIONS = listBy('type');
const RESOURCES = struct({ limits: MAP, requests: MAP, claims: listBy('name') });
const STATUS = struct({ conditions: CONDITIONS });

const CLAIM_SPEC = struct({ selector: ATOMIC, resources: RESOURCES, dataSource: ATOMIC });
const DRIVERS = ['cephfs', 'cinder', 'flexVolume', 'iscsi', 'rbd', 'scaleIO', 'storageos'];
const VOLUME_DRIVERS = Object.fromEntries(DRIVERS.map((driver) => [driver, struct({ secretRef: ATOMIC, options: MAP })]));

const CONTAINER = struct({
  ports: listBy({ containerPort: undefined, protocol: 'TCP' }),
  env: listBy('name', struct({ valueFrom: struct({ configMapKeyRef: ATOMIC, secretKeyRef: ATOMIC, fieldRef: ATOMIC, resourceFieldRef: ATOMIC, fileKeyRef: ATOMIC }) })),
  volumeMounts: listBy('mountPath'),
  volumeDevices: listBy('devicePath'),
  resources: RESOURCES,
});

const POD_SPEC = struct({
  containers: listBy('name', CONTAINER),
  initContainers: listBy('name', CONTAINER),
  ephemeralContainers: listBy('name', CONTAINER),
  volumes: listBy(
    'name',
    struct({
      ...VOLUME_DRIVERS,
      csi: struct({ volumeAttributes: MAP, nodePublishSecretRef: ATOMIC }),
      ephemeral: struct({ volumeClaimTemplate: struct({ metadata: METADATA, spec: CLAIM_SPEC }) }),
    }),
  ),
  affinity: struct({ nodeAffinity: struct({ requiredDuringSchedulingIgnoredDuringExecution: ATOMIC }) }),
  resources: RESOURCES,
  imagePullSecrets: listBy('name', ATOMIC),
  hostAliases: listBy('ip'),
  nodeSelector: ATOMIC,
  overhead: MAP,
  resourceClaims: listBy('name'),
  schedulingGates: listBy('name'),
  topologySpreadConstraints: listBy({ topologyKey: undefined, whenUnsatisfiable: undefined }, struct({ labelSelector: ATOMIC })),
});

const TEMPLATE = struct({ metadata: METADATA, spec: POD_SPEC });
const WORKLOAD = struct({ selector: ATOMIC, template: TEMPLATE });
const VOLUME_SPEC = struct({
  ...VOLUME_DRIVERS,
  capacity: MAP,
  csi: struct({
    volumeAttributes: MAP, controllerExpandSecretRef: ATOMIC, controllerPublishSecretRef: ATOMIC, nodeExpandSecretRef: ATOMIC, nodePublishSecretRef: ATOMIC, nodeStageSecretRef: ATOMIC,
  }),
  nodeAffinity: struct({ required: ATOMIC }),
});
const WEBHOOK = struct({ matchConditions: listBy('name'), namespaceSelector: ATOMIC, objectSelector: ATOMIC });

const SPECS: Readonly<Record<string, Readonly<Record<string, MergeSchema>>>> = {
  '/Namespace': { status: STATUS },
  '/Node': { spec: struct({ podCIDRs: SET }), status: struct({ conditions: CONDITIONS, addresses: listBy('type'), capacity: MAP, allocatable: MAP }) },
  '/Pod': { spec: POD_SPEC, status: struct({ conditions: CONDITIONS, podIPs: listBy('ip'), allocatedResources: MAP, resources: RESOURCES, resourceClaimStatuses: listBy('name') }) },
  '/Service': { spec: struct({ ports: listBy({ port: undefined, protocol: 'TCP' }), selector: ATOMIC }), status: STATUS },
  '/ConfigMap': { data: MAP, binaryData: MAP },
  '/Secret': { data: MAP, stringData: MAP },
  '/ServiceAccount': { secrets: listBy('name', ATOMIC), imagePullSecrets: ATOMIC },
  '/PersistentVolume': { spec: VOLUME_SPEC },
  '/PersistentVolumeClaim': { spec: CLAIM_SPEC, status: struct({ conditions: CONDITIONS, capacity: MAP, allocatedResources: MAP, allocatedResourceStatuses: MAP }) },
  '/Event': { involvedObject: ATOMIC, related: ATOMIC },
  'apps/Deployment': { spec: WORKLOAD, status: STATUS },
  'apps/ReplicaSet': { spec: WORKLOAD, status: STATUS },
  'apps/StatefulSet': { spec: WORKLOAD, status: STATUS },
  'apps/DaemonSet': { spec: WORKLOAD, status: STATUS },
  'batch/Job': { spec: WORKLOAD, status: struct({ uncountedTerminatedPods: struct({ failed: SET, succeeded: SET }) }) },
  'batch/CronJob': { spec: struct({ jobTemplate: struct({ metadata: METADATA, spec: WORKLOAD }) }), status: struct({ active: ATOMIC }) },
  'autoscaling/HorizontalPodAutoscaler': { status: STATUS },
  'policy/PodDisruptionBudget': { spec: struct({ selector: ATOMIC }), status: struct({ conditions: CONDITIONS, disruptedPods: MAP }) },
  'networking.k8s.io/Ingress': { spec: struct({ defaultBackend: struct({ resource: ATOMIC, service: struct({ port: ATOMIC }) }) }) },
  'networking.k8s.io/NetworkPolicy': { spec: struct({ podSelector: ATOMIC }) },
  'rbac.authorization.k8s.io/RoleBinding': { roleRef: ATOMIC },
  'rbac.authorization.k8s.io/ClusterRoleBinding': { roleRef: ATOMIC },
  'apiextensions.k8s.io/CustomResourceDefinition': { status: STATUS },
  'storage.k8s.io/StorageClass': { parameters: MAP },
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': { webhooks: listBy('name', WEBHOOK) },
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': { webhooks: listBy('name', WEBHOOK) },
};

export function builtinMergeSchema(group: string, kind: string): MergeSchema {
  return struct({ metadata: METADATA, ...SPECS[`${group}/${kind}`] });
}
