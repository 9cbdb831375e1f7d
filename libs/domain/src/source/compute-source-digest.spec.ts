import { computeSourceDigest, type SourceReadFailure, type SourceSpec, type SourceTree, type WatchSet } from '#domain';
import { err, type Result } from '#kernel';
import { aSourceTree, type SourceTreeContent } from '#testing';
import { describe, expect, it } from '@jest/globals';

type Files = Readonly<Record<string, SourceTreeContent>>;

const fleet: Files = {
  'README.md': 'fleet',
  'apps/web/base/kustomization.yaml': 'resources: [deployment.yaml, service.yaml]',
  'apps/web/base/deployment.yaml': 'kind: Deployment',
  'apps/web/base/service.yaml': 'kind: Service',
  'apps/web/overlays/prod/kustomization.yaml': 'resources: [../../base]\ncomponents: [../../../../components/tls]\npatches: [{ path: patch.yaml }]',
  'apps/web/overlays/prod/patch.yaml': 'a: 1',
  'apps/web/overlays/dev/kustomization.yml': 'bases: [../../base]',
  'components/tls/kustomization.yaml': 'kind: Component\nconfigMapGenerator: [{ name: ca, files: [ca.pem=../../shared/ca.pem] }]',
  'shared/ca.pem': 'CA',
  'shared/other.pem': 'OTHER',
  'plain/a.yaml': 'kind: ConfigMap',
  'plain/sub/b.yaml': 'kind: Secret',
};
const prod = { path: 'apps/web/overlays/prod', renderer: 'AUTO', watch: [] } as const;
const dev = { path: 'apps/web/overlays/dev', renderer: 'AUTO', watch: [] } as const;
const plain = { path: 'plain', renderer: 'AUTO', watch: [] } as const;

type Source = Pick<SourceSpec, 'path' | 'renderer' | 'watch'>;
const compute = (tree: SourceTree, source: Source): Promise<Result<WatchSet, SourceReadFailure>> => computeSourceDigest(tree, source, AbortSignal.timeout(10_000));

async function watchSet(files: Files, source: Source): Promise<WatchSet> {
  const result = await compute(aSourceTree(files), source);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

describe('computeSourceDigest', () => {
  it('watches the path, and the closure of what its kustomizations name', async () => {
    const { paths, fallsBackToRoot } = await watchSet(fleet, prod);
    expect(paths.map(({ path, mode }) => `${mode} ${path}`)).toEqual(['tree apps/web/base', 'tree apps/web/overlays/prod', 'tree components/tls', 'file shared/ca.pem']);
    expect(fallsBackToRoot).toBeUndefined();
  });

  it('reads kustomization files alone', async () => {
    const tree = aSourceTree(fleet);
    await compute(tree, prod);
    expect(tree.reads.toSorted()).toEqual(['apps/web/base/kustomization.yaml', 'apps/web/overlays/prod/kustomization.yaml', 'components/tls/kustomization.yaml']);
  });

  it.each<[string, Source, string, boolean]>([
    ['a base reaches the overlay', prod, 'apps/web/base/service.yaml', true],
    ['a base reaches the other overlay', dev, 'apps/web/base/service.yaml', true],
    ['a new file in a base', dev, 'apps/web/base/new.yaml', true],
    ['a file reference of a component', prod, 'shared/ca.pem', true],
    ['a component that is not used', dev, 'shared/ca.pem', false],
    ['another overlay', dev, 'apps/web/overlays/prod/patch.yaml', false],
    ['the file beside a referenced one', prod, 'shared/other.pem', false],
    ['a file elsewhere', prod, 'README.md', false],
    ['a file of a plain path', plain, 'plain/sub/b.yaml', true],
    ['a file beside a plain path', plain, 'plainer/b.yaml', false],
  ])('%s', async (_name, source, path, isWatched) => {
    const before = await watchSet(fleet, source);
    const after = await watchSet({ ...fleet, [path]: 'changed' }, source);
    expect(after.digest !== before.digest).toBe(isWatched);
  });

  it('is golden: releases in the database are compared with it', async () => {
    expect((await watchSet(fleet, prod)).digest).toBe('sha256:c31d38b070397b36cbabc0ad6806ad61d5afefa21773ab6dbbeb5a8c37fe1e9c');
  });

  it('watches explicit paths, and waits for one that is not there yet', async () => {
    const source = { ...plain, watch: ['shared', 'later/values.yaml'] };
    const before = await watchSet(fleet, source);
    expect(before.paths.map(({ path, mode }) => `${mode} ${path}`)).toEqual(['absent later/values.yaml', 'tree plain', 'tree shared']);
    expect((await watchSet({ ...fleet, 'shared/other.pem': 'changed' }, source)).digest).not.toBe(before.digest);
    expect((await watchSet({ ...fleet, 'later/values.yaml': '' }, source)).digest).not.toBe(before.digest);
  });

  it('notices that a missing base has come', async () => {
    const files = { 'app/kustomization.yaml': 'resources: [../base]' };
    const source = { path: 'app', renderer: 'KUSTOMIZE', watch: [] } as const;
    const before = await watchSet(files, source);
    expect(before.paths).toContainEqual({ path: 'base', target: undefined, mode: 'absent', id: '' });
    expect((await watchSet({ ...files, 'base/kustomization.yaml': 'resources: []' }, source)).digest).not.toBe(before.digest);
  });

  it('ends on kustomizations that name one another', async () => {
    const { paths } = await watchSet({ 'a/kustomization.yaml': 'resources: [../b]', 'b/kustomization.yaml': 'resources: [../a]' }, { path: 'a', renderer: 'AUTO', watch: [] });
    expect(paths.map(({ path }) => path)).toEqual(['a', 'b']);
  });

  it('adds nothing for remote references and for those that leave the repository', async () => {
    const files = { 'a/kustomization.yaml': 'resources: ["https://example.com/x.yaml", ../../outside, b.yaml]', 'a/b.yaml': '' };
    expect(await watchSet(files, { path: 'a', renderer: 'AUTO', watch: [] })).toMatchObject({ fallsBackToRoot: undefined, paths: [{ path: 'a' }] });
  });

  it.each<[string, Files, string]>([
    ['a kustomization that is no YAML', { 'a/kustomization.yaml': 'a: [' }, 'UNREADABLE_KUSTOMIZATION'],
    ['an unexpected shape', { 'a/kustomization.yaml': 'resources: { a: b }' }, 'SHAPE'],
    ['a Helm chart', { 'a/kustomization.yaml': 'helmCharts: [{ name: x }]' }, 'HELM'],
    ['an unknown plugin', { 'a/kustomization.yaml': 'generators: [g.yaml]', 'a/g.yaml': 'apiVersion: example.com/v1\nkind: Custom' }, 'PLUGIN'],
    ['a directory of plugins', { 'a/kustomization.yaml': 'generators: [../g]', 'g/kustomization.yaml': 'resources: []' }, 'PLUGIN'],
  ])('falls back to the root for %s', async (_name, files, because) => {
    const source = { path: 'a', renderer: 'AUTO', watch: [] } as const;
    const before = await watchSet(files, source);
    expect(before).toMatchObject({ fallsBackToRoot: because, paths: [{ path: '', mode: 'tree' }] });
    expect((await watchSet({ ...files, 'elsewhere.txt': '' }, source)).digest).not.toBe(before.digest);
  });

  it('follows the configuration of built-in plugins, from the directory of the kustomization', async () => {
    const files = {
      'a/kustomization.yaml': 'generators: [../plugins/g.yaml]',
      'plugins/g.yaml': 'apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: { name: x }\nfiles: [../data/x.txt]',
      'data/x.txt': '1',
    };
    const source = { path: 'a', renderer: 'AUTO', watch: [] } as const;
    const before = await watchSet(files, source);
    expect(before.fallsBackToRoot).toBeUndefined();
    expect((await watchSet({ ...files, 'data/x.txt': '2' }, source)).digest).not.toBe(before.digest);
  });

  describe('symlinks', () => {
    const source = { path: 'a', renderer: 'AUTO', watch: [] } as const;
    const files: Files = { 'a/x.yaml': { symlink: '../shared/x.yaml' }, 'a/dir': { symlink: '../tree' }, 'shared/x.yaml': '1', 'tree/y.yaml': { symlink: '../deep/y.yaml' }, 'deep/y.yaml': '1', 'z.yaml': '1' };

    it.each<[string, Files, boolean]>([
      ['the target of a link', { 'shared/x.yaml': '2' }, true],
      ['a target behind a linked directory', { 'deep/y.yaml': '2' }, true],
      ['a new file in a linked directory', { 'tree/z.yaml': '2' }, true],
      ['the link itself', { 'a/x.yaml': { symlink: '../shared/./x.yaml' } }, true],
      ['a file that nothing links to', { 'z.yaml': '2' }, false],
    ])('%s', async (_name, change, isWatched) => {
      const before = await watchSet(files, source);
      expect((await watchSet({ ...files, ...change }, source)).digest !== before.digest).toBe(isWatched);
    });

    it('leads to a base, a kustomization file and the path itself', async () => {
      const linked: Files = {
        current: { symlink: 'versions/v1' },
        'versions/v1/kustomization.yaml': 'resources: [../../base]',
        base: { symlink: 'bases/b' },
        'bases/b/kustomization.yaml': { symlink: '../k.yaml' },
        'bases/k.yaml': 'resources: [d.yaml]',
        'bases/b/d.yaml': '1',
        'other.txt': '1',
      };
      const from = { path: 'current', renderer: 'AUTO', watch: [] } as const;
      const before = await watchSet(linked, from);
      for (const [path, content, isWatched] of [['bases/b/d.yaml', '2', true], ['bases/k.yaml', 'resources: []', true], ['versions/v1/x', '', true], ['base', { symlink: 'versions/v1' }, true], ['other.txt', '2', false]] as const) {
        expect([path, (await watchSet({ ...linked, [path]: content }, from)).digest !== before.digest]).toEqual([path, isWatched]);
      }
    });
  });

  it.each<[string, Files, Source, SourceReadFailure]>([
    ['a missing path', fleet, { ...plain, path: 'apps/nope' }, { code: 'PATH_NOT_FOUND', path: 'apps/nope' }],
    ['a file as the path', fleet, { ...plain, path: 'plain/a.yaml' }, { code: 'PATH_REFUSED', path: 'plain/a.yaml', reason: 'it is not a directory' }],
    ['a submodule in the path', { 'plain/a.yaml': '', 'plain/sub/m': { gitlink: 'a'.repeat(40) } }, plain, { code: 'PATH_REFUSED', path: 'plain/sub/m', reason: 'it is a submodule' }],
  ])('refuses %s', async (_name, files, source, error) => {
    expect(await compute(aSourceTree(files), source)).toEqual({ ok: false, error });
  });

  it('refuses a symlink that leaves the repository, and leaves alone what lies outside the watch set', async () => {
    expect(await compute(aSourceTree({ 'plain/l': { symlink: '../../etc/passwd' } }), plain)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'plain/l' } });
    expect((await watchSet({ 'plain/a': '', 'other/m': { gitlink: 'a'.repeat(40) }, 'other/l': { symlink: '/etc/passwd' } }, plain)).paths).toHaveLength(1);
  });

  it('never reads a failure as absent', async () => {
    const unavailable = { code: 'SOURCE_UNAVAILABLE', path: 'apps/web/base', cause: 'connection reset' } as const;
    const tree = aSourceTree(fleet);
    const broken: SourceTree = {
      commit: tree.commit,
      rootTreeId: tree.rootTreeId,
      list: (path, signal) => tree.list(path, signal),
      read: (path, signal) => tree.read(path, signal),
      readMany: (paths, signal) => tree.readMany(paths, signal),
      entry: (path, signal) => tree.entry(path, signal),
      resolve: (path, signal) => (path === unavailable.path ? Promise.resolve(err(unavailable)) : tree.resolve(path, signal)),
    };
    expect(await compute(broken, prod)).toEqual({ ok: false, error: unavailable });
  });

  it('stops when it is told to', async () => {
    await expect(computeSourceDigest(aSourceTree(fleet), prod, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('falls back to the root past its bounds', async () => {
    const many = Object.fromEntries(Array.from({ length: 2_100 }, (_, n) => [`b${n}/kustomization.yaml`, 'resources: []']));
    const files = { ...many, 'a/kustomization.yaml': `resources: [${Array.from({ length: 2_100 }, (_, n) => `../b${n}`).join(', ')}]` };
    expect(await watchSet(files, { path: 'a', renderer: 'AUTO', watch: [] })).toMatchObject({ fallsBackToRoot: 'TOO_LARGE' });
  });
});
