import { ok, silentLog, type JsonObject, type Log, type Result } from '#kernel';
import { RENDER_LIMITS, createProcessRenderer, createRenderer, type ProcessRenderer, type Rendered, type Renderer, type RenderFailure, type RenderLimits, type RenderRequest } from '#render';
import { systemMonotonic, systemTimers } from '#runtime';
import { aSourceTree, RenderProcessProgram, type SourceTreeContent } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';

export type Files = Readonly<Record<string, SourceTreeContent>>;

const CHARTS = resolve(import.meta.dirname, '../../../test/fixtures/charts');
const signal = new AbortController().signal;
export const KUBE_1_36 = { kubeVersion: 'v1.36.3', apiVersions: ['v1', 'v1/ConfigMap', 'apps/v1', 'apps/v1/Deployment'] };

export async function fixtureCharts(): Promise<Record<string, Uint8Array>> {
  const entries = await readdir(CHARTS, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(await Promise.all(files.map(async (file) => [`charts/${relative(CHARTS, file)}`, await readFile(file)] as const)));
}

type Expected = Pick<RenderFailure, 'code'> & { readonly message?: unknown; readonly file?: string; readonly line?: number };

export type ChartRequest = Partial<Omit<RenderRequest, 'helm'>> & { readonly helm?: Partial<RenderRequest['helm']> };

export function chartRequest({ helm, ...request }: ChartRequest = {}): RenderRequest {
  return {
    path: 'web', renderer: 'AUTO', namespace: 'web', parameters: {}, substitute: false, reserved: { namespace: 'capstan-system', partOf: 'capstan-agent' }, ...request,
    helm: { valuesFiles: [], releaseName: 'web', skipHooks: false, capabilities: () => Promise.resolve(ok(KUBE_1_36)), ...helm },
  };
}

const CHART = 'apiVersion: v2\nname: web\nversion: 1.0.0\n';
const configMap = (data: string, metadata = ''): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n${metadata}data:\n  a: ${data}\n`;
const small = (template: string, more: Files = {}): Files => ({ 'web/Chart.yaml': CHART, 'web/templates/a.yaml': template, ...more });

/** What every version of helm must do here alike. */
export function helmContract(title: string, helm: string): void {
  describe(title, () => {
    let work: string;
    let program: RenderProcessProgram;
    let renderer: Renderer;
    let jail: unknown;
    let charts: Files;

    beforeAll(async () => {
      work = await mkdtemp(join(tmpdir(), 'capstan-helm-spec-'));
      const log: Log = { ...silentLog, info: (_message, fields) => void (jail ??= fields?.['jail']) };
      program = await RenderProcessProgram.build();
      renderer = await rendererOf(helm, {}, log);
      charts = await fixtureCharts();
    });
    afterAll(async () => {
      await program.remove();
      await rm(work, { recursive: true, force: true });
    });

    const rendererOf = (helmProgram: string | undefined, limits: Partial<RenderLimits> = {}, log: Log = silentLog): Promise<ProcessRenderer> =>
      createProcessRenderer(
        { node: process.execPath, entry: program.entry, programs: { kustomize: () => Promise.resolve(undefined), helm: () => Promise.resolve(helmProgram) }, workDirectory: work, limits },
        { timers: systemTimers, monotonic: systemMonotonic, log }, signal,
      );
    const render = (files: Files, request: ChartRequest = {}): Promise<Result<Rendered, RenderFailure>> => renderer.render(aSourceTree(files), chartRequest(request), signal);
    const rendered = async (files: Files, request: ChartRequest = {}): Promise<Rendered> => {
      const result = await render(files, request);
      if (!result.ok) throw new Error(JSON.stringify(result.error));
      return result.value;
    };
    const failure = async (files: Files, request: ChartRequest = {}): Promise<RenderFailure> => {
      const result = await render(files, request);
      if (result.ok) throw new Error(`it rendered ${JSON.stringify(result.value.objects)}`);
      return result.error;
    };
    const shop = (request: ChartRequest = {}): Promise<Rendered> => rendered(charts, { path: 'charts/shop', ...request, helm: { releaseName: 'shop', ...request.helm } });
    const names = ({ objects }: Rendered): readonly string[] => objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`).toSorted();
    const dataOf = ({ objects }: Rendered): unknown => objects.find(({ kind }) => kind === 'ConfigMap')?.['data'];

    it('renders a chart with CRDs, a library chart beside it, and subcharts by condition and tag', async () => {
      const result = await shop();
      expect(result.renderer).toBe('HELM');
      expect(names(result)).toEqual(['ConfigMap/shop-settings', 'CustomResourceDefinition/coupons.shop.example.com', 'Deployment/shop', 'Ingress/shop', 'Pod/shop-test', 'PodDisruptionBudget/shop', 'StatefulSet/shop-cache']);
      expect(result.objects.find(({ kind }) => kind === 'Deployment')?.metadata.labels).toEqual({ 'app.kubernetes.io/name': 'shop', 'app.kubernetes.io/instance': 'shop', 'app.kubernetes.io/managed-by': 'Helm' });
      const all = await shop({ parameters: { cache: { enabled: false }, tags: { observability: true } } });
      expect(names(all)).toContain('Service/shop-telemetry');
      expect(names(all)).not.toContain('StatefulSet/shop-cache');
      expect(dataOf(all)).toMatchObject({ metricsPort: 'map[port:9090]' });
    });

    it('knows the cluster: its version and what it serves', async () => {
      const old = { kubeVersion: 'v1.27.9-eks-1', apiVersions: ['v1', 'gateway.networking.k8s.io/v1', 'gateway.networking.k8s.io/v1/HTTPRoute'] };
      const result = await shop({ helm: { capabilities: () => Promise.resolve(ok(old)) } });
      expect(names(result)).toEqual(expect.arrayContaining(['HTTPRoute/shop']));
      expect(names(result)).not.toContain('PodDisruptionBudget/shop');
      expect(dataOf(result)).toMatchObject({ kubernetes: expect.stringMatching(/^v1\.27\.9/) }); // helm 3 drops what the provider adds
      expect(await failure(charts, { path: 'charts/shop', helm: { capabilities: () => Promise.resolve(ok({ ...old, kubeVersion: 'v1.24.0' })) } })).toMatchObject({ code: 'HELM_FAILED', message: expect.stringContaining('kubeVersion') });
    });

    it('takes more kinds than one argument can hold', async () => {
      const apiVersions = Array.from({ length: 6_000 }, (_, index) => `group-number-${index}.example.com/v1alpha1/AKindWithALongName${index}`);
      const files = small(configMap('{{ .Capabilities.APIVersions.Has "group-number-5999.example.com/v1alpha1/AKindWithALongName5999" | quote }}'));
      expect(dataOf(await rendered(files, { helm: { capabilities: () => Promise.resolve(ok({ ...KUBE_1_36, apiVersions })) } }))).toEqual({ a: 'true' });
    });

    it('merges values: the chart, its values files in their order, the parameters', async () => {
      const files = small(configMap('{{ .Values.m | toJson | quote }}'), { 'web/values.yaml': 'm: {a: 1, b: 1, c: 1, d: 1}\n', 'env/one.yaml': 'm: {b: 2, c: 2, d: 2}\n', 'web/two.yaml': '# nothing but a comment\n', 'env/three.yaml': 'm: {c: 3, d: 3}\n' });
      const result = await rendered(files, { parameters: { m: { d: 4, e: [1] } }, helm: { valuesFiles: ['../env/one.yaml', 'two.yaml', '../env/three.yaml'] } });
      expect(dataOf(result)).toEqual({ a: '{"a":1,"b":2,"c":3,"d":4,"e":[1]}' });
    });

    it('keeps what parameters are: numbers, flags, texts that look like them, null for "not the default", and every character', async () => {
      const parameters: JsonObject = { n: 12345678, f: 1.5, t: true, s: '0123', y: 'yes', nothing: null, text: 'a"b\\c\n{{ }}\u2028é', ['__proto__']: 'p' };
      const files = small(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {v: {{ .Values | toJson | quote }}}\n`, { 'web/values.yaml': 'nothing: default\n' });
      const data = dataOf(await rendered(files, { parameters }));
      expect(JSON.parse(String(Object(data)['v']))).toEqual({ n: 12345678, f: 1.5, t: true, s: '0123', y: 'yes', text: 'a"b\\c\n{{ }}\u2028é', ['__proto__']: 'p' });
    });

    it('gives the release its name and namespace, and looks nothing up', async () => {
      expect(dataOf(await rendered(small(configMap('{{ printf "%s %s %v %s" .Release.Name .Release.Namespace .Release.IsInstall (lookup "v1" "Secret" "" "" | toJson) | quote }}')), { namespace: 'ns', helm: { releaseName: 'blue' } }))).toEqual({ a: 'blue ns true {}' });
    });

    it('names the template of each object by its path in the repository', async () => {
      const { sources } = await shop();
      expect(sources.map((source) => source?.file).toSorted()).toEqual(
        ['charts/shop/charts/cache/templates/statefulset.yaml', 'charts/shop/crds/coupons.yaml', 'charts/shop/templates/budget.yaml', 'charts/shop/templates/config.yaml', 'charts/shop/templates/deployment.yaml', 'charts/shop/templates/routes.yaml', 'charts/shop/templates/tests/reachable.yaml'],
      );
    });

    it('takes local charts with local charts of their own, from where each of them lies', async () => {
      const files: Files = {
        'apps/web/Chart.yaml': `${CHART}dependencies: [{name: mid, version: 1.0.0, repository: "file://../../libs/mid"}, {name: mid, version: 1.0.0, repository: "file://../../libs/mid", alias: other}]\n`,
        'libs/mid/Chart.yaml': 'apiVersion: v2\nname: mid\nversion: 1.0.0\ndependencies: [{name: leaf, version: "^0.1.0", repository: "file://../deep/leaf"}]\n',
        'libs/deep/leaf/Chart.yaml': 'apiVersion: v2\nname: leaf\nversion: 0.1.5\n',
        'libs/deep/leaf/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "{{ .Values.n }}"}\n',
      };
      const result = await rendered(files, { path: 'apps/web', parameters: { mid: { leaf: { n: 'one' } }, other: { leaf: { n: 'two' } } } });
      expect(names(result)).toEqual(['ConfigMap/one', 'ConfigMap/two']);
    });

    it('reads charts of Helm 2, with requirements.yaml and links inside the repository', async () => {
      const files: Files = {
        'web/Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0\n', 'web/requirements.yaml': 'dependencies:\n- {name: lib, version: 1.0.0, repository: "file://../lib"}\n', 'web/values.yaml': { symlink: '../shared.yaml' },
        'shared.yaml': 'lib: {a: linked}\n', 'lib/Chart.yaml': 'apiVersion: v1\nname: lib\nversion: 1.0.0\n', 'lib/templates/a.yaml': configMap('{{ .Values.a }}'),
      };
      expect(dataOf(await rendered(files))).toEqual({ a: 'linked' });
    });

    it('renders hooks and tests as objects, and no notes; skipHooks leaves of hooks what is a test', async () => {
      const hook = (name: string, events: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: {helm.sh/hook: "${events}"}}\n`;
      const files = small(configMap('x'), { 'web/templates/b.yaml': `${hook('b', 'test')}---\n${hook('c', 'pre-delete, post-delete')}---\n${hook('d', 'post-rollback')}`, 'web/templates/NOTES.txt': '{{ .Release.Name }}' });
      const withHook = { ...files, 'web/templates/c.yaml': hook('migrate', 'test,Pre-Upgrade') };
      expect(names(await rendered(withHook)).toSorted()).toEqual(['ConfigMap/a', 'Pod/b', 'Pod/c', 'Pod/d', 'Pod/migrate']);
      const without = await rendered(withHook, { helm: { skipHooks: true } });
      expect(names(without).toSorted()).toEqual(['ConfigMap/a', 'Pod/b', 'Pod/migrate']);
      expect(without.objects.map(({ metadata }) => metadata.annotations?.['helm.sh/hook'])).toEqual(expect.arrayContaining([undefined, 'test', 'test']));
    });

    it.each<[string, Files, Expected, ChartRequest?]>([
      ['a path without a chart', { 'web/a.yaml': '' }, { code: 'HELM_FAILED', message: 'web has no Chart.yaml' }, { renderer: 'HELM' }],
      ['a chart that does not parse, with its line', { 'web/Chart.yaml': 'apiVersion: v2\nname: [\n' }, { code: 'INVALID_YAML', file: 'web/Chart.yaml' }],
      ['a chart of another form', { 'web/Chart.yaml': `${CHART}dependencies: {a: b}\n` }, { code: 'HELM_FAILED', file: 'web/Chart.yaml' }],
      ['a values file that is not there', small(configMap('x')), { code: 'PATH_NOT_FOUND', message: 'env/prod.yaml does not exist in this commit, named by source.helm.valuesFiles[0]' }, { helm: { valuesFiles: ['../env/prod.yaml'] } }],
      ['a values file that does not parse, with its line', small(configMap('x'), { 'v.yaml': 'a: 1\nb: [\n' }), { code: 'INVALID_YAML', file: 'v.yaml', line: 2 }, { helm: { valuesFiles: ['../v.yaml'] } }],
      ['a values file with one key twice', small(configMap('x'), { 'v.yaml': 'a: 1\na: 2\n' }), { code: 'DUPLICATE_KEY', file: 'v.yaml', line: 2 }, { helm: { valuesFiles: ['../v.yaml'] } }],
      ['a values file that is a list', small(configMap('x'), { 'v.yaml': '- a\n' }), { code: 'HELM_FAILED', file: 'v.yaml', line: 1 }, { helm: { valuesFiles: ['../v.yaml'] } }],
      ['a values file of two documents', small(configMap('x'), { 'v.yaml': 'a: 1\n---\nb: 1\n' }), { code: 'HELM_FAILED', file: 'v.yaml' }, { helm: { valuesFiles: ['../v.yaml'] } }],
      ['a values file outside', small(configMap('x')), { code: 'PATH_REFUSED' }, { helm: { valuesFiles: ['../../etc/passwd'] } }],
      ['a template that does not parse, with its line', small('a: 1\nb: {{ .Values.x\n'), { code: 'HELM_FAILED', file: 'web/templates/a.yaml', line: 3 }],
      ['a template that fails, with its line', small('a: 1\nb: {{ .Values.x.y.z }}\n'), { code: 'HELM_FAILED', file: 'web/templates/a.yaml', line: 2 }],
      ['a value that a template requires', small('a: {{ required "a.b is required" .Values.b }}\n'), { code: 'HELM_FAILED', file: 'web/templates/a.yaml', line: 1, message: expect.stringContaining('a.b is required') }],
      ['a template that puts out what is no YAML', small('a: [\n'), { code: 'HELM_FAILED', message: expect.stringContaining('web/templates/a.yaml') }],
      ['a template that puts out one key twice', small(configMap('x', '  labels: {a: b}\n  labels: {c: d}\n')), { code: 'DUPLICATE_KEY', message: expect.stringContaining('output of web/templates/a.yaml') }],
      ['a template that puts out what is no object', small('replicas: 1\n'), { code: 'INVALID_OBJECT', file: 'web/templates/a.yaml' }],
      ['a failure in a subchart, by its path', small(configMap('x'), { 'web/charts/s/Chart.yaml': 'apiVersion: v2\nname: s\nversion: 1.0.0\n', 'web/charts/s/templates/t.yaml': '\n\n{{ fail "no" }}\n' }), { code: 'HELM_FAILED', file: 'web/charts/s/templates/t.yaml', line: 3 }],
      ['values that the schema forbids', small(configMap('x'), { 'web/values.schema.json': '{"properties": {"replicas": {"type": "integer"}}}' }), { code: 'HELM_FAILED', message: expect.stringContaining('replicas') }, { parameters: { replicas: 'many' } }],
      ['a schema that names a file', small(configMap('x'), { 'web/values.schema.json': '{"properties": {"a": {"$ref": "file:///etc/hostname"}}}' }), { code: 'REMOTE_REFERENCE_REFUSED', file: 'web/values.schema.json' }],
      ['a chart that renders nothing', small('{{- if .Values.never }}a: b{{ end }}\n'), { code: 'NO_OBJECTS' }],
      ['an object in the namespace of the agent', small(configMap('x', '  namespace: capstan-system\n')), { code: 'RESERVED_NAMESPACE', file: 'web/templates/a.yaml' }],
      ['a dependency that is not vendored', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: db, version: 1.x, repository: "https://me:hunter2@charts.example.com"}]\n` }), { code: 'DEPENDENCY_NOT_VENDORED', file: 'web/Chart.yaml', message: expect.stringContaining('helm dependency build') }],
      ['a dependency whose vendored version is another one', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: db, version: 2.x, repository: "https://charts.example.com"}]\n`, 'web/charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n' }), { code: 'DEPENDENCY_NOT_VENDORED', file: 'web/Chart.yaml', message: expect.stringContaining('wrong version') }],
      ['a local dependency that is not there', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: lib, version: 1.x, repository: "file://../lib"}]\n` }), { code: 'PATH_NOT_FOUND', message: 'lib does not exist in this commit, named by web/Chart.yaml, dependency lib' }],
      ['a local dependency outside', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: lib, version: 1.x, repository: "file://../../lib"}]\n` }), { code: 'PATH_REFUSED', file: 'web/Chart.yaml' }],
      ['charts that name one another', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: web, version: 1.x, repository: "file://."}]\n` }), { code: 'HELM_FAILED', message: expect.stringContaining('one another') }],
      ['a lock of other dependencies', small(configMap('x'), { 'web/Chart.yaml': `${CHART}dependencies: [{name: lib, version: 2.x, repository: "file://../lib"}]\n`, 'web/Chart.lock': 'digest: sha256:0\ndependencies: []\n' }), { code: 'LOCK_OUT_OF_DATE', file: 'web/Chart.lock' }],
      ['a submodule', small(configMap('x'), { 'web/sub': { gitlink: '0'.repeat(40) } }), { code: 'PATH_REFUSED', file: 'web/sub' }],
      ['a link out of the repository', small(configMap('x'), { 'web/files/a': { symlink: '/etc/passwd' } }), { code: 'PATH_REFUSED', file: 'web/files/a' }],
      ['a link that goes in circles', small(configMap('x'), { 'web/files/a': { symlink: '..' } }), { code: 'PATH_REFUSED' }],
      ['the name of a release that is too long', small(configMap('x')), { code: 'HELM_FAILED', message: expect.stringContaining('source.helm.releaseName') }, { helm: { releaseName: 'a'.repeat(54) } }],
      ['substitution', small(configMap('x')), { code: 'PARAMETER_INVALID' }, { substitute: true }],
      ['too many files', small(configMap('x'), Object.fromEntries(Array.from({ length: RENDER_LIMITS.maxFiles }, (_, index) => [`web/files/${index}`, '']))), { code: 'RENDER_LIMIT_EXCEEDED' }],
    ])('refuses %s', async (...[, files, expected, request]) => {
      const error = await failure(files, request);
      expect(error).toMatchObject({ ...expected, retryable: false });
      expect(error.message).not.toMatch(/hunter2|capstan-render|capstan-helm-spec|\/tmp\//);
    });

    it('says that it may be tried again when the cluster cannot be asked', async () => {
      const capabilities = (): Promise<Result<never, { readonly message: string }>> => Promise.resolve({ ok: false, error: { message: 'metrics.k8s.io/v1beta1 does not answer' } });
      expect(await failure(small(configMap('x')), { helm: { capabilities } })).toMatchObject({ code: 'CLUSTER_UNAVAILABLE', retryable: true, message: expect.stringContaining('metrics.k8s.io/v1beta1') });
    });

    it.each<[string, string, string]>([
      ['quoted by fail', '{{ fail (printf "bad password %s" .Values.password) }}', ''],
      ['in base64', '{{ fail (b64enc .Values.password) }}', ''],
      ['of a values file', '{{ fail .Values.fromFile }}', ''],
      ['among the defaults of the chart', '{{ fail .Values.fromChart }}', ''],
      ['in what does not parse', 'a: {{ .Values.password }}: ]{{ .Values.fromFile }}', ''],
      ['of the wrong type', '{{ .Values.password.deeper.still }}', ''],
      ['that the schema forbids', 'a: b', '{"properties": {"password": {"enum": ["x"], "pattern": "^z"}, "fromFile": {"const": "q"}, "fromChart": {"maxLength": 1}}}'],
    ])('shows no secret %s', async (_name, template, schema) => {
      const files = small(template, { 'web/values.yaml': 'fromChart: canary-three\n', 'v.yaml': 'fromFile: "canary-two"\n', ...(schema === '' ? {} : { 'web/values.schema.json': schema }) });
      const error = await failure(files, { parameters: { password: 'canary-one' }, helm: { valuesFiles: ['../v.yaml'] } });
      expect(error.code).toBe('HELM_FAILED');
      expect(JSON.stringify(error)).not.toMatch(/canary|Y2FuYXJ5/);
    });

    it('leaves no file behind and writes no parameter into one', async () => {
      await rendered(small(configMap('x')));
      await failure(small('{{ fail "x" }}'));
      expect(await readdir(join(work, 'capstan-render'))).toEqual([]);
    });

    it('says which protections are active', () => {
      expect(jail).toEqual(expect.stringContaining('empty environment, private directory, 15000 ms'));
      if (process.platform === 'linux' && process.getuid?.() === 0) expect(jail).toEqual(expect.stringContaining('no network'));
    });

    it.each<[string, string]>([
      ['time', '{{ define "f" }}{{ range until 1000000 }}{{ range until 1000000 }}{{ end }}{{ end }}{{ end }}{{ include "f" . }}'],
      ['memory', '{{ $s := "aaaaaaaaaaaaaaaa" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}a: {{ $s }}'],
      ['output', `{{ range until 300000 }}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a{{ . }}}\n{{ end }}`],
      ['depth', '{{ define "f" }}{{ include "f" . }}{{ end }}{{ include "f" . }}'],
    ])('ends a template that wants too much %s', async (_name, template) => {
      const bounded = await rendererOf(helm, { cpuSeconds: 1, timeoutMs: 2_500, maxBytes: 4 * 1024 * 1024, memoryBytes: 256 * 1024 * 1024 });
      const result = await bounded.render(aSourceTree(small(template)), chartRequest(), signal);
      expect(result).toMatchObject({ ok: false, error: { code: expect.stringMatching(/RENDER_TIMED_OUT|RENDER_LIMIT_EXCEEDED|HELM_FAILED/), retryable: false } });
    }, 120_000);

    it('answers RENDERER_UNAVAILABLE for a chart where helm is missing, and still renders plain manifests', async () => {
      for (const missing of [undefined, '/nonexistent/helm']) {
        const without = await rendererOf(missing);
        expect(await without.render(aSourceTree(small(configMap('x'))), chartRequest(), signal)).toMatchObject({ ok: false, error: { code: 'RENDERER_UNAVAILABLE' } });
        expect(await without.render(aSourceTree({ 'web/a.yaml': configMap('x') }), chartRequest(), signal)).toMatchObject({ ok: true });
      }
    });
  });
}

/** A program that prints its environment instead of a chart, to see what helm would find there. */
export async function environmentOfHelm(directory: string): Promise<readonly string[]> {
  const program = join(directory, 'fake-helm');
  await writeFile(program, '#!/bin/sh\n[ "$1" = version ] && exit 0\necho "apiVersion: v1"; echo "kind: ConfigMap"; echo "metadata: {name: a}"; echo "data:"; /usr/bin/env | /usr/bin/sed "s/=.*//; s/^/  /; s/$/: x/"\n');
  await chmod(program, 0o700);
  const renderer = createRenderer({ kustomize: undefined, helm: () => Promise.resolve(program), workDirectory: directory }, silentLog);
  const result = await renderer.render(aSourceTree(small('')), chartRequest(), signal);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return Object.keys(Object(result.value.objects[0]?.['data'])).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name)).toSorted();
}
