import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '#domain';
import { until } from '#testing';
import { cm, configMap, deploy, deployment } from '../../../apps/agent/test/test-agent.js';
import { at, must } from '../../contract/kubernetes/contract-server.js';
import { toolPath } from '../../e2e/stage/tool-path.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { runTool } from '../stage/run-tool.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What an application is made of before anybody takes it over: one object as Git will have it, and one of which Git will say less and other things. */
interface Origin {
  readonly what: string;
  /** Left on the objects by the tool. */
  readonly marks: KubeObject['metadata'];
  readonly put: (stage: AgentStage, objects: readonly KubeObject[]) => Promise<void>;
}

const inShop = (object: KubeObject, marks: Partial<KubeObject['metadata']> = {}): KubeObject => ({ ...object, metadata: { ...object.metadata, ...marks, namespace: 'shop' } });

/** As `kubectl apply` without server-side apply creates it. */
const clientSide = async (stage: AgentStage, objects: readonly KubeObject[]): Promise<void> => {
  for (const object of objects) {
    const { annotations } = object.metadata;
    const withLast = { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [LAST_APPLIED]: JSON.stringify(object) } } };
    must(await stage.admin.create(withLast, { fieldManager: 'kubectl-client-side-apply' }));
  }
};
const created = (fieldManager: string) => async (stage: AgentStage, objects: readonly KubeObject[]): Promise<void> => {
  for (const object of objects) must(await stage.admin.create(object, { fieldManager }));
};
const applied = (fieldManager: string) => async (stage: AgentStage, objects: readonly KubeObject[]): Promise<void> => {
  for (const object of objects) must(await stage.admin.apply(object, { fieldManager }));
};

const ORIGINS: readonly Origin[] = [
  { what: 'kubectl-apply', marks: { name: '' }, put: clientSide },
  { what: 'kubectl-server-side', marks: { name: '' }, put: applied('kubectl') },
  { what: 'kubectl-create', marks: { name: '' }, put: created('kubectl-create') },
  { what: 'argocd', marks: { name: '', annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:shop/web' } }, put: applied('argocd-controller') },
  { what: 'flux', marks: { name: '', labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }, put: applied('kustomize-controller') },
];

describeWithKubernetes('objects that are there already', () => {
  describe('objects that are there already, on real Kubernetes', () => {
    let stage: AgentStage;
    beforeAll(async () => {
      stage = await AgentStage.start();
    }, 180_000);
    afterAll(async () => {
      await stage.stop();
    }, 60_000);

    const settled = async (name: string): Promise<KubeObject> =>
      until(`${name} is there and observed`, 60_000, async () => {
        const live = await stage.find(deploy(name));
        return live !== undefined && at(live, 'status', 'readyReplicas') === 1 && at(live, 'status', 'observedGeneration') === live.metadata.generation ? live : undefined;
      });

    /** What would differ if anything had been restarted. The API server counts a Deployment's annotations into its generation, so that tells nothing. */
    const running = async (name: string): Promise<unknown> => {
      const pods = must(await stage.admin.list(must(await stage.admin.resolve('', 'Pod')), { namespace: 'shop', labelSelector: `app=${name}` }));
      const sets = must(await stage.admin.list(must(await stage.admin.resolve('apps', 'ReplicaSet')), { namespace: 'shop', labelSelector: `app=${name}` }));
      const live = await stage.live(deploy(name));
      return { uid: live.metadata.uid, spec: live['spec'], pods: pods.items.map(({ metadata }) => metadata.uid).toSorted(), sets: sets.items.map(({ metadata }) => metadata.uid).toSorted() };
    };

    it.each(ORIGINS)('$what: taken over without a restart, and what the tool had put there and Git does not say goes', async ({ what, marks, put }) => {
      const { name: _name, ...given } = marks;
      const web = deployment(`web-${what}`, 'example.com/web:1');
      await put(stage, [inShop(web, given), inShop(configMap(`same-${what}`, { a: '1' }), given), inShop(configMap(`less-${what}`, { a: '1', stale: 'yes' }), given)]);
      await settled(web.metadata.name);
      const before = await running(web.metadata.name);
      const objects = [web, configMap(`same-${what}`, { a: '1' }), configMap(`less-${what}`, { a: '2' })];
      stage.mark();
      await stage.ordered(what, objects, { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
      // One write for who holds what, one for the object; never more.
      expect(stage.writes().toSorted()).toEqual([
        ...[`less-${what}`, `less-${what}`, `same-${what}`, `same-${what}`].map((name) => `patch configmaps shop/${name}`),
        ...[web, web].map(({ metadata }) => `patch deployments shop/${metadata.name}`),
      ]);
      const after = await stage.live(deploy(web.metadata.name));
      expect(await running(web.metadata.name)).toEqual(before);
      expect((await stage.live(cm(`less-${what}`)))['data']).toEqual({ a: '2' });
      for (const left of [after, await stage.live(cm(`same-${what}`))]) {
        const said = [...Object.keys(left.metadata.annotations ?? {}), ...Object.keys(left.metadata.labels ?? {})].filter((key) => !key.startsWith('deployment.kubernetes.io/'));
        expect(said.toSorted()).toEqual(['capstan.dev/owner', 'capstan.dev/target']);
      }
      stage.mark();
      await stage.ordered(what, objects, { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
      expect(stage.writes()).toEqual([]);
    });

    it('helm: a release of a chart is taken over without a restart', async () => {
      const directory = await mkdtemp(join(tmpdir(), 'capstan-adopt-'));
      try {
        await writeFile(join(directory, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
        const web = deployment('web-helm', 'example.com/web:1');
        await mkdir(join(directory, 'templates'));
        await writeFile(join(directory, 'templates/web.yaml'), JSON.stringify(web));
        const installed = await runTool(await toolPath('helm'), ['install', 'shop', directory, '--namespace', 'shop', '--kubeconfig', stage.cluster.adminKubeconfig], directory);
        expect(installed).toMatchObject({ exitCode: 0 });
        const helms = await settled('web-helm');
        const before = await running('web-helm');
        expect(helms.metadata.annotations?.['meta.helm.sh/release-name']).toBe('shop');
        await stage.ordered('helm', [web], { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
        const after = await stage.live(deploy('web-helm'));
        expect(await running('web-helm')).toEqual(before);
        expect(after.metadata.annotations?.['meta.helm.sh/release-name']).toBeUndefined();
        stage.mark();
        await stage.ordered('helm', [web], { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
        expect(stage.writes()).toEqual([]);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    });

    it('leaves a restart by hand alone', async () => {
      const web = deployment('web-hands', 'example.com/web:1');
      await clientSide(stage, [inShop(web)]);
      const resource = must(await stage.admin.resolve('apps', 'Deployment'));
      must(await stage.admin.mergePatch(resource, 'shop', 'web-hands', { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'today' } } } } }, { fieldManager: 'kubectl-rollout' }));
      await until('the restart is over', 60_000, async () => (at(await settled('web-hands'), 'status', 'replicas') === 1 ? true : undefined));
      const spec = (await stage.live(deploy('web-hands')))['spec'];
      await stage.ordered('hands', [web], { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED' });
      expect((await stage.live(deploy('web-hands')))['spec']).toEqual(spec);
    });
  });
});
