import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Json, JsonObject } from '#kernel';
import type { KubeObject, ObjectRef } from '#domain';
import type { GuardedProcess } from '#testing';
import { cm, configMap, deploy } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { DriftStage } from './drift-stage.js';
import { startCaInjector } from './start-cainjector.js';
import { WebhookServer, type PatchOperation } from './webhook-server.js';

jest.setTimeout(120_000);

const CONTAINERS = '/spec/template/spec/containers';
const ADMITTED = { admission: 'rewrites' };
const MESHED = { mesh: 'injects' };

function web(name: string, spec: JsonObject, container: JsonObject = {}, labels: { readonly [name: string]: string } = {}): KubeObject {
  const matchLabels = { app: name };
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, labels },
    spec: { ...spec, selector: { matchLabels }, template: { metadata: { labels: matchLabels }, spec: { containers: [{ name: 'app', image: 'web:1', ...container }] } } },
  };
}

function autoscaler(name: string, minReplicas: number): KubeObject {
  return {
    apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, minReplicas, maxReplicas: 6, metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }] },
  };
}

function guard(name: string, image: string): KubeObject {
  const webhook = (path: string, more: JsonObject): Json => ({
    name: `${path}.example.com`, clientConfig: { service: { name: 'guard', namespace: 'shop', path: `/${path}` }, ...more }, failurePolicy: 'Ignore', sideEffects: 'None', admissionReviewVersions: ['v1'],
    rules: [{ apiGroups: ['nothing.example.com'], apiVersions: ['v1'], resources: ['nothings'], operations: ['CREATE'] }],
  });
  return {
    apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', metadata: { name, labels: { image }, annotations: { 'cert-manager.io/inject-apiserver-ca': 'true' } },
    webhooks: [webhook('bare', {}), webhook('placeholder', { caBundle: 'Cg==' })],
  };
}

/** What a service mesh puts beside a container, and what a registry mirror and a quota make of it. */
function mutate(object: KubeObject): readonly PatchOperation[] {
  const containers = at(object, 'spec', 'template', 'spec', 'containers');
  if (!Array.isArray(containers)) return [];
  if (object.metadata.labels?.['mesh'] === 'injects') {
    const hasSidecar = containers.some((one: Json) => at(one, 'name') === 'proxy');
    return hasSidecar ? [] : [
      { op: 'add', path: `${CONTAINERS}/0`, value: { name: 'proxy', image: 'mesh/proxy:1' } },
      { op: 'add', path: '/spec/template/spec/volumes', value: [{ name: 'mesh-certificates', emptyDir: {} }] },
      { op: 'add', path: '/spec/template/metadata/annotations', value: { 'mesh.example.com/injected': 'true' } },
    ];
  }
  const image = String(at(containers[0], 'image'));
  return image.startsWith('mirror.example.com/') ? [] : [
    { op: 'replace', path: `${CONTAINERS}/0/image`, value: `mirror.example.com/${image}` },
    { op: 'add', path: `${CONTAINERS}/0/resources`, value: { limits: { memory: '64Mi' } } },
  ];
}

const replicasOf = (live: KubeObject): Json | undefined => at(live, 'spec', 'replicas');
const imageOf = (live: KubeObject, index = 0): Json | undefined => at(live, 'spec', 'template', 'spec', 'containers', index, 'image');

describeWithKubernetes('noise that needs no rule', () => {
  describe('noise that needs no rule, from the real ones', () => {
    let stage: DriftStage;
    let webhook: WebhookServer;
    let injector: GuardedProcess;
    beforeAll(async () => {
      stage = await DriftStage.start();
      webhook = await WebhookServer.start(mutate);
      injector = await startCaInjector(stage.cluster);
      const deployments = { group: 'apps', version: 'v1', resource: 'deployments' };
      for (const [name, labels] of [['mirror', ADMITTED], ['mesh', MESHED]] as const) must(await stage.admin.apply(webhook.configuration(name, deployments, labels), { fieldManager: 'kubectl' }));
    }, 180_000);
    afterAll(async () => {
      await injector.kill();
      await stage.stop();
      await webhook.stop();
    }, 60_000);

    const isQuiet = async (application: string): Promise<void> => {
      stage.mark();
      await stage.settled(application);
      expect(stage.writes()).toEqual([]);
      expect(stage.agent.last(application)).toMatchObject({ sync: 'SYNCED' });
    };

    it('a HorizontalPodAutoscaler is left the replicas that Git declares too, also by a new release', async () => {
      await stage.synced('scaled', [web('scaled', { replicas: 1 }), autoscaler('scaled', 3)]);
      const live = await stage.becomes(deploy('scaled'), 'three replicas', (one) => replicasOf(one) === 3);
      expect(JSON.stringify(live.metadata.managedFields)).toContain('"subresource":"scale"');
      await isQuiet('scaled');
      stage.mark();
      await stage.synced('scaled', [web('scaled', { replicas: 2 }, { image: 'web:2' }), autoscaler('scaled', 3)]);
      await stage.wrote('patch deployments shop/scaled');
      expect(stage.bodies().filter((body) => at(body, 'kind') === 'Deployment').map((body) => at(body, 'spec', 'replicas'))).toEqual([3]);
      expect(imageOf(await stage.live(deploy('scaled')))).toBe('web:2');
      await stage.edit(deploy('scaled'), { metadata: { labels: { app: null } }, spec: { minReadySeconds: 9 } });
      await isQuiet('scaled');
    });

    it('a person who scales is undone where nothing else scales; where an autoscaler does, only at nothing, from where it would not come back', async () => {
      await stage.synced('scaled', [web('scaled', { replicas: 2 }, { image: 'web:2' }), autoscaler('scaled', 3)]);
      stage.mark();
      await stage.edit(deploy('scaled'), { spec: { replicas: 0 } }, 'kubectl', 'scale');
      await stage.becomes(deploy('scaled'), 'the autoscaler goes on', (one) => replicasOf(one) === 3);
      await stage.wrote('patch deployments shop/scaled');

      await stage.synced('by-hand', [web('by-hand', { replicas: 2 })]);
      await stage.edit(deploy('by-hand'), { spec: { replicas: 5 } }, 'kubectl', 'scale');
      await stage.becomes(deploy('by-hand'), 'Git\'s replicas', (one) => replicasOf(one) === 2);
    });

    it('replicas are Git\'s again once the autoscaler has left the release', async () => {
      await stage.synced('scaled', [web('scaled', { replicas: 2 }, { image: 'web:3' })]);
      await stage.becomes(deploy('scaled'), 'Git\'s replicas', (one) => replicasOf(one) === 2);
    });

    it('a sidecar that admission injects is not ours', async () => {
      await stage.synced('meshed', [web('meshed', { replicas: 1 }, {}, MESHED)]);
      expect(at(await stage.live(deploy('meshed')), 'spec', 'template', 'spec', 'containers', 0, 'name')).toBe('proxy');
      await isQuiet('meshed');
      await stage.synced('meshed', [web('meshed', { replicas: 1 }, { image: 'web:2' }, MESHED)]);
      await isQuiet('meshed');
      stage.mark();
      await stage.edit(deploy('meshed'), { spec: { paused: true, replicas: 4 } });
      const live = await stage.becomes(deploy('meshed'), 'healed', (one) => replicasOf(one) === 1);
      expect(imageOf(live, 0)).toBe('mesh/proxy:1');
      await stage.wrote('patch deployments shop/meshed');
    });

    it('what admission makes of our own apply is said once and never fought', async () => {
      const report = await stage.synced('admitted', [web('admitted', { replicas: 1 }, {}, ADMITTED)]);
      expect(imageOf(await stage.live(deploy('admitted')))).toBe('mirror.example.com/web:1');
      expect(report.message).toBe('Deployment.apps shop/admitted: admission changed spec.template.spec.containers[name=app].image');
      await isQuiet('admitted');
      stage.mark();
      await stage.edit(deploy('admitted'), { spec: { replicas: 4 } });
      await stage.becomes(deploy('admitted'), 'healed', (one) => replicasOf(one) === 1);
      await stage.wrote('patch deployments shop/admitted');
      // Without the record of who holds what, values alone tell, and they differ from what was sent.
      await stage.edit(deploy('admitted'), { metadata: { managedFields: [{}] } });
      await isQuiet('admitted');
      await stage.edit(deploy('admitted'), { spec: { template: { spec: { containers: [{ name: 'app', image: 'web:theirs' }] } } } });
      await stage.becomes(deploy('admitted'), 'healed', (one) => imageOf(one) === 'mirror.example.com/web:1');
      await isQuiet('admitted');
    });

    it('the CA that cert-manager injects stays, over a placeholder of Git too', async () => {
      const ref: ObjectRef = { group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration', namespace: '', name: 'guard' };
      const bundles = (live: KubeObject): readonly (Json | undefined)[] => [0, 1].map((index) => at(live, 'webhooks', index, 'clientConfig', 'caBundle'));
      const isInjected = (bundle: Json | undefined): boolean => Buffer.from(String(bundle), 'base64').toString('utf8').includes('BEGIN CERTIFICATE');
      await stage.synced('guarded', [guard('guard', 'one')]);
      const live = await stage.becomes(ref, 'the CA is injected', (one) => bundles(one).every(isInjected));
      expect(JSON.stringify(live.metadata.managedFields)).toContain('cert-manager-cainjector');
      await isQuiet('guarded');
      await stage.synced('guarded', [guard('guard', 'two')]);
      expect(bundles(await stage.live(ref))).toEqual(bundles(live));
      expect((await stage.live(ref)).metadata.labels).toMatchObject({ image: 'two' });
      await isQuiet('guarded');
    });

    it('annotations, labels, finalizers, fields and a status that controllers add are nobody\'s business', async () => {
      await stage.synced('added', [configMap('added', { a: '1' }), web('added', { replicas: 1 })]);
      stage.mark();
      await stage.edit(cm('added'), { metadata: { annotations: { 'example.com/seen': 'yes' }, labels: { added: 'by-a-controller' }, finalizers: ['example.com/cleanup'] }, data: { theirs: '2' } }, 'a-controller');
      await stage.edit(deploy('added'), { metadata: { annotations: { 'example.com/seen': 'yes' } }, spec: { minReadySeconds: 3 } }, 'a-controller');
      await stage.settled('added');
      expect(stage.writes()).toEqual([]);
      await stage.edit(cm('added'), { metadata: { finalizers: null } });
    });

    it.each(['with', 'without'])('what the API server spells in its own way is no difference, %s the record of managers', async (record) => {
      const name = `spelled-${record}`;
      const container = {
        resources: { limits: { cpu: 1, memory: '1024Mi' }, requests: { cpu: '0.5' } }, ports: [{ containerPort: 80 }], env: [], securityContext: {}, stdin: false,
        readinessProbe: { httpGet: { path: '/', port: 80 }, initialDelaySeconds: 0 },
      };
      const service: KubeObject = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }], clusterIP: '' } };
      const secret: KubeObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { a: 'b' } };
      await stage.synced(name, [web(name, { replicas: 1, strategy: {}, minReadySeconds: 0 }, container), service, secret]);
      if (record === 'without') {
        for (const ref of [deploy(name), { ...cm(name), kind: 'Service' }, { ...cm(name), kind: 'Secret' }]) await stage.edit(ref, { metadata: { managedFields: [{}] } });
      }
      await isQuiet(name);
    });
  });
});
