import type { SourceTree } from '#domain';
import { err, silentLog, type Log, type Result } from '#kernel';
import { systemMonotonic, systemTimers } from '#runtime';
import { createProcessRenderer, type ProcessRenderer, type Rendered, type RenderFailure, type RenderRequest, type ProcessRendererConfig } from '#render';
import { aSourceTree, RenderProcessProgram, type SourceTreeContent } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../../..');
const FIXTURES = resolve(ROOT, process.env['CAPSTAN_FIXTURES'] ?? '../shared/fixtures');
const hasFixtures = existsSync(join(FIXTURES, 'podinfo'));
if (!hasFixtures) process.stderr.write(`SKIPPED: no fixtures at ${FIXTURES}; name their directory in CAPSTAN_FIXTURES\n`);

const { findTool }: { findTool: (program: string) => string | undefined } = await import(join(ROOT, 'scripts/tools.mjs'));
const kustomize = findTool('kustomize');
if (kustomize === undefined) throw new Error('kustomize is missing: npm run tools');

const signal = new AbortController().signal;
const REQUEST: RenderRequest = {
  path: '',
  renderer: 'AUTO',
  namespace: 'web',
  parameters: {},
  substitute: false,
  helm: { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(err({ message: 'not asked' })) },
  reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' },
};
const configMap = (name: string, extra = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${extra}`;

let work: string;
let program: RenderProcessProgram;
let renderer: ProcessRenderer;
let jail: unknown;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'capstan-render-spec-'));
  const log: Log = { ...silentLog, info: (_message, fields) => void (jail ??= fields?.['jail']) };
  program = await RenderProcessProgram.build();
  renderer = await rendererWith(kustomize, {}, log);
});
afterAll(async () => {
  await program.remove();
  await rm(work, { recursive: true, force: true });
});

const rendererWith = (file: string | undefined, config: Partial<ProcessRendererConfig> = {}, log: Log = silentLog): Promise<ProcessRenderer> =>
  createProcessRenderer(
    { node: process.execPath, entry: program.entry, programs: { kustomize: () => Promise.resolve(file), helm: () => Promise.resolve(undefined) }, workDirectory: work, ...config },
    { timers: systemTimers, monotonic: systemMonotonic, log }, signal,
  );

const render = (tree: SourceTree, request: Partial<RenderRequest> = {}): Promise<Result<Rendered, RenderFailure>> => renderer.render(tree, { ...REQUEST, ...request }, signal);
const rendered = async (tree: SourceTree, request: Partial<RenderRequest> = {}): Promise<Rendered> => {
  const result = await render(tree, request);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};
const failure = async (files: Record<string, SourceTreeContent>, request: Partial<RenderRequest> = {}): Promise<RenderFailure> => {
  const result = await render(aSourceTree(files), request);
  if (result.ok) throw new Error('it rendered');
  return result.error;
};

async function treeOf(directory: string): Promise<SourceTree> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return aSourceTree(Object.fromEntries(await Promise.all(files.map(async (file) => [relative(directory, file), await readFile(file)] as const))));
}

(hasFixtures ? describe : describe.skip)('real content', () => {
  it('renders the kustomization of podinfo', async () => {
    const result = await rendered(await treeOf(join(FIXTURES, 'podinfo')), { path: 'kustomize' });
    expect(result.renderer).toBe('KUSTOMIZE');
    expect(result.objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted()).toEqual(['Deployment/podinfo', 'HorizontalPodAutoscaler/podinfo', 'Service/podinfo']);
    expect(result.sources.every((source) => source === undefined)).toBe(true);
  });

  it('renders plain manifests in several folders, each with its file', async () => {
    const result = await rendered(await treeOf(join(FIXTURES, 'podinfo')), { path: 'deploy/webapp' });
    expect(result.renderer).toBe('PLAIN');
    expect(result.objects).toHaveLength(result.sources.length);
    expect(new Set(result.sources.map((source) => source?.file)).size).toBe(9);
    expect(result.objects.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['Namespace', 'Deployment', 'ServiceAccount', 'RoleBinding']));
  });

  it('renders base and overlays of the Flux example', async () => {
    const tree = await treeOf(join(FIXTURES, 'flux2-kustomize-helm-example'));
    const [staging, production] = [await rendered(tree, { path: 'apps/staging' }), await rendered(tree, { path: 'apps/production' })];
    expect(staging.objects.map(({ kind }) => kind).toSorted()).toEqual(production.objects.map(({ kind }) => kind).toSorted());
    expect(staging.digest).not.toBe(production.digest);
  });
});

const FLEET: Record<string, string> = {
  'base/kustomization.yaml': 'resources: [deployment.yaml]\n',
  'base/deployment.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 1}\n',
  'overlays/prod/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../components/debug]\nnamePrefix: prod-\npatches: [{path: replicas.yaml}]\nconfigMapGenerator: [{name: settings, files: [a.conf], envs: [b.env]}]\n',
  'overlays/prod/replicas.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 5}\n',
  'overlays/prod/a.conf': 'x=1\n',
  'overlays/prod/b.env': 'LEVEL=debug\n',
  'components/debug/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {debug: "yes"}\n',
};

describe('kustomizations', () => {
  it('builds an overlay from its base, components, patches and generators, and reads nothing else', async () => {
    const tree = aSourceTree({ ...FLEET, 'base/unused.yaml': ': [', 'secret.yaml': 'x' });
    const { objects } = await rendered(tree, { path: 'overlays/prod' });
    expect(objects.find(({ kind }) => kind === 'Deployment')).toMatchObject({ metadata: { name: 'prod-web', annotations: { debug: 'yes' } }, spec: { replicas: 5 } });
    expect(objects.find(({ kind }) => kind === 'ConfigMap')).toMatchObject({ data: { 'a.conf': 'x=1\n', LEVEL: 'debug' } });
    expect([...tree.reads].toSorted()).toEqual(Object.keys(FLEET).toSorted());
  });

  it('has a digest that follows the objects and not the files', async () => {
    const before = await rendered(aSourceTree(FLEET), { path: 'overlays/prod' });
    const commented = await rendered(aSourceTree({ ...FLEET, 'base/deployment.yaml': `# a comment\n${FLEET['base/deployment.yaml']}` }), { path: 'overlays/prod' });
    const changed = await rendered(aSourceTree({ ...FLEET, 'base/deployment.yaml': `${FLEET['base/deployment.yaml']?.trim()}\n---\n${configMap('more')}` }), { path: 'overlays/prod' });
    expect(commented.digest).toBe(before.digest);
    expect(changed.digest).not.toBe(before.digest);
  });

  it('leaves no file behind', async () => {
    await render(aSourceTree(FLEET), { path: 'overlays/prod' });
    await failure({ 'kustomization.yaml': 'resources: [a.yaml]\nnope: 1\n', 'a.yaml': configMap('a') });
    expect(await readdir(join(work, 'capstan-render'))).toEqual([]);
  });

  it.each<[string, Record<string, SourceTreeContent>, Partial<RenderFailure>]>([
    ['a base that does not exist, with the file that names it', { 'app/kustomization.yaml': 'resources: [../base]\n' }, { code: 'PATH_NOT_FOUND', message: 'base does not exist in this commit, named by app/kustomization.yaml, resources[0]' }],
    ['a base without a kustomization', { 'app/kustomization.yaml': 'resources: [../base]\n', 'base/a.yaml': configMap('a') }, { code: 'KUSTOMIZE_FAILED', file: 'base' }],
    ['a remote base', { 'app/kustomization.yaml': 'resources: ["https://me:hunter2@github.com/o/r//x?ref=hunter2"]\n' }, { code: 'REMOTE_REFERENCE_REFUSED', file: 'app/kustomization.yaml' }],
    ['a remote base behind capital letters', { 'app/kustomization.yaml': 'Bases: [github.com/o/r]\n' }, { code: 'REMOTE_REFERENCE_REFUSED' }],
    ['a path that leaves the repository', { 'app/kustomization.yaml': 'resources: [../../etc]\n' }, { code: 'PATH_REFUSED' }],
    ['an absolute path', { 'app/kustomization.yaml': 'configMapGenerator: [{name: a, files: [/etc/passwd]}]\n' }, { code: 'PATH_REFUSED' }],
    ['invalid YAML in a base, with its line', { 'app/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [x.yaml]\n', 'b/x.yaml': 'a: 1\nb: [\n' }, { code: 'INVALID_YAML', file: 'b/x.yaml', line: 2 }],
    ['a duplicate key in a kustomization', { 'app/kustomization.yaml': 'resources: []\nresources: []\n' }, { code: 'DUPLICATE_KEY', file: 'app/kustomization.yaml', line: 2 }],
    ['a chart', { 'app/kustomization.yaml': 'helmCharts: [{name: a}]\n' }, { code: 'KUSTOMIZE_FAILED', file: 'app/kustomization.yaml' }],
    ['a plugin that runs a program', { 'app/kustomization.yaml': 'generators: [g.yaml]\n', 'app/g.yaml': 'apiVersion: x/v1\nkind: Evil\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./evil.sh}\n' }, { code: 'KUSTOMIZE_FAILED' }],
    ['an inline plugin', { 'app/kustomization.yaml': 'transformers:\n- |\n  apiVersion: x/v1\n  kind: Evil\n  metadata: {name: a}\n' }, { code: 'KUSTOMIZE_FAILED' }],
    ['a patch that matches nothing, in the words of kustomize', { 'app/kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]\n', 'app/a.yaml': configMap('a'), 'app/p.yaml': configMap('b') }, { code: 'KUSTOMIZE_FAILED' }],
    ['a symlink out of the repository', { 'app/kustomization.yaml': 'resources: [a.yaml]\n', 'app/a.yaml': { symlink: '../../etc/passwd' } }, { code: 'PATH_REFUSED' }],
    ['a submodule as a base', { 'app/kustomization.yaml': 'resources: [../base]\n', base: { gitlink: '0'.repeat(40) } }, { code: 'PATH_REFUSED' }],
    ['a kustomization with nothing in it', { 'app/kustomization.yaml': '# nothing\n' }, { code: 'KUSTOMIZE_FAILED' }],
    ['a kustomization that yields nothing', { 'app/kustomization.yaml': 'resources: []\nnamePrefix: a-\n' }, { code: 'NO_OBJECTS' }],
    ['a cycle', { 'app/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../app]\n' }, { code: 'KUSTOMIZE_FAILED' }],
  ])('refuses %s', async (_name, files, expected) => {
    const error = await failure(files, { path: 'app' });
    expect(error).toMatchObject({ ...expected, retryable: false });
    expect(error.message).not.toMatch(/hunter2|capstan-render|\/tmp\//);
  });

  it('does not repeat secrets that kustomize quotes', async () => {
    const secret = 'hunter2-hunter2';
    for (const files of [
      { 'kustomization.yaml': `secretGenerator: [{name: a, literals: ["${secret}"]}]\n` },
      { 'kustomization.yaml': `secretGenerator: [{name: a, literals: ["password=${secret}"], type: 7}]\n` },
      { 'kustomization.yaml': 'secretGenerator: [{name: a, envs: [a.env, a.env]}]\n', 'a.env': `p=${secret}\n` },
      { 'kustomization.yaml': 'secretGenerator: [{name: a, files: [a.txt]}]\nresources: [a.yaml]\ntransformers: ["{apiVersion: builtin, kind: ReplicaCountTransformer, metadata: {name: a}, replica: x}"]\nnope: 1\n', 'a.txt': secret, 'a.yaml': configMap('a') },
      { 'kustomization.yaml': 'resources: [s.yaml]\npatches: [{patch: "- {op: replace, path: /nope/x, value: ' + secret + '}", target: {kind: Secret}}]\n', 's.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: ${secret}}\n` },
      { 'kustomization.yaml': 'resources: [s.yaml]\n', 's.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: [${secret}]}\nstringData: {a: ${secret}}\n` },
      { 'kustomization.yaml': 'resources: [s.yaml]\n', 's.yaml': `kind: Secret\nstringData: {a: ${secret}}\n` },
      { 'kustomization.yaml': `secretGenerator: [{name: a, literals: ["a=${secret}", "a=${secret}"]}]\n` },
      { 'kustomization.yaml': `secretGenerator: [{name: a, literals: ['a="quoted" ${secret}', 'a=b'], files: [x=y=z]}]\n` },
      { 'kustomization.yaml': `resources: [s.yaml]\nnameSuffix: [a]\nconfigMapGenerator: [{name: a, literals: [p=${secret}]}]\n`, 's.yaml': configMap('a') },
    ]) {
      expect(JSON.stringify(await failure(files))).not.toMatch(/hunter2|aHVudGVyMi/);
    }
  });

  it('substitutes parameters in what kustomize put out, only where asked', async () => {
    const files = { 'kustomization.yaml': 'resources: [d.yaml]\n', 'd.yaml': 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: ${replicas}\n  x: "${host.name}:80"\n' };
    const [object] = (await rendered(aSourceTree(files), { substitute: true, parameters: { replicas: 3, host: { name: 'a' } } })).objects;
    expect(object).toMatchObject({ spec: { replicas: 3, x: 'a:80' } });
    expect((await rendered(aSourceTree(files), { parameters: { replicas: 3 } })).objects[0]).toMatchObject({ spec: { replicas: '${replicas}' } });
    expect(await failure(files, { substitute: true, parameters: { replicas: 3 } })).toMatchObject({ code: 'PARAMETER_MISSING', message: expect.stringContaining('"host.name"') });
  });
});

describe('the jail', () => {
  const plain = { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a') };
  const runFake = async (script: string, config: Partial<ProcessRendererConfig> = {}): Promise<Result<Rendered, RenderFailure>> => {
    const file = join(work, `fake-${Math.random().toString(36).slice(2)}`);
    await writeFile(file, `#!/bin/sh\n[ "$1" = version ] && exit 0\n${script}\n`);
    await chmod(file, 0o755);
    const fake = await rendererWith(file, { workDirectory: join(work, 'fake'), ...config });
    return fake.render(aSourceTree(plain), REQUEST, signal);
  };

  it('says what protects', () => {
    expect(jail).toEqual(expect.stringContaining('empty environment'));
    if (process.platform === 'linux' && process.getuid?.() === 0) expect(jail).toEqual(expect.stringContaining('no network'));
  });

  it('ends a program that never ends', async () => {
    expect(await runFake('while :; do :; done', { limits: { timeoutMs: 700 } })).toMatchObject({ ok: false, error: { code: 'RENDER_TIMED_OUT' } });
  });

  it('ends a program whose output never ends', async () => {
    expect(await runFake('while :; do echo "# more"; done', { limits: { maxBytes: 100_000 } })).toMatchObject({ ok: false, error: { code: 'RENDER_LIMIT_EXCEEDED' } });
  });

  it('ends a program that wants too much memory', async () => {
    expect(await runFake('x=aaaaaaaaaaaaaaaa; while :; do x="$x$x"; done', { limits: { memoryBytes: 64 * 1024 * 1024, timeoutMs: 10_000 } })).toMatchObject({ ok: false, error: { code: expect.stringMatching(/RENDER_LIMIT_EXCEEDED|KUSTOMIZE_FAILED/) } });
  });

  it('ends a kustomization that doubles itself again and again', async () => {
    const files: Record<string, string> = { 'l0/kustomization.yaml': 'resources: [a.yaml]\n', 'l0/a.yaml': configMap('a') };
    for (let level = 1; level <= 24; level += 1) {
      for (const side of ['a', 'b']) files[`l${level}${side}/kustomization.yaml`] = `resources: [../l${level - 1}]\nnamePrefix: ${side}\n`;
      files[`l${level}/kustomization.yaml`] = `resources: [../l${level}a, ../l${level}b]\n`;
    }
    const bounded = await rendererWith(kustomize, { workDirectory: join(work, 'bounded'), limits: { timeoutMs: 3_000, cpuSeconds: 2 } });
    expect(await bounded.render(aSourceTree(files), { ...REQUEST, path: 'l24' }, signal)).toMatchObject({ ok: false, error: { code: expect.stringMatching(/RENDER_(TIMED_OUT|LIMIT_EXCEEDED)/) } });
  }, 120_000);

  it('gives it an empty environment, no PATH and no network', async () => {
    const result = await runFake(`echo "apiVersion: v1"; echo "kind: ConfigMap"; echo "metadata: {name: a}"; echo "data:"; /usr/bin/env | /usr/bin/sed 's/=.*//; s/^/  /; s/$/: x/'; echo "  links: '$(/bin/cat /proc/net/dev | /usr/bin/tail -n +3 | /usr/bin/cut -d: -f1 | /usr/bin/tr -d ' \\n')'"`);
    if (!result.ok) throw new Error(result.error.message);
    const data = result.value.objects[0]?.['data'];
    // NODE_OPTIONS: Node hands its permissions on, which mean something to another Node alone
    expect(Object.keys(Object(data)).filter((key) => !['NODE_OPTIONS', 'PWD', 'OLDPWD', 'SHLVL', '_', 'links'].includes(key)).toSorted()).toEqual(
      ['GOMAXPROCS', 'GOMEMLIMIT', 'GOTRACEBACK', 'HOME', 'TMPDIR', 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME'].toSorted(),
    );
    if (String(jail).includes('no network;') || !String(jail).includes('not granted')) expect(data).toMatchObject({ links: 'lo' });
  });

  it('answers RENDERER_UNAVAILABLE for a kustomization where kustomize is missing, and still renders plain manifests', async () => {
    for (const missing of [undefined, '/nonexistent/kustomize']) {
      const without = await rendererWith(missing, { workDirectory: join(work, 'without') });
      expect(await without.render(aSourceTree(plain), REQUEST, signal)).toMatchObject({ ok: false, error: { code: 'RENDERER_UNAVAILABLE' } });
      expect(await without.render(aSourceTree({ 'a.yaml': configMap('a') }), REQUEST, signal)).toMatchObject({ ok: true });
    }
  });

  it('throws the reason when it is aborted', async () => {
    const controller = new AbortController();
    const running = renderer.render(aSourceTree(plain), REQUEST, controller.signal);
    controller.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
  });
});

describe('plain manifests', () => {
  it('reads files below the path in the order of their paths, JSON too, and follows links inside', async () => {
    const tree = aSourceTree({
      'app/b.yml': configMap('b'), 'app/a/x.yaml': `${configMap('x1')}---\n${configMap('x2')}`, 'app/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
      'app/README.md': 'no', 'app/link.yaml': { symlink: '../shared/s.yaml' }, 'shared/s.yaml': configMap('s'), 'other/o.yaml': ': [',
    });
    const { objects, sources } = await rendered(tree, { path: 'app' });
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['x1', 'x2', 'b', 'c', 's']);
    expect(sources[1]).toEqual({ file: 'app/a/x.yaml', line: 6 });
  });

  it.each<[string, Record<string, SourceTreeContent>, Partial<RenderFailure>]>([
    ['a missing path', { 'a.yaml': configMap('a') }, { code: 'PATH_NOT_FOUND', message: 'app does not exist in this commit' }],
    ['a directory without manifests', { 'app/README.md': '' }, { code: 'NO_OBJECTS' }],
    ['files with comments alone', { 'app/a.yaml': '# a\n' }, { code: 'NO_OBJECTS' }],
    ['invalid YAML', { 'app/a.yaml': configMap('a'), 'app/b.yaml': 'a: b\n  c: d\n' }, { code: 'INVALID_YAML', file: 'app/b.yaml', line: 1 }],
    ['a file that is not UTF-8', { 'app/a.yaml': Uint8Array.of(0x61, 0xff) }, { code: 'INVALID_YAML', file: 'app/a.yaml' }],
    ['an alias bomb', { 'app/a.yaml': ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((c, i) => `${c}: &${c} [${Array(9).fill(`*${'abcdefghi'[i]}`).join(',')}]`)].join('\n') }, { code: 'INVALID_YAML' }],
    ['deep nesting', { 'app/a.json': '['.repeat(200_000) }, { code: 'INVALID_YAML', file: 'app/a.json', line: 1 }],
    ['what is no object', { 'app/values.yaml': 'replicas: 1\n' }, { code: 'INVALID_OBJECT', file: 'app/values.yaml', line: 1 }],
    ['an object without a name', { 'app/a.yaml': '---\n\nkind: ConfigMap\napiVersion: v1\nmetadata: {}\n' }, { code: 'INVALID_OBJECT', line: 3 }],
    ['the same object twice', { 'app/a.yaml': configMap('a'), 'app/b.yaml': configMap('a', '  namespace: web\n') }, { code: 'DUPLICATE_OBJECT', file: 'app/b.yaml' }],
    ['an object in the namespace of the agent', { 'app/a.yaml': configMap('a', '  namespace: capstan-system\n') }, { code: 'RESERVED_NAMESPACE', file: 'app/a.yaml' }],
    ['a submodule', { 'app/a.yaml': configMap('a'), 'app/sub': { gitlink: '0'.repeat(40) } }, { code: 'PATH_REFUSED', file: 'app/sub' }],
    ['a symlink out of the repository', { 'app/a.yaml': { symlink: '/etc/passwd' } }, { code: 'PATH_REFUSED', file: 'app/a.yaml' }],
    ['a hostile name', { 'app/a\\..\\b.yaml': configMap('a') }, { code: 'PATH_REFUSED' }],
    ['a kustomization below plain manifests', { 'app/a.yaml': configMap('a'), 'app/b/kustomization.yaml': 'resources: []\n' }, { code: 'INVALID_OBJECT', file: 'app/b/kustomization.yaml' }],
    ['too many objects', { 'app/a.yaml': Array.from({ length: 10_001 }, (_, index) => `{apiVersion: v1, kind: A, metadata: {name: a${index}}}`).join('\n---\n') }, { code: 'RENDER_LIMIT_EXCEEDED' }],
    ['too many bytes', Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`app/${index}.yaml`, `# ${'x'.repeat(8_000_000)}\n`])), { code: 'RENDER_LIMIT_EXCEEDED' }],
  ])('refuses %s', async (_name, files, expected) => {
    expect(await failure(files, { path: 'app' })).toMatchObject({ ...expected, retryable: false });
  });

  it('says that it may be tried again when the source could not be read', async () => {
    const tree = aSourceTree({ 'a.yaml': configMap('a') });
    const broken: SourceTree = { ...bind(tree), readMany: () => Promise.resolve({ ok: false, error: { code: 'SOURCE_UNAVAILABLE', path: 'a.yaml', cause: 'disk' } }) };
    expect(await render(broken)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE', retryable: true } });
  });

  it('takes __proto__ as a name like any other', async () => {
    const { objects } = await rendered(aSourceTree({ 'a.yaml': configMap('a', 'data: {__proto__: x, a: "${p}"}\n') }), { substitute: true, parameters: { p: 'b' } });
    expect(JSON.stringify(objects[0])).toContain('"data":{"__proto__":"x","a":"b"}');
  });
});

function bind(tree: SourceTree): SourceTree {
  return { commit: tree.commit, rootTreeId: tree.rootTreeId, list: tree.list.bind(tree), read: tree.read.bind(tree), readMany: tree.readMany.bind(tree), entry: tree.entry.bind(tree), resolve: tree.resolve.bind(tree) };
}
