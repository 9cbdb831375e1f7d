import { expect, it } from '@jest/globals';
import type { JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { aNamespace, must, type TheServer } from './contract-server.js';

const labels = { app: 'web' };
const pod = {
  metadata: { labels },
  spec: {
    serviceAccountName: 'web',
    securityContext: { runAsNonRoot: true },
    initContainers: [{ name: 'init', image: 'example.com/init:1', command: ['true'] }],
    containers: [{
      name: 'app', image: 'example.com/web:1', imagePullPolicy: 'Always', args: ['--port=8080'],
      env: [{ name: 'A', value: '1' }, { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      envFrom: [{ configMapRef: { name: 'c' } }],
      ports: [{ name: 'http', containerPort: 8080 }, { name: 'metrics', containerPort: 9090, protocol: 'TCP' }],
      resources: { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: 1, memory: '1Gi' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'http' }, initialDelaySeconds: 5 },
      readinessProbe: { exec: { command: ['true'] } },
      securityContext: { capabilities: { drop: ['ALL'] } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }, { name: 'config', mountPath: '/config', readOnly: true }],
    }],
    volumes: [{ name: 'data', emptyDir: {} }, { name: 'config', configMap: { name: 'c' } }],
    tolerations: [{ key: 'x', operator: 'Exists' }],
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labels } }],
  },
};
const jobPod = { spec: { restartPolicy: 'Never', containers: [{ name: 'job', image: 'example.com/job:1' }] } };

/** What people keep in Git: each kind once, with the fields that servers default, convert and merge. */
const KINDS: readonly (readonly [apiVersion: string, kind: string, content: JsonObject])[] = [
  ['v1', 'ConfigMap', { data: { a: '1' }, binaryData: { b: 'AAH/' } }],
  ['v1', 'Secret', { type: 'Opaque', data: { a: 'MQ==' } }],
  ['v1', 'ServiceAccount', { automountServiceAccountToken: false, imagePullSecrets: [{ name: 'pull' }] }],
  ['v1', 'Service', { spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }, { name: 'grpc', port: 9999, targetPort: 9999, protocol: 'TCP' }] } }],
  ['v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }],
  ['apps/v1', 'Deployment', { spec: { replicas: 0, selector: { matchLabels: labels }, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } }, template: pod } }],
  ['apps/v1', 'StatefulSet', { spec: { replicas: 0, serviceName: 'web', selector: { matchLabels: labels }, template: pod, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }] } }],
  ['apps/v1', 'DaemonSet', { spec: { selector: { matchLabels: labels }, template: { ...pod, spec: { ...pod.spec, nodeSelector: { no: 'such-node' } } } } }],
  ['batch/v1', 'Job', { spec: { suspend: true, backoffLimit: 1, template: jobPod } }],
  ['batch/v1', 'CronJob', { spec: { schedule: '0 0 1 1 *', suspend: true, jobTemplate: { spec: { template: jobPod } } } }],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { minReplicas: 1, maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' }, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] } }],
  ['policy/v1', 'PodDisruptionBudget', { spec: { minAvailable: 1, selector: { matchLabels: { app: 'none' } } } }],
  ['networking.k8s.io/v1', 'Ingress', { spec: { ingressClassName: 'none', rules: [{ host: 'web.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'web', port: { name: 'http' } } } }] } }] } }],
  ['networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: { matchLabels: labels }, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } }],
  ['rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }] }],
  ['rbac.authorization.k8s.io/v1', 'RoleBinding', { roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'web' }, subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'default' }] }],
];

export function applyKindsContract(server: TheServer): void {
  it.each(KINDS)('%s %s: a second apply changes nothing, by dry run or in earnest', async (apiVersion, kind, content) => {
    const { client } = server();
    const namespace = await aNamespace(client);
    const desired: KubeObject = { ...content, apiVersion, kind, metadata: { name: 'web', namespace, labels } };
    const first = must(await client.apply(desired, { fieldManager: 'capstan' }));
    expect(first.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'capstan', operation: 'Apply', apiVersion }));
    const predicted = must(await client.apply(desired, { fieldManager: 'capstan', dryRun: true, force: true }));
    const again = must(await client.apply(desired, { fieldManager: 'capstan' }));
    for (const object of [predicted, again]) {
      expect(object.metadata.generation).toBe(first.metadata.generation);
      // controllers write the status of some kinds in the meantime; what was applied is untouched
      expect(object['spec']).toEqual(first['spec']);
      expect(mine(object)).toEqual(mine(first));
    }
  });
}

/** The entry of capstan, whose time tells of the last change that it made. */
function mine(object: KubeObject): unknown {
  return object.metadata.managedFields?.find((entry) => JSON.stringify(entry).includes('"manager":"capstan"'));
}
