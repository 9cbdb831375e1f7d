import type { Patch } from '#domain';
import { err, ok, silentLog } from '#kernel';
import { systemMonotonic, systemTimers } from '#runtime';
import { createProcessRenderer, type ProcessRenderer, type Rendered, type RenderFailure, type RenderRequest } from '#render';
import { aSourceTree, RenderProcessProgram } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const { findTool }: { findTool: (program: string) => string | undefined } = await import(join(resolve(import.meta.dirname, '../../..'), 'scripts/tools.mjs'));
const [kustomize, helm] = [findTool('kustomize'), findTool('helm')];
if (kustomize === undefined || helm === undefined) throw new Error('kustomize or helm is missing: npm run tools');

const signal = new AbortController().signal;
const REQUEST: RenderRequest = {
  path: '', renderer: 'AUTO', namespace: 'shop', parameters: {}, substitute: false,
  helm: { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(ok({ kubeVersion: 'v1.34.0', apiVersions: ['v1', 'apps/v1', 'batch/v1'] })) },
  reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' },
};
const DEPLOYMENT = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1\n  template: {spec: {containers: [{name: app, image: "app:1", args: ["yes", "012"]}, {name: sidecar, image: "side:1"}]}}\n';
const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {password: correct-horse, user: shop}\n';
const CRD = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: things.example.com}\nspec: {group: example.com, scope: Namespaced, names: {plural: things, singular: thing, kind: Thing}, versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]}\n';
const THING = 'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: one}\nspec: {list: [{name: a}, {name: b}]}\n';
const FILES = { 'a.yaml': `${DEPLOYMENT}---\n${SECRET}`, 'b.yaml': `${CRD}---\n${THING}` };

let work: string;
let program: RenderProcessProgram;
let renderer: ProcessRenderer;
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'capstan-patches-spec-'));
  program = await RenderProcessProgram.build();
  const programs = { kustomize: () => Promise.resolve(kustomize), helm: () => Promise.resolve(helm) };
  renderer = await createProcessRenderer({ node: process.execPath, entry: program.entry, programs, workDirectory: work }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog }, signal);
});
afterAll(async () => {
  await renderer.close();
  await program.remove();
  await rm(work, { recursive: true, force: true });
});

const patch = (target: Patch['target'], text: string, place = 0): Patch => ({ target, patch: text, place });
const rendered = async (files: Record<string, string>, request: Partial<RenderRequest>): Promise<Rendered> => {
  const result = await renderer.render(aSourceTree(files), { ...REQUEST, ...request }, signal);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const failure = async (files: Record<string, string>, ...patches: readonly Patch[]): Promise<RenderFailure> => {
  const result = await renderer.render(aSourceTree(files), { ...REQUEST, patches }, signal);
  if (result.ok) throw new Error('it rendered');
  return result.error;
};
const kinds = ({ objects }: Rendered): readonly string[] => objects.map(({ kind }) => kind);

describe('patches on plain manifests', () => {
  it('change what they are for and leave everything else, its order, and where it comes from', async () => {
    const before = await rendered(FILES, {});
    const after = await rendered(FILES, { patches: [patch({ kind: 'Thing' }, 'spec: {size: 3}'), patch({ kind: 'Deployment' }, 'spec: {replicas: 3}')] });
    expect(kinds(after)).toEqual(kinds(before));
    expect(after.sources).toEqual(before.sources);
    expect(after.sources[0]).toEqual({ file: 'a.yaml', line: 1 });
    expect(after.objects[0]).toMatchObject({ spec: { replicas: 3, template: { spec: { containers: [{ args: ['yes', '012'] }, { name: 'sidecar' }] } } } });
    expect(after.objects[1]).toEqual(before.objects[1]);
    expect(after.digest).not.toBe(before.digest);
  });

  it.each<[string, Patch, number, unknown]>([
    ['a merge patch merges lists by their key, and deletes with $patch', patch({ kind: 'Deployment' }, 'spec: {template: {spec: {containers: [{name: app, image: "app:2"}, {name: sidecar, $patch: delete}]}}}'), 0, { spec: { template: { spec: { containers: [{ name: 'app', image: 'app:2', args: ['yes', '012'] }] } } } }],
    ['null deletes a member', patch({ kind: 'Secret' }, 'stringData: {password: null, extra: "01"}'), 1, { stringData: { user: 'shop', extra: '01' } }],
    ['a list of an unknown kind is replaced', patch({ kind: 'Thing' }, 'spec: {list: [{name: c}]}'), 3, { spec: { list: [{ name: 'c' }] } }],
    ['a definition can be patched', patch({ kind: 'CustomResourceDefinition' }, 'spec: {names: {shortNames: [th]}}\nmetadata: {labels: {tier: base}}'), 2, { metadata: { name: 'things.example.com', labels: { tier: 'base' } }, spec: { names: { shortNames: ['th'], kind: 'Thing' } } }],
    ['a JSON patch adds, tests and removes', patch({ kind: 'Deployment' }, '- {op: test, path: /spec/replicas, value: 1}\n- {op: add, path: /spec/template/spec/containers/0/args/-, value: "0x10"}\n- {op: remove, path: /spec/template/spec/containers/1}\n- {op: replace, path: /spec/replicas, value: 9007199254740991}'), 0, { spec: { replicas: 9007199254740991, template: { spec: { containers: [{ name: 'app', args: ['yes', '012', '0x10'] }] } } } }],
    ['the name of a merge patch is nothing: its target says what it is for', patch({ name: 'one' }, 'kind: Other\nmetadata: {name: another, annotations: {a: b}}'), 3, { kind: 'Thing', metadata: { name: 'one', annotations: { a: 'b' } } }],
  ])('%s', async (_title, one, at, expected) => {
    const { objects } = await rendered(FILES, { patches: [one] });
    expect(objects[at]).toMatchObject(expected as object);
    if (one.patch.includes('delete') || one.patch.includes('remove')) expect(JSON.stringify(objects[at])).not.toContain('sidecar');
    if (one.patch.includes('null')) expect(JSON.stringify(objects[at])).not.toContain('password');
  });

  it('are put on in their order', async () => {
    const { objects } = await rendered(FILES, { patches: [patch({ kind: 'Deployment' }, 'spec: {replicas: 2}'), patch({ name: 'web' }, '- {op: test, path: /spec/replicas, value: 2}\n- {op: replace, path: /spec/replicas, value: 5}', 1)] });
    expect(objects[0]).toMatchObject({ spec: { replicas: 5 } });
  });

  it('delete an object, and with the last one there is nothing to apply', async () => {
    const after = await rendered(FILES, { patches: [patch({ kind: 'Secret' }, '$patch: delete')] });
    expect(kinds(after)).toEqual(['Deployment', 'CustomResourceDefinition', 'Thing']);
    expect(after.sources.map((source) => source?.file)).toEqual(['a.yaml', 'b.yaml', 'b.yaml']);
    expect(await failure({ 'a.yaml': SECRET }, patch({ kind: 'Secret' }, '$patch: delete'))).toMatchObject({ code: 'NO_OBJECTS' });
  });

  it('tell objects of one name apart that kustomize would take for one', async () => {
    const twins = { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: default}\n' };
    const { objects } = await rendered(twins, { patches: [patch({ kind: 'ConfigMap' }, 'data: {x: "1"}'), patch({ kind: 'ConfigMap', namespace: 'default' }, 'data: {z: "2"}', 1)] });
    expect(objects.map((object) => object['data'])).toEqual([{ x: '1' }, { x: '1', z: '2' }]);
  });

  it('are put on 1,000 objects in time', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c${index}}\n`).join('---\n');
    const { objects } = await rendered({ 'a.yaml': many }, { patches: [patch({ kind: 'ConfigMap' }, 'data: {x: "1"}')] });
    expect(objects.every((object, index) => object.metadata.name === `c${index}` && JSON.stringify(object['data']) === '{"x":"1"}')).toBe(true);
  });
});

describe('patches on what was built', () => {
  it('come after kustomize', async () => {
    const files = { 'kustomization.yaml': 'namePrefix: prod-\nresources: [a.yaml]\n', 'a.yaml': DEPLOYMENT };
    expect((await rendered(files, { patches: [patch({ name: 'prod-web' }, 'spec: {replicas: 4}')] })).objects).toMatchObject([{ metadata: { name: 'prod-web' }, spec: { replicas: 4 } }]);
  });

  it('come after helm, and reach hooks', async () => {
    const files = {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'templates/a.yaml': DEPLOYMENT,
      'templates/job.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: migrate, annotations: {helm.sh/hook: pre-install}}\nspec: {}\n',
    };
    const { objects, sources } = await rendered(files, { patches: [patch({ kind: 'Job' }, 'spec: {backoffLimit: 0}')] });
    expect(objects.find(({ kind }) => kind === 'Job')).toMatchObject({ metadata: { annotations: { 'helm.sh/hook': 'pre-install' } }, spec: { backoffLimit: 0 } });
    expect(sources.map((source) => source?.file).toSorted()).toEqual(['templates/a.yaml', 'templates/job.yaml']);
  });

  it('come after parameters are put in', async () => {
    const files = { 'a.yaml': DEPLOYMENT.replace('name: web', 'name: "${app}"') };
    expect((await rendered(files, { substitute: true, parameters: { app: 'shop' }, patches: [patch({ name: 'shop' }, 'spec: {replicas: 4}')] })).objects).toMatchObject([{ spec: { replicas: 4 } }]);
  });
});

describe('a patch that does not fit', () => {
  it.each<[string, readonly Patch[], string]>([
    ['matches nothing', [patch({ kind: 'Deployment' }, 'spec: {}'), patch({ kind: 'DaemonSet', name: 'web' }, 'spec: {}', 3)], 'patches[3] (DaemonSet web): no object'],
    ['tests what is not so', [patch({ kind: 'Deployment' }, 'spec: {replicas: 2}'), patch({ kind: 'Deployment' }, '- {op: test, path: /spec/replicas, value: 7}', 1), patch({ kind: 'Deployment' }, 'spec: {replicas: 3}', 2)], 'patches[1] (Deployment *): testing value /spec/replicas failed'],
    ['removes what is not there', [patch({ kind: 'Thing' }, '- {op: remove, path: /spec/nothing}', 4)], 'patches[4] (Thing *): '],
    ['makes no object of one', [patch({ kind: 'Thing' }, '- {op: replace, path: /metadata, value: words}', 2)], 'patches[2] (Thing *): '],
    ['does not read', [patch({ kind: 'Thing' }, 'spec: [', 1)], 'patches[1] (Thing *): the patch does not read'],
  ])('is named when it %s', async (_title, patches, message) => {
    expect(await failure(FILES, ...patches)).toMatchObject({ code: 'PATCH_FAILED', retryable: false, message: expect.stringContaining(message) });
  });

  it.each<[string, Patch, string]>([
    ['two objects of one name', patch({ kind: 'ConfigMap', name: 'b' }, '- {op: replace, path: /metadata/name, value: a}'), 'DUPLICATE_OBJECT'],
    ['an object in the namespace of the agent', patch({ kind: 'ConfigMap', name: 'b' }, '- {op: add, path: /metadata/namespace, value: capstan-system}'), 'RESERVED_NAMESPACE'],
    ['an object without a kind', patch({ kind: 'ConfigMap', name: 'b' }, '- {op: replace, path: /kind, value: ""}'), 'PATCH_FAILED'],
  ])('is found out when it makes %s', async (_title, one, code) => {
    const files = { 'a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n' };
    expect(await failure(files, one)).toMatchObject({ code, retryable: false });
  });

  it('shows no secret, of the object or of its own', async () => {
    const { message } = await failure(FILES, patch({ kind: 'Secret' }, '- {op: test, path: /stringData/password, value: battery-staple}'));
    expect(message).not.toMatch(/correct-horse|battery-staple/);
    const merged = await failure(FILES, patch({ kind: 'Secret' }, 'stringData: battery-staple'));
    expect(merged).toMatchObject({ code: 'PATCH_FAILED', message: expect.not.stringMatching(/correct-horse|battery-staple/) });
  });

  it('waits for a kustomize, and leaves nothing behind', async () => {
    const bare = await createProcessRenderer({ node: process.execPath, entry: program.entry, programs: { kustomize: () => Promise.resolve(undefined), helm: () => Promise.resolve(undefined) }, workDirectory: join(work, 'bare') }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog }, signal);
    const result = await bare.render(aSourceTree(FILES), { ...REQUEST, helm: { ...REQUEST.helm, capabilities: () => Promise.resolve(err({ message: 'not asked' })) }, patches: [patch({ kind: 'Thing' }, 'a: 1')] }, signal);
    expect(result).toMatchObject({ ok: false, error: { code: 'RENDERER_UNAVAILABLE' } });
    await bare.close();
    expect((await readdir(work, { recursive: true })).filter((path) => /patch-|render-/.test(path))).toEqual([]);
  });
});
