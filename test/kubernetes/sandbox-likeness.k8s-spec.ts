import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startSandboxCluster, type SandboxCluster } from '#sandbox';
import { startRealKubernetes, type RealKubernetes } from '#testing';
import { describeWithKubernetes } from './describe-with-kubernetes.js';

const NAMESPACE = 'likeness';

/** Several applies of objects in turn: what is compared is every answer, defaults, list order and managedFields included. */
const SEQUENCES: Readonly<Record<string, readonly KubeObject[]>> = {
  'a Deployment that gains and loses fields': [
    workload('apps/v1', 'Deployment', { replicas: 0 }, { ports: [{ containerPort: 80 }], env: [{ name: 'A', value: '1' }], resources: { limits: { cpu: '1' } }, readinessProbe: { httpGet: { port: 80 } } }),
    workload('apps/v1', 'Deployment', { replicas: 0, strategy: { rollingUpdate: { maxSurge: 1 } } }, { command: ['a'], securityContext: { capabilities: { drop: ['ALL'] } }, resources: {} }),
    workload('apps/v1', 'Deployment', { replicas: 0, minReadySeconds: 3 }, { args: [], env: [{ name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }], ports: [{ containerPort: 53, protocol: 'UDP' }] }),
  ],
  'a StatefulSet': [workload('apps/v1', 'StatefulSet', { replicas: 0, serviceName: 'web', volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }] }, {})],
  'a Service whose port moves': [
    namespaced('v1', 'Service', { spec: { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http', name: 'a' }, { port: 53, protocol: 'UDP', name: 'b' }] } }),
    namespaced('v1', 'Service', { spec: { selector: { app: 'web' }, ports: [{ port: 81, name: 'a' }] } }),
  ],
  'a ConfigMap with empty maps': [namespaced('v1', 'ConfigMap', { data: { a: '1' }, binaryData: {} }), namespaced('v1', 'ConfigMap', { data: {} })],
  'a Secret by stringData': [namespaced('v1', 'Secret', { stringData: { a: '1' } }), namespaced('v1', 'Secret', { stringData: { b: '1' } })],
  'a CronJob': [namespaced('batch/v1', 'CronJob', { spec: { schedule: '1 1 1 1 1', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'y' }] } } } } } })],
  'a HorizontalPodAutoscaler': [namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'none' } } })],
  'a NetworkPolicy': [namespaced('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ingress: [{ from: [{ podSelector: {} }], ports: [{ port: 80 }] }] } })],
  'a Role and what it may not become': [
    namespaced('rbac.authorization.k8s.io/v1', 'Role', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
    namespaced('rbac.authorization.k8s.io/v1', 'Role', { rulez: [] }),
  ],
  'a Deployment without a selector': [namespaced('apps/v1', 'Deployment', { spec: { template: { spec: { containers: [{ name: 'a', image: 'x' }] } } } })],
};

/** What is found to differ is a defect of the sandbox, or belongs into its README as not served. */
describeWithKubernetes('the sandbox beside real Kubernetes', () => {
  let real: RealKubernetes;
  let sandbox: SandboxCluster;
  let clients: readonly KubeClient[];
  beforeAll(async () => {
    real = await startRealKubernetes();
    sandbox = await startSandboxCluster({ name: 'likeness', simulator: { readyAfterMs: 600_000 } });
    const { server, caPem, token } = sandbox.connection;
    clients = [...real.clusters.map((cluster) => cluster.client), createKubeClient({ server, caPem, credentials: tokenCredentials(token) })];
    for (const client of clients) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  }, 180_000);
  afterAll(async () => {
    await sandbox.stop();
    await real.stop();
  }, 60_000);

  it.each(Object.keys(SEQUENCES))('answers alike to %s', async (name) => {
    for (const object of SEQUENCES[name] ?? []) {
      const [expected, actual] = await Promise.all(clients.map((client) => answerOf(client, object)));
      expect(actual).toEqual(expected);
    }
  });
});

/** What the server made of it, without what differs from cluster to cluster and what controllers add meanwhile. */
async function answerOf(client: KubeClient, object: KubeObject): Promise<unknown> {
  const result = await client.apply(object, { fieldManager: 'capstan' });
  if (!result.ok) return { code: result.error.code, httpStatus: result.error.httpStatus, message: result.error.message, causes: result.error.causes };
  const { status: _status, metadata, ...content } = result.value;
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, annotations, managedFields, ...identity } = metadata;
  const { 'deployment.kubernetes.io/revision': _revision, ...own } = annotations ?? {};
  const owners = (managedFields ?? []).filter(isObject).filter((entry) => entry['subresource'] === undefined).map(({ time: _time, ...entry }) => entry);
  return { ...content, spec: withoutAddresses(content['spec']), metadata: { ...identity, annotations: own, managedFields: owners } };
}

function withoutAddresses(spec: Json | undefined): Json | undefined {
  if (!isObject(spec)) return spec;
  const { clusterIP: _address, clusterIPs: _addresses, ...rest } = spec;
  return rest;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function namespaced(apiVersion: string, kind: string, content: JsonObject): KubeObject {
  return { ...content, apiVersion, kind, metadata: { name: kind.toLowerCase(), namespace: NAMESPACE, creationTimestamp: null } };
}

function workload(apiVersion: string, kind: string, spec: JsonObject, container: JsonObject): KubeObject {
  const labels = { app: 'web' };
  return namespaced(apiVersion, kind, { spec: { ...spec, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'example.com/web:1', ...container }] } } } });
}
