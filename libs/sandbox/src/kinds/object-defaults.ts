import type { Json, JsonObject } from '#kernel';
import { withAt, withDefaults } from '../json/change-json.js';
import { isObject, numberAt, objectAt, stringAt, stringMapAt, stringsAt } from '../json/read-json.js';
import type { ResourceType } from '../resources/resource-type.js';
import { customForm } from './custom-schema.js';
import { mapAt, withPodDefaults, withVolumeDefaults } from './pod-defaults.js';

type Defaulter = (object: JsonObject) => JsonObject;

const RBAC = 'rbac.authorization.k8s.io';
const HISTORY = { revisionHistoryLimit: 10 };
const CLAIM = { spec: { volumeMode: 'Filesystem' }, status: { phase: 'Pending' } };
/** What admission adds to every pod, except the volume of its token: nothing runs that would read it. */
const ADMITTED_POD: JsonObject = {
  enableServiceLinks: true,
  priority: 0,
  preemptionPolicy: 'PreemptLowerPriority',
  serviceAccountName: 'default',
  serviceAccount: 'default',
  tolerations: ['not-ready', 'unreachable'].map((state) => ({ key: `node.kubernetes.io/${state}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
};

/** Numbers of a status that are written even when they are zero. */
const STATUS_FIELDS: Readonly<Record<string, JsonObject>> = {
  '/Service': { loadBalancer: {} },
  'apps/ReplicaSet': { replicas: 0 },
  'apps/StatefulSet': { replicas: 0, availableReplicas: 0 },
  'apps/DaemonSet': { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  'autoscaling/HorizontalPodAutoscaler': { desiredReplicas: 0, currentMetrics: null },
  'policy/PodDisruptionBudget': { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  'networking.k8s.io/Ingress': { loadBalancer: {} },
};

const DEFAULTERS: Readonly<Record<string, Defaulter>> = {
  '/Namespace': (object) => withDefaults(object, { metadata: { labels: { 'kubernetes.io/metadata.name': stringAt(object, 'metadata', 'name') ?? '' } }, spec: { finalizers: ['kubernetes'] }, status: { phase: 'Active' } }),
  '/Pod': (object) => withDefaults(withAt(object, ['spec'], withPodDefaults(objectAt(object, 'spec'))), { spec: ADMITTED_POD, status: { phase: 'Pending' } }),
  '/Service': withServiceDefaults,
  '/Secret': withSecretDefaults,
  '/PersistentVolume': (object) =>
    withDefaults(withAt(object, ['spec'], withVolumeDefaults(objectAt(object, 'spec'))), { spec: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }, status: { phase: 'Available' } }),
  '/PersistentVolumeClaim': (object) => withDefaults(object, CLAIM),
  'apps/Deployment': (object) =>
    withTemplate(object, { replicas: 1, ...HISTORY, progressDeadlineSeconds: 600, strategy: rollingUpdate(object, 'strategy', { maxSurge: '25%', maxUnavailable: '25%' }) }),
  'apps/ReplicaSet': (object) => withTemplate(object, { replicas: 1 }),
  'apps/StatefulSet': (object) =>
    withTemplate(object, {
      replicas: 1,
      ...HISTORY,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: rollingUpdate(object, 'updateStrategy', { partition: 0 }),
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    }, (spec) => mapAt(spec, 'volumeClaimTemplates', (claim) => withDefaults(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...CLAIM }))),
  'apps/DaemonSet': (object) => withTemplate(object, { ...HISTORY, updateStrategy: rollingUpdate(object, 'updateStrategy', { maxSurge: 0, maxUnavailable: 1 }) }),
  'batch/Job': (object) =>
    withTemplate(object, { parallelism: 1, completions: 1, backoffLimit: 6, completionMode: 'NonIndexed', suspend: false, manualSelector: false, podReplacementPolicy: 'TerminatingOrFailed' }),
  'batch/CronJob': withCronJobDefaults,
  'autoscaling/HorizontalPodAutoscaler': (object) =>
    withDefaults(object, { spec: { minReplicas: 1, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] } }),
  'networking.k8s.io/NetworkPolicy': withPolicyDefaults,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': withWebhookDefaults,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': withWebhookDefaults,
  [`${RBAC}/RoleBinding`]: withBindingDefaults,
  [`${RBAC}/ClusterRoleBinding`]: withBindingDefaults,
  'storage.k8s.io/StorageClass': (object) => withDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'apiextensions.k8s.io/CustomResourceDefinition': withDefinitionDefaults,
};

/** The object with what the server fills in by itself. Idempotent. */
export function withObjectDefaults(type: ResourceType, object: JsonObject): JsonObject {
  if (type.custom !== undefined) return customForm(type.custom, object);
  const filled = DEFAULTERS[`${type.group}/${type.kind}`]?.(object) ?? object;
  return type.hasStatus ? withDefaults(filled, { status: STATUS_FIELDS[`${type.group}/${type.kind}`] ?? {} }) : filled;
}

function withTemplate(object: JsonObject, spec: JsonObject, more: Defaulter = (filled) => filled): JsonObject {
  const filled = withDefaults(object, { spec: { ...spec, template: { metadata: {} } } });
  const templated = withAt(filled, ['spec', 'template', 'spec'], withPodDefaults(objectAt(filled, 'spec', 'template', 'spec')));
  return { ...templated, spec: more(objectAt(templated, 'spec')) };
}

function withCronJobDefaults(object: JsonObject): JsonObject {
  const filled = withDefaults(object, { spec: { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, jobTemplate: { metadata: {} } } });
  return withAt(filled, ['spec', 'jobTemplate'], withTemplate(objectAt(filled, 'spec', 'jobTemplate'), {}));
}

function withPolicyDefaults(object: JsonObject): JsonObject {
  const withPorts = (rule: JsonObject): JsonObject => mapAt(rule, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }));
  const spec = mapAt(mapAt(objectAt(object, 'spec'), 'ingress', withPorts), 'egress', withPorts);
  return withDefaults({ ...object, spec }, { spec: { policyTypes: ['Ingress', ...(spec['egress'] === undefined ? [] : ['Egress'])] } });
}

function withWebhookDefaults(object: JsonObject): JsonObject {
  const hook = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {}, timeoutSeconds: 10, failurePolicy: 'Fail' };
  return mapAt(object, 'webhooks', (webhook) => mapAt(withDefaults(webhook, hook), 'rules', (rule) => withDefaults(rule, { scope: '*' })));
}

function rollingUpdate(object: JsonObject, field: string, settings: JsonObject): JsonObject {
  const type = stringAt(object, 'spec', field, 'type') ?? 'RollingUpdate';
  return { type, ...(type === 'RollingUpdate' ? { rollingUpdate: settings } : {}) };
}

function withServiceDefaults(object: JsonObject): JsonObject {
  const type = stringAt(object, 'spec', 'type') ?? 'ClusterIP';
  const isExternal = type === 'ExternalName';
  const spec = mapAt(objectAt(object, 'spec'), 'ports', (port) => withDefaults(port, { protocol: 'TCP', targetPort: numberAt(port, 'port') ?? 0 }));
  const addresses = { internalTrafficPolicy: 'Cluster' };
  const outside = type === 'LoadBalancer' || type === 'NodePort' ? { externalTrafficPolicy: 'Cluster' } : {};
  const balancer = type === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {};
  const isSticky = stringAt(object, 'spec', 'sessionAffinity') === 'ClientIP';
  const affinity = isSticky ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } } : {};
  return withDefaults({ ...object, spec: isSticky ? spec : withAt(spec, ['sessionAffinityConfig'], undefined) }, { spec: { type, sessionAffinity: 'None', ...affinity, ...(isExternal ? {} : addresses), ...outside, ...balancer }, status: { loadBalancer: {} } });
}

/** `stringData` is a way to write `data`: it is never stored. */
function withSecretDefaults(object: JsonObject): JsonObject {
  const { stringData: _written, ...stored } = object;
  const plain = Object.entries(stringMapAt(object, 'stringData')).map(([name, text]): [string, Json] => [name, Buffer.from(text).toString('base64')]);
  const filled = withDefaults(stored, { type: 'Opaque' });
  return plain.length === 0 ? filled : { ...filled, data: { ...objectAt(object, 'data'), ...Object.fromEntries(plain) } };
}

function withBindingDefaults(object: JsonObject): JsonObject {
  const named = mapAt(object, 'subjects', (subject) => (stringAt(subject, 'kind') === 'ServiceAccount' ? subject : withDefaults(subject, { apiGroup: RBAC })));
  return withDefaults(named, { roleRef: { apiGroup: RBAC } });
}

function withDefinitionDefaults(object: JsonObject): JsonObject {
  const kind = stringAt(object, 'spec', 'names', 'kind') ?? '';
  const stored = stringsAt(object, 'status', 'storedVersions');
  const filled = withDefaults(object, { spec: { names: { listKind: `${kind}List`, singular: kind.toLowerCase() }, conversion: { strategy: 'None' } } });
  return stored.length > 0 ? filled : withDefaults(filled, { status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: storageVersions(filled) } });
}

/** The versions of a definition that are marked as stored: one, if it is a valid one. */
export function storageVersions(definition: JsonObject): readonly string[] {
  const versions = objectAt(definition, 'spec')['versions'];
  return Array.isArray(versions) ? versions.filter((version: Json) => isObject(version) && version['storage'] === true).map((version: Json) => stringAt(version, 'name') ?? '') : [];
}
