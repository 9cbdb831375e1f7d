import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { ok, silentLog } from '#kernel';
import { parseKubernetesYaml, readObjects, testHooks, type KubeObject, type ObjectRef } from '#domain';
import { createRenderer } from '#render';
import { aSourceTree, BROKEN_TAG, until } from '#testing';
import { configMap, deploy, deployment } from '../../../apps/agent/test/test-agent.js';
import { hookJob, job } from '../../../apps/agent/test/hook-objects.js';
import { toolPath } from '../../e2e/stage/tool-path.js';
import { describeWithKubernetes } from '../stage/describe-with-kubernetes.js';
import { AgentStage } from '../stage/agent-stage.js';

jest.setTimeout(120_000);

const CHART = join(import.meta.dirname, '../../fixtures/charts/hooked');
const DEFINITIONS: ObjectRef = { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', namespace: '', name: 'tickets.hooked.example.com' };

/** What people keep for Argo CD: a migration before, a database in an early wave, a job beside it, a smoke test after. */
const ARGO_CD = `
apiVersion: batch/v1
kind: Job
metadata:
  generateName: migrate-
  annotations: { argocd.argoproj.io/hook: PreSync, argocd.argoproj.io/hook-delete-policy: HookSucceeded, argocd.argoproj.io/sync-wave: "-1" }
spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: m, image: "example.com/migrate:1" }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: database, annotations: { argocd.argoproj.io/sync-wave: "-1" } }
spec:
  selector: { matchLabels: { app: database } }
  template: { metadata: { labels: { app: database } }, spec: { containers: [{ name: db, image: "example.com/database:1" }] } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: seed, annotations: { argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: BeforeHookCreation } }
spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: s, image: "example.com/seed:1" }] } } }
---
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, annotations: { argocd.argoproj.io/sync-wave: "1" } }
spec:
  selector: { matchLabels: { app: web } }
  template: { metadata: { labels: { app: web } }, spec: { containers: [{ name: web, image: "example.com/web:1" }] } }
---
apiVersion: v1
kind: Pod
metadata: { name: smoke, annotations: { argocd.argoproj.io/hook: PostSync } }
spec: { restartPolicy: Never, containers: [{ name: smoke, image: "example.com/smoke:1" }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: skipped, annotations: { argocd.argoproj.io/hook: Skip } }
`;

function argoCd(): readonly KubeObject[] {
  const documents = parseKubernetesYaml(ARGO_CD, 'argo.yaml');
  if (!documents.ok) throw new Error(documents.error.code);
  const read = readObjects(documents.value, { namespace: 'argo', reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' }, maxObjects: 100 });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.map(({ object }) => object);
}

/** The chart as the real helm renders it. */
async function chart(colour: string): Promise<readonly KubeObject[]> {
  const helm = await toolPath('helm');
  const work = await mkdtemp(join(tmpdir(), 'capstan-hooked-'));
  try {
    const entries = await readdir(CHART, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const tree = aSourceTree(Object.fromEntries(await Promise.all(files.map(async (file) => [`hooked/${relative(CHART, file)}`, await readFile(file)] as const))));
    const renderer = createRenderer({ kustomize: undefined, helm: () => Promise.resolve(helm), workDirectory: work }, silentLog);
    const capabilities = (): Promise<ReturnType<typeof ok<{ kubeVersion: string; apiVersions: readonly string[] }>>> => Promise.resolve(ok({ kubeVersion: 'v1.36.3', apiVersions: ['v1', 'apps/v1', 'batch/v1'] }));
    const rendered = await renderer.render(
      tree,
      {
        path: 'hooked', renderer: 'HELM', namespace: 'chart', parameters: { colour }, substitute: false, reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' },
        helm: { valuesFiles: [], releaseName: 'hooked', skipHooks: false, capabilities },
      },
      AbortSignal.timeout(30_000),
    );
    if (!rendered.ok) throw new Error(rendered.error.message);
    return rendered.value.objects;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

describeWithKubernetes('the order of writes', () => {
  let stage: AgentStage;
  beforeAll(async () => {
    stage = await AgentStage.start({ namespaces: [] });
  }, 180_000);
  afterAll(async () => stage.stop(), 60_000);

  const order = (application: string, objects: readonly KubeObject[]): Promise<bigint> => stage.order(application, objects, { namespace: application });
  const synced = (application: string, objects: readonly KubeObject[]): Promise<unknown> =>
    stage.ordered(application, objects, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, { namespace: application });
  const writes = (application: string): readonly string[] => stage.writesIn(application).map((write) => write.replace(/-[0-9a-f]{10}$/, '-*'));

  it('of manifests for Argo CD is that of their phases and waves, and a wave comes when the one before is healthy', async () => {
    await synced('argo', argoCd());
    expect(writes('argo')).toEqual([
      'create namespaces argo', 'create jobs migrate-*', 'delete jobs migrate-*', 'patch deployments database', 'patch services web', 'create jobs seed', 'patch deployments web', 'create pods smoke',
    ]);
    expect(stage.agent.last('argo')).toMatchObject({ objectCount: 3 });

    const database = stage.entries().find(({ name, verb }) => name === 'database' && verb === 'patch');
    const ready = stage.cluster.auditLog.entries().find((entry) => entry.name === 'database' && entry.subresource === 'status' && JSON.stringify(entry.requestObject).includes('"readyReplicas":1'));
    const service = stage.entries().find(({ resource }) => resource === 'services');
    expect([database?.answeredAt, ready?.answeredAt, service?.time].every((time) => time !== undefined)).toBe(true);
    expect((ready?.time ?? '') < (service?.time ?? '')).toBe(true);

    stage.mark();
    await synced('argo', argoCd().map((object) => (object.metadata.name === 'web' && object.kind === 'Service' ? { ...object, spec: { selector: { app: 'web' }, ports: [{ port: 81 }] } } : object)));
    expect(writes('argo')).toEqual(['create jobs migrate-*', 'delete jobs migrate-*', 'patch services web', 'delete jobs seed', 'create jobs seed', 'delete pods smoke', 'create pods smoke']);

    stage.mark();
    await stage.removed('argo');
    expect(writes('argo').slice(0, 3)).toEqual(['delete deployments web', 'delete services web', 'delete deployments database']);
    expect(writes('argo').slice(3).toSorted()).toEqual(['delete jobs seed', 'delete pods smoke']);
  });

  it('of a chart is that of helm install, helm upgrade and helm uninstall', async () => {
    const objects = await chart('blue');
    expect(testHooks(objects).map(({ object }) => object.metadata.name)).toEqual(['hooked-test']);
    await synced('chart', objects);
    expect(writes('chart').filter((write) => !write.startsWith('delete'))).toEqual([
      'create namespaces chart', 'patch customresourcedefinitions tickets.hooked.example.com', 'create serviceaccounts hooked-migrate', 'create jobs hooked-create-schema', 'create jobs hooked-check', 'patch deployments hooked',
    ]);
    expect(writes('chart').slice(5, 7).toSorted()).toEqual(['delete jobs hooked-check', 'delete serviceaccounts hooked-migrate']);

    stage.mark();
    await synced('chart', await chart('red'));
    const upgrade = writes('chart');
    expect(upgrade.filter((write) => !write.startsWith('delete'))).toEqual(['create serviceaccounts hooked-migrate', 'create jobs hooked-check', 'patch deployments hooked', 'create jobs hooked-reindex']);
    // What the installation had left goes once the upgrade is there.
    expect(upgrade.at(-1)).toBe('delete jobs hooked-create-schema');

    stage.mark();
    await stage.said('chart', { generation: await stage.remove('chart'), sync: 'AWAITING_APPROVAL' });
    expect(writes('chart').slice(0, 2)).toEqual(['create jobs hooked-drop-schema', 'delete deployments hooked']);
    expect(await stage.find(DEFINITIONS)).toBeDefined();
  });

  it('stops at a wave that does not become healthy, while everything else goes on', async () => {
    const wave = (object: KubeObject, number: string): KubeObject => ({ ...object, metadata: { ...object.metadata, annotations: { 'capstan.dev/wave': number } } });
    const version = await order('stuck', [deployment('web', `example.com/web:${BROKEN_TAG}`), configMap('beside', { a: '1' }), wave(configMap('after', { a: '1' }), '1')]);
    await stage.said('stuck', { generation: version, sync: 'APPLYING', reason: 'WAVE_PROGRESSING' });
    // Healing of the same application, and another application, are not held up.
    const beside: ObjectRef = { group: '', kind: 'ConfigMap', namespace: 'stuck', name: 'beside' };
    await stage.edit(beside, { data: { a: '2' } });
    await until('it is healed', 60_000, async () => JSON.stringify((await stage.find(beside))?.['data']) === '{"a":"1"}' || undefined);
    await synced('other', [hookJob('migrate', { 'capstan.dev/hook': 'before' }), configMap('a', { a: '1' })]);
    expect(writes('stuck')).not.toContain('patch configmaps after');

    await synced('stuck', [deployment('web', 'example.com/web:1'), configMap('beside', { a: '1' }), wave(configMap('after', { a: '1' }), '1')]);
    expect(writes('stuck').at(-1)).toBe('patch configmaps after');
    expect(await stage.find(deploy('web', 'stuck'))).toBeDefined();
  });

  it('of what a hook stands on is before the hook, and nothing else is', async () => {
    const inNamespace = { ...hookJob('migrate', { 'capstan.dev/hook': 'before', 'capstan.dev/hook-deadline': '1s' }, `example.com/migrate:${BROKEN_TAG}`) };
    const version = await order('ground', [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ground-extra' } },
      { ...inNamespace, metadata: { ...inNamespace.metadata, namespace: 'ground-extra' } },
      configMap('a', { a: '1' }),
    ]);
    await stage.said('ground', { generation: version, sync: 'FAILED', reason: 'HOOK_TIMED_OUT' });
    expect(stage.entries().filter(({ namespace, name }) => namespace.startsWith('ground') || name.startsWith('ground')).map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([
      'create namespaces ground', 'patch namespaces ground-extra', 'create jobs migrate',
    ]);
    expect(await stage.find(job('migrate', 'ground-extra'))).toBeDefined();
  });
});
