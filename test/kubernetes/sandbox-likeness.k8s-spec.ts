import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import type { KubeObject } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startSandboxCluster, type SandboxCluster } from '#sandbox';
import { startRealKubernetes, type RealKubernetes } from '#testing';
import { createRawClient, type RawClient } from '../contract/kubernetes/raw-request.js';
import { describeWithKubernetes } from './stage/describe-with-kubernetes.js';
import { at } from './likeness/comparable-answer.js';
import { compareRun, defineWidgets, eventsSince, WATCHED, type Both } from './likeness/compare-runs.js';

const NAMESPACE = 'likeness';
/** The seeds begin with the day, so that long runs do not repeat each other; a short one is the same every time. */
const IS_LONG = process.env['CAPSTAN_TEST_LONG'] === '1';
const FIRST_SEED = IS_LONG ? Math.floor(Date.now() / 86_400_000) * 10_000 : 1;
const SEEDS = IS_LONG ? 1_500 : 60;

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
  let raw: readonly RawClient[];
  beforeAll(async () => {
    real = await startRealKubernetes();
    sandbox = await startSandboxCluster({ name: 'likeness', historyCapacity: 100_000, simulator: { readyAfterMs: 600_000 } });
    const { server, caPem, token } = sandbox.connection;
    const connection = { server, caPem, credentials: tokenCredentials(token) };
    clients = [...real.clusters.map((cluster) => cluster.client), createKubeClient(connection)];
    raw = [...real.clusters.map((cluster) => cluster.connection), connection].map(createRawClient);
    for (const client of clients) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  }, 180_000);
  afterAll(async () => {
    for (const client of raw) client.close();
    await sandbox.stop();
    await real.stop();
  }, 60_000);

  it.each(Object.keys(SEQUENCES))('answers alike to %s', async (name) => {
    for (const object of SEQUENCES[name] ?? []) {
      const [expected, actual] = await Promise.all(clients.map((client) => answerOf(client, object)));
      expect(actual).toEqual(expected);
    }
  });

  it(`answers alike to random writes (seeds ${FIRST_SEED} to ${FIRST_SEED + SEEDS - 1}), and tells of them alike`, async () => {
    const both = asks();
    await defineWidgets(both);
    const starts = await Promise.all(both.map((ask) => Promise.all(WATCHED.map(async (path) => String(at((await ask('GET', `${path}?limit=1`)).json, 'metadata', 'resourceVersion'))))));
    const namespaces: string[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed += 1) {
      const { namespace, difference } = await compareRun(both, seed);
      namespaces.push(namespace);
      if (difference !== undefined) {
        process.stderr.write(`seed ${seed}:\n${difference.writes.map(({ method, path, body }) => `  ${method} ${path} ${JSON.stringify(body)}\n`).join('')}`);
        expect(difference.sandbox).toEqual(difference.real);
      }
    }
    if (IS_LONG) return; // a real server keeps too little history for so many
    const [expected, actual] = await Promise.all(both.map(async (ask, server) => Promise.all(WATCHED.map((path, index) => eventsSince(ask, path, starts[server]?.[index] ?? '')))));
    expect(actual).toEqual(expected);
    expect(Object.keys(Object.assign({}, ...(expected ?? []))).toSorted()).toEqual(expect.arrayContaining(namespaces.slice(0, 3)));
  }, IS_LONG ? 1_800_000 : 120_000);

  function asks(): Both {
    const [first, second] = raw;
    if (first === undefined || second === undefined) throw new Error('both servers are needed');
    return [first.ask, second.ask];
  }
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
