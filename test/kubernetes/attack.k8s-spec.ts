import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '#domain';
import { createKubeClient, tokenCredentials } from '#kube';
import { startRealKubernetes, until, type RealCluster, type RealKubernetes } from '#testing';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configMap, deployment, TestAgent, TestSource } from '../../apps/agent/test/test-agent.js';
import { anAssignment, aTombstone } from '../../apps/agent/test/test-orders.js';
import { must, resourceOf } from '../contract/kubernetes/contract-server.js';
import { parseManifest } from '../e2e/stage/join-cluster.js';
import { toolPath } from '../e2e/stage/tool-path.js';
import { runTool } from './run-tool.js';

jest.setTimeout(180_000);
const ROOT = process.cwd();
let kubernetes: RealKubernetes;
const agents: TestAgent[] = [];
let epoch = 0;
async function install(cluster: RealCluster, values: string): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'attack-'));
  const file = join(directory, 'v.yaml');
  await writeFile(file, `hub: { host: hub.example.com, caHash: "sha256:${'a'.repeat(64)}" }\n${values}`);
  for (const name of ['capstan-system', 'shop', 'web']) must(await cluster.client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'x' }));
  const out = await runTool(await toolPath('helm'), ['template', 'capstan-agent', join(ROOT, 'helm/capstan-agent'), '--namespace', 'capstan-system', '--values', file], directory);
  expect(out.stderr).toBe('');
  for (const object of parseManifest(out.stdout)) if (object.kind !== 'Deployment') must(await cluster.client.apply(object, { fieldManager: 'helm' }));
}
async function start(cluster: RealCluster, source: TestSource): Promise<TestAgent> {
  const token = await cluster.tokenFor('capstan-system', 'capstan-agent');
  const agentClient = () => createKubeClient({ server: cluster.server, caPem: cluster.caPem, credentials: tokenCredentials(token) }, { userAgent: 'capstan-agent' });
  const logs: string[] = [];
  const l = (lv: string) => (m: string, f?: object) => { const line = `${lv} ${m} ${JSON.stringify(f ?? {})}`; logs.push(line); if (process.env['SHOWLOG']) process.stderr.write(line.slice(0, 400) + '\n'); };
  const agent = await TestAgent.start({ agentClient }, source, ++epoch, { log: { debug: l('debug'), info: l('info'), warn: l('warn'), error: l('error') } });
  agents.push(agent);
  return agent;
}
const cl = (i: number): RealCluster => kubernetes.clusters[i]!;
const writes = (i: number) => cl(i).auditLog.writes({ excludeNamespaces: ['capstan-system'] }).filter((e) => e.userAgent === 'capstan-agent').map((e) => `${e.verb} ${e.resource} ${e.namespace}/${e.name}`);
const get = async (i: number, gk: string, ns: string, name: string): Promise<any> => must(await cl(i).client.get(await resourceOf(cl(i).client, gk), ns, name));
const crd = (extra: object = {}): KubeObject => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' }, versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'string' }, ...extra } } } } } }] } }) as any;
const widget = (spec: object): KubeObject => ({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec }) as any;
const secret = (name: string, stringData: Record<string, string>): KubeObject => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData }) as any;

beforeAll(async () => {
  kubernetes = await startRealKubernetes({ clusters: 2 });
  await install(cl(0), 'apply: { preset: cluster-admin }\n');
  await install(cl(1), 'apply: { preset: namespaced, namespaces: [shop, web] }\n');
}, 180_000);
afterAll(async () => {
  for (const agent of agents) await agent.stop();
  await kubernetes.stop();
}, 60_000);

describe('attack', () => {
  let a0: TestAgent; let a1: TestAgent; const source = new TestSource();
  beforeAll(async () => { a0 = await start(cl(0), source); a1 = await start(cl(1), source); });
  let gen = 0;

  it('misspelled field', async () => {
    const bad = { ...deployment('web', 'example.com/web:1') } as any;
    bad.spec = { ...bad.spec, replicsa: 3 };
    source.put('bad', [configMap('settings', { a: '1' }), bad]);
    await a0.accept(anAssignment({ application: 'miss', generation: ++gen, release: 'bad' }));
    const r = await until('r', 20_000, () => { const x = a0.last('miss'); return x && x.sync !== 'APPLYING' ? x : undefined; });
    process.stderr.write(`MISSPELLED: ${r.sync} ${r.reason} ${r.message}\n`);
    expect(r.reason).toBe('INVALID_FOR_SERVER');
  });
  it('CRD and CR, drift of the CR, schema change with CR', async () => {
    source.put('crd1', [crd(), widget({ size: 'L' }), secret('s', { password: 'canary-1' })]);
    await a0.accept(anAssignment({ application: 'crd', generation: ++gen, release: 'crd1' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'crd');
    const t0 = Date.now();
    must(await cl(0).client.mergePatch(await resourceOf(cl(0).client, 'example.com/Widget'), 'shop', 'w', { spec: { size: 'XL' } }, { fieldManager: 'kubectl-edit' }));
    await until('healed', 20_000, async () => ((await get(0, 'example.com/Widget', 'shop', 'w')).spec.size === 'L' ? true : undefined));
    process.stderr.write(`CR healed after ${Date.now() - t0} ms\n`);
    must(await cl(0).client.mergePatch(await resourceOf(cl(0).client, 'Secret'), 'shop', 's', { stringData: { password: 'evil' } }, { fieldManager: 'kubectl-edit' }));
    const t1 = Date.now();
    await until('secret healed', 20_000, async () => (Buffer.from((await get(0, 'Secret', 'shop', 's')).data.password, 'base64').toString() === 'canary-1' ? true : undefined));
    process.stderr.write(`Secret healed after ${Date.now() - t1} ms\n`);
    source.put('crd2', [crd({ colour: { type: 'string' } }), widget({ size: 'L', colour: 'red' }), secret('s', { password: 'canary-1' })]);
    await a0.accept(anAssignment({ application: 'crd', generation: ++gen, release: 'crd2' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'crd');
    expect((await get(0, 'example.com/Widget', 'shop', 'w')).spec.colour).toBe('red');
  });
  it('CR with misspelled field', async () => {
    source.put('crd3', [crd({ colour: { type: 'string' } }), widget({ size: 'L', color: 'red' }), secret('s', { password: 'canary-1' })]);
    await a0.accept(anAssignment({ application: 'crd', generation: ++gen, release: 'crd3' }));
    const r = await a0.reported({ generation: BigInt(gen), sync: 'KEPT_LAST_GOOD' }, 'crd');
    process.stderr.write(`CR MISSPELLED: ${r.sync} ${r.reason} ${r.message}\n`);
    expect(r.reason).toBe('INVALID_FOR_SERVER');
  });
  it('namespaced preset: drift is found soon', async () => {
    source.put('ns1', [configMap('settings', { a: '1' }), secret('s', { password: 'canary-2' }), deployment('web', 'example.com/web:1')]);
    await a1.accept(anAssignment({ application: 'nsd', generation: ++gen, release: 'ns1' }));
    await a1.reported({ generation: BigInt(gen), sync: 'SYNCED', health: 'HEALTHY' }, 'nsd');
    const t0 = Date.now();
    must(await cl(1).client.mergePatch(await resourceOf(cl(1).client, 'ConfigMap'), 'shop', 'settings', { data: { a: '2' } }, { fieldManager: 'kubectl-edit' }));
    await until('healed', 20_000, async () => ((await get(1, 'ConfigMap', 'shop', 'settings')).data.a === '1' ? true : undefined));
    process.stderr.write(`namespaced: healed after ${Date.now() - t0} ms\n`);
    must(await cl(1).client.mergePatch(await resourceOf(cl(1).client, 'Secret'), 'shop', 's', { stringData: { password: 'evil' } }, { fieldManager: 'kubectl-edit' }));
    await until('secret healed', 20_000, async () => (Buffer.from((await get(1, 'Secret', 'shop', 's')).data.password, 'base64').toString() === 'canary-2' ? true : undefined));
  });
  it('HPA owns replicas', async () => {
    const three = deployment('hpa', 'example.com/web:1', 3);
    source.put('hpa1', [three, configMap('x', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'hpa', generation: ++gen, release: 'hpa1' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED', health: 'HEALTHY' }, 'hpa');
    const two: any = deployment('hpa', 'example.com/web:2', 3);
    delete two.spec.replicas;
    const deploys = await resourceOf(cl(0).client, 'apps/Deployment');
    await a0.accept(anAssignment({ application: 'hpa', generation: ++gen, release: 'hpa1', drift: 'REPORT' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'hpa');
    must(await cl(0).client.mergePatch(deploys, 'shop', 'hpa', { spec: { replicas: 5 } }, { fieldManager: 'hpa-controller', subresource: 'scale' }));
    await a0.reported({ generation: BigInt(gen), sync: 'DRIFTED' }, 'hpa');
    source.put('hpa2', [two, configMap('x', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'hpa', generation: ++gen, release: 'hpa2', drift: 'REPORT' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED', health: 'HEALTHY' }, 'hpa');
    await a0.accept(anAssignment({ application: 'hpa', generation: ++gen, release: 'hpa2' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED', health: 'HEALTHY' }, 'hpa');
    const d = await get(0, 'apps/Deployment', 'shop', 'hpa');
    expect(d.spec.replicas).toBe(5);
    must(await cl(0).client.mergePatch(deploys, 'shop', 'hpa', { spec: { replicas: 7 } }, { fieldManager: 'hpa-controller', subresource: 'scale' }));
    must(await cl(0).client.mergePatch(deploys, 'shop', 'hpa', { spec: { template: { spec: { containers: [{ name: 'app', image: 'example.com/web:evil' }] } } } }, { fieldManager: 'kubectl-edit' }));
    await until('image healed', 10_000, async () => (JSON.stringify(await get(0, 'apps/Deployment', 'shop', 'hpa')).includes('"image":"example.com/web:2"') ? true : undefined));
    expect((await get(0, 'apps/Deployment', 'shop', 'hpa')).spec.replicas).toBe(7);
  });
  it('immutable field', async () => {
    const next: any = JSON.parse(JSON.stringify(deployment('hpa', 'example.com/web:3')));
    next.spec.selector.matchLabels = { app: 'other' }; next.spec.template.metadata.labels = { app: 'other' };
    source.put('imm', [next, configMap('x', { a: '2' })]);
    cl(0).auditLog.mark();
    await a0.accept(anAssignment({ application: 'hpa', generation: ++gen, release: 'imm' }));
    const r = await a0.reported({ generation: BigInt(gen), sync: 'KEPT_LAST_GOOD' }, 'hpa');
    process.stderr.write(`IMMUTABLE: ${r.reason} ${r.message}\n`);
    expect(writes(0)).toEqual([]);
  });
  it('finalizer that never goes', async () => {
    source.put('fin1', [configMap('stuck', { a: '1' }, { finalizers: ['example.com/never'] }), configMap('y', { a: '1' }), configMap('z', { a: '1' })]);
    source.put('fin2', [configMap('y', { a: '2' }), configMap('z', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'fin', generation: ++gen, release: 'fin1' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'fin');
    await a0.accept(anAssignment({ application: 'fin', generation: ++gen, release: 'fin2' }));
    const r = await a0.reported({ generation: BigInt(gen), sync: 'SYNCED', reason: 'PRUNE_BLOCKED' }, 'fin');
    process.stderr.write(`FINALIZER: ${r.message}\n`);
    source.put('fin3', [configMap('stuck', { a: '3' }), configMap('y', { a: '2' }), configMap('z', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'fin', generation: ++gen, release: 'fin3' }));
    const r3 = await until('r', 10_000, () => { const x = a0.last('fin'); return x && x.generation === BigInt(gen) && x.sync !== 'APPLYING' ? x : undefined; });
    process.stderr.write(`REDECLARED WHILE LEAVING: ${r3.sync} ${r3.reason} ${r3.health} ${r3.message}\n`);
    must(await cl(0).client.mergePatch(await resourceOf(cl(0).client, 'ConfigMap'), 'shop', 'stuck', { metadata: { finalizers: null } }, { fieldManager: 'kubectl' }));
    await until('is there again', 30_000, async () => { const f = await cl(0).client.get(await resourceOf(cl(0).client, 'ConfigMap'), 'shop', 'stuck'); return f.ok && f.value.metadata.deletionTimestamp === undefined ? true : undefined; });
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED', reason: 'SYNCED' }, 'fin');
  });
  it('moves: between namespaces, namespace in the release', async () => {
    const ns: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'moved' } };
    source.put('mv1', [ns, configMap('m', { a: '1' }, { namespace: 'moved' }), configMap('d', { a: '1' }), configMap('e', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'mv', generation: ++gen, release: 'mv1', namespace: 'moved' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'mv');
    source.put('mv2', [ns, configMap('m', { a: '1' }, { namespace: 'shop' }), configMap('d', { a: '1' }), configMap('e', { a: '1' })]);
    cl(0).auditLog.mark();
    await a0.accept(anAssignment({ application: 'mv', generation: ++gen, release: 'mv2', namespace: 'moved' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'mv');
    expect(writes(0)).toEqual(['patch configmaps shop/m', 'delete configmaps moved/m']);
  });
  it('a version that is no longer served', async () => {
    const gizmo = (versions: string[], storage: string): KubeObject => ({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'gizmos.example.org' }, spec: { group: 'example.org', scope: 'Namespaced', names: { plural: 'gizmos', singular: 'gizmo', kind: 'Gizmo', listKind: 'GizmoList' }, versions: ['v1alpha1', 'v1'].map((name) => ({ name, served: versions.includes(name), storage: name === storage, schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } })) } }) as any;
    must(await cl(0).client.apply(gizmo(['v1alpha1', 'v1'], 'v1'), { fieldManager: 'operator' }));
    await until('served', 10_000, async () => { cl(0).client.invalidateDiscovery(); return (await cl(0).client.resolve('example.org', 'Gizmo', 'v1alpha1')).ok ? true : undefined; });
    const g = (name: string): KubeObject => ({ apiVersion: 'example.org/v1alpha1', kind: 'Gizmo', metadata: { name }, spec: { a: '1' } }) as any;
    source.put('gz1', [g('one'), configMap('gz', { a: '1' }), configMap('gz2', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'gz', generation: ++gen, release: 'gz1' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'gz');
    must(await cl(0).client.apply(gizmo(['v1'], 'v1'), { fieldManager: 'operator', force: true }));
    await until('gone', 10_000, async () => { cl(0).client.invalidateDiscovery(); return (await cl(0).client.resolve('example.org', 'Gizmo', 'v1alpha1')).ok ? undefined : true; });
    source.put('gz2', [configMap('gz', { a: '2' }), configMap('gz2', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'gz', generation: ++gen, release: 'gz2' }));
    const r = await until('r', 20_000, () => { const x = a0.last('gz'); return x && x.generation === BigInt(gen) && x.sync !== 'APPLYING' ? x : undefined; });
    process.stderr.write(`VERSION GONE: ${r.sync} ${r.reason} ${r.message}\n`);
    expect(r.sync).toBe('SYNCED');
  });
  it('RBAC away and back', async () => {
    source.put('rb1', [configMap('rb', { a: '1' }), configMap('rb2', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'rb', generation: ++gen, release: 'rb1' }));
    await a0.reported({ generation: BigInt(gen), sync: 'SYNCED' }, 'rb');
    const b = await get(0, 'rbac.authorization.k8s.io/ClusterRoleBinding', '', 'capstan-apply');
    const crbs = await resourceOf(cl(0).client, 'rbac.authorization.k8s.io/ClusterRoleBinding');
    must(await cl(0).client.delete(crbs, '', 'capstan-apply', { uid: b.metadata.uid }));
    source.put('rb2', [configMap('rb', { a: '2' }), configMap('rb2', { a: '1' })]);
    await a0.accept(anAssignment({ application: 'rb', generation: ++gen, release: 'rb2' }));
    const r = await a0.reported({ generation: BigInt(gen), sync: 'KEPT_LAST_GOOD' }, 'rb');
    process.stderr.write(`RBAC: ${r.reason} ${r.message}\n`);
    const { uid: _u, resourceVersion: _r, managedFields: _m, creationTimestamp: _c, ...meta } = b.metadata;
    must(await cl(0).client.create({ ...b, metadata: meta }));
    const t0 = Date.now();
    await until('synced', 60_000, () => { const x = a0.last('rb'); return x?.sync === 'SYNCED' && x.generation === BigInt(gen) ? x : undefined; });
    process.stderr.write(`RBAC back after ${Date.now() - t0} ms\n`);
  });
  it('API server restarted in the middle', async () => {
    const many = Array.from({ length: 120 }, (_, i) => configMap(`n${i}`, { a: '1' }));
    source.put('mid1', many);
    cl(0).auditLog.mark();
    await a0.accept(anAssignment({ application: 'mid', generation: ++gen, release: 'mid1', namespace: 'mid' }));
    await until('some are written', 30_000, () => (writes(0).length > 25 ? true : undefined));
    await cl(0).restartApiServer();
    const t0 = Date.now();
    await until('synced', 60_000, () => { const x = a0.last('mid'); return x?.sync === 'SYNCED' && x.health === 'HEALTHY' && x.generation === BigInt(gen) ? x : undefined; }, () => JSON.stringify(a0.last('mid'), (_k, v) => (typeof v === 'bigint' ? String(v) : v)));
    process.stderr.write(`restart: synced ${Date.now() - t0} ms after the server was back\n`);
    expect(cl(0).auditLog.deletes({ excludeNamespaces: ['capstan-system'] }).filter((e) => e.userAgent === 'capstan-agent')).toEqual([]);
  });
  it('500 objects and 1 MiB', async () => {
    const many = Array.from({ length: 500 }, (_, i) => configMap(`o${i}`, { a: '1', b: 'x'.repeat(500) }));
    source.put('big1', [...many, configMap('huge', { a: 'y'.repeat(1024 * 1024 - 300) })]);
    globalThis.gc?.();
    const t0 = Date.now();
    await a0.accept(anAssignment({ application: 'big', generation: ++gen, release: 'big1', namespace: 'big' }));
    await until('synced', 120_000, () => { const x = a0.last('big'); return x?.sync === 'SYNCED' && x.health === 'HEALTHY' && x.generation === BigInt(gen) ? x : undefined; }, () => JSON.stringify(a0.last('big'), (_k, v) => (typeof v === 'bigint' ? String(v) : v)).slice(0, 600));
    process.stderr.write(`500 objects + 1 MiB: ${Date.now() - t0} ms\n`);
    const t1 = Date.now();
    await a0.accept(aTombstone({ application: 'big', generation: ++gen, mode: 'DELETE' }));
    await until('removed', 120_000, () => (a0.last('big')?.sync === 'REMOVED' ? true : undefined));
    process.stderr.write(`removal of 501: ${Date.now() - t1} ms\n`);
  });
});
