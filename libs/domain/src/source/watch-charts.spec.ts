import { computeSourceDigest, type HelmSpec, type SourceReadFailure, type WatchedSource, type WatchSet } from '#domain';
import type { Result } from '#kernel';
import { aSourceTree, type SourceTreeContent } from '#testing';
import { describe, expect, it } from '@jest/globals';

type Files = Readonly<Record<string, SourceTreeContent>>;

const chart = (name: string, ...local: readonly string[]): string => JSON.stringify({ apiVersion: 'v2', name, version: '1.0.0', dependencies: local.map((path, n) => ({ name: `d${n}`, version: '1.x', repository: path })) });
const FLEET: Files = {
  'README.md': 'fleet',
  'charts/web/Chart.yaml': chart('web', 'file://../lib', 'https://charts.example.com'),
  'charts/web/Chart.lock': 'digest: x',
  'charts/web/values.yaml': 'a: 1',
  'charts/web/templates/a.yaml': 'a',
  'charts/web/charts/db/Chart.yaml': chart('db', 'file://../../../never'),
  'charts/web/charts/cache-1.0.0.tgz': 'archive',
  'charts/lib/Chart.yaml': chart('lib', 'file://../deep/leaf'),
  'charts/lib/templates/b.yaml': 'b',
  'charts/deep/leaf/Chart.yaml': chart('leaf', 'file://../../lib'),
  'charts/deep/other.yaml': 'o',
  'charts/never/Chart.yaml': chart('never'),
  'env/prod.yaml': 'replicas: 3',
  'env/dev.yaml': 'replicas: 1',
};
const prod: HelmSpec = { valuesFiles: ['../../env/prod.yaml'], releaseName: '', skipHooks: false };
const WEB: WatchedSource = { path: 'charts/web', renderer: 'HELM', watch: [], helm: prod };

const compute = (files: Files, source: WatchedSource): Promise<Result<WatchSet, SourceReadFailure>> => computeSourceDigest(aSourceTree(files), source, AbortSignal.timeout(10_000));
const watchSet = async (files: Files, source = WEB): Promise<WatchSet> => {
  const result = await compute(files, source);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
};

describe('the watch set of a chart', () => {
  it('is its directory, its values files, and the charts that it names by file://, which may name one another', async () => {
    const { paths, fallsBackToRoot } = await watchSet(FLEET);
    expect(paths.map(({ path, mode }) => `${mode} ${path}`)).toEqual(['tree charts/deep/leaf', 'tree charts/lib', 'tree charts/web', 'file env/prod.yaml']);
    expect(fallsBackToRoot).toBeUndefined();
  });

  it('reads Chart.yaml files alone', async () => {
    const tree = aSourceTree(FLEET);
    await computeSourceDigest(tree, WEB, AbortSignal.timeout(10_000));
    expect(tree.reads.toSorted()).toEqual(['charts/deep/leaf/Chart.yaml', 'charts/lib/Chart.yaml', 'charts/web/Chart.yaml']);
  });

  it.each<[string, string, boolean]>([
    ['a template', 'charts/web/templates/a.yaml', true],
    ['the lock', 'charts/web/Chart.lock', true],
    ['a vendored directory', 'charts/web/charts/db/values.yaml', true],
    ['a vendored archive', 'charts/web/charts/cache-1.0.0.tgz', true],
    ['a local chart', 'charts/lib/templates/b.yaml', true],
    ['a local chart of a local chart', 'charts/deep/leaf/values.yaml', true],
    ['a values file', 'env/prod.yaml', true],
    ['another values file', 'env/dev.yaml', false],
    ['a file beside a local chart', 'charts/deep/other.yaml', false],
    ['a chart that only a vendored one names, which helm does not follow', 'charts/never/values.yaml', false],
    ['a file elsewhere', 'README.md', false],
  ])('%s', async (_name, path, isWatched) => {
    expect((await watchSet({ ...FLEET, [path]: 'changed' })).digest !== (await watchSet(FLEET)).digest).toBe(isWatched);
  });

  it('is found by AUTO, after a kustomization and before plain YAML', async () => {
    const auto = { path: 'charts/web', renderer: 'AUTO', watch: [] } as const;
    expect((await watchSet(FLEET, auto)).paths.map(({ path }) => path)).toContain('charts/lib');
    expect((await watchSet({ ...FLEET, 'charts/web/kustomization.yaml': 'resources: []' }, auto)).paths.map(({ path }) => path)).toEqual(['charts/web']);
  });

  it('waits for a local chart that is not there yet', async () => {
    const files = { 'web/Chart.yaml': chart('web', 'file://../lib') };
    const source: WatchedSource = { path: 'web', renderer: 'HELM', watch: [] };
    expect((await watchSet(files, source)).paths).toContainEqual({ path: 'lib', target: undefined, mode: 'absent', id: '' });
    expect((await watchSet({ ...files, 'lib/Chart.yaml': chart('lib') }, source)).digest).not.toBe((await watchSet(files, source)).digest);
  });

  it('names a values file that is not there, and one that is a directory', async () => {
    expect(await compute(FLEET, { ...WEB, helm: { ...prod, valuesFiles: ['../../env/gone.yaml'] } })).toEqual({ ok: false, error: { code: 'PATH_NOT_FOUND', path: 'env/gone.yaml' } });
    expect(await compute(FLEET, { ...WEB, helm: { ...prod, valuesFiles: ['../../env'] } })).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'env' } });
  });

  it.each<[string, string]>([['is no YAML', 'a: ['], ['has not the form that helm expects', 'name: a\ndependencies: {b: c}']])('falls back to the root when a Chart.yaml %s', async (_name, text) => {
    expect((await watchSet({ ...FLEET, 'charts/lib/Chart.yaml': text })).fallsBackToRoot).toBe('UNREADABLE_CHART');
  });

  it('takes the dependencies of requirements.yaml, and members in any case', async () => {
    const files = { 'web/Chart.yaml': 'apiVersion: v1\nname: web\nversion: 1.0.0', 'web/requirements.yaml': 'Dependencies: [{Name: a, Repository: "file://../lib"}]', 'lib/Chart.yaml': chart('lib') };
    expect((await watchSet(files, { path: 'web', renderer: 'HELM', watch: [] })).paths.map(({ path }) => path)).toEqual(['lib', 'web']);
  });
});
