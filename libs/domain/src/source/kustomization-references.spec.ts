import { kustomizationReferences, parseKubernetesYaml, pluginReferences, type KustomizationReferences } from '#domain';
import { describe, expect, it } from '@jest/globals';

const NONE: KustomizationReferences = { directories: [], files: [], resources: [], plugins: [], remote: [], unresolvable: [] };
const referencesOf = (text: string, directory = 'apps/web'): KustomizationReferences => {
  const parsed = parseKubernetesYaml(text, 'kustomization.yaml');
  if (!parsed.ok) throw new Error(parsed.error.message);
  return { ...NONE, ...kustomizationReferences(parsed.value[0]?.value ?? null, directory) };
};
const paths = (list: readonly { readonly path: string }[]): readonly string[] => list.map(({ path }) => path);

describe('kustomizationReferences', () => {
  it.each<[string, string, 'resources' | 'directories' | 'files' | 'plugins', readonly string[]]>([
    ['resources and bases, relative to the kustomization', 'resources: [a.yaml, ../../base, ./b/]\nbases: [../c]\n', 'resources', ['apps/web/a.yaml', 'base', 'apps/web/b', 'apps/c']],
    ['the root of the repository', 'resources: [../..]\n', 'resources', ['']],
    ['components', 'components: [../x]\n', 'directories', ['apps/x']],
    ['crds, configurations and the schema', 'crds: [c.json]\nconfigurations: [d.yaml]\nopenapi: {path: s.json}\n', 'files', ['apps/web/c.json', 'apps/web/d.yaml', 'apps/web/s.json']],
    ['patches by path, not inline ones', 'patches: [{path: p.yaml}, {patch: "- op: remove"}]\npatchesJson6902: [{path: j.json, target: {kind: A}}]\n', 'files', ['apps/web/p.yaml', 'apps/web/j.json']],
    ['strategic merge patches by path, not inline ones', 'patchesStrategicMerge:\n- p.yaml\n- |\n  kind: A\n  metadata: {name: a}\n', 'files', ['apps/web/p.yaml']],
    ['replacements by path', 'replacements: [{path: r.yaml}, {source: {kind: A}}]\n', 'files', ['apps/web/r.yaml']],
    ['files and environments of generators', 'configMapGenerator: [{name: a, files: [a.txt, key=b.txt], envs: [c.env], literals: [x=y]}]\nsecretGenerator: [{name: b, env: d.env}]\n', 'files', ['apps/web/a.txt', 'apps/web/b.txt', 'apps/web/c.env', 'apps/web/d.env']],
    ['configurations of plugins by path', 'generators: [g.yaml]\ntransformers: [t/]\nvalidators: [v.yaml]\n', 'plugins', ['apps/web/g.yaml', 'apps/web/t', 'apps/web/v.yaml']],
    ['files of inline built-in plugins', 'transformers:\n- |\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {name: a}\n  path: p.yaml\n', 'files', ['apps/web/p.yaml']],
    ['members in any case, as Go reads them', 'Resources: [a.yaml]\nBASES: [b]\nre\u017fources: [c.yaml]\n', 'resources', ['apps/web/a.yaml', 'apps/web/b', 'apps/web/c.yaml']],
    ['nothing in what is null or about something else', 'resources:\nnamePrefix: a\nimages: [{name: a}]\nlabels: [{pairs: {a: b}}]\n', 'resources', []],
  ])('finds %s', (_name, text, kind, expected) => {
    const found = referencesOf(text);
    expect(paths(found[kind])).toEqual(expected);
    expect({ remote: found.remote, unresolvable: found.unresolvable }).toEqual({ remote: [], unresolvable: [] });
  });

  it('says where a reference stands', () => {
    expect(referencesOf('configMapGenerator: [{name: a}, {name: b, files: [x, k=y]}]\n').files.map(({ field }) => field)).toEqual(['configMapGenerator[1].files[0]', 'configMapGenerator[1].files[1]']);
  });

  it.each([
    'https://github.com/o/r//path?ref=v1', 'http://x/y.yaml', 'http:x', 'HTTPS://x/y', 'ssh://git@h/r', 'file:///etc', 'git::https://h/r', 'git@github.com:o/r', 'user@host/o/r', 'github.com/o/r', 'github.com:o/r',
  ])('calls %s remote', (value) => {
    for (const field of ['resources', 'bases', 'components', 'crds', 'patchesStrategicMerge', 'transformers']) {
      expect(referencesOf(`${field}: ['${value}']\n`).remote).toHaveLength(1);
    }
  });

  it('shows a remote reference without its credentials', () => {
    const found = referencesOf('resources: ["https://user:hunter2@h/r?token=hunter2#hunter2"]\n');
    expect(found.remote).toEqual([{ field: 'resources[0]', kind: 'resources', value: 'https://h/r', reference: undefined }]);
  });

  it.each<[string, string, string]>([
    ['a path above the root', 'resources: [../../../x]\n', 'OUTSIDE_REPOSITORY'],
    ['an absolute path', 'resources: [/etc]\n', 'OUTSIDE_REPOSITORY'],
    ['an empty path', 'resources: [""]\n', 'OUTSIDE_REPOSITORY'],
    ['charts', 'helmCharts: [{name: a}]\n', 'HELM'],
    ['charts in the old form', 'helmChartInflationGenerator: [{chartName: a}]\n', 'HELM'],
    ['an inline plugin that is not built in', 'generators: ["{apiVersion: v1, kind: X}"]\n', 'PLUGIN'],
    ['a text where a list stands', 'resources: a.yaml\n', 'SHAPE'],
    ['a mapping where a path stands', 'resources: [{a: b}]\n', 'SHAPE'],
    ['an inline patch that does not parse', 'patchesStrategicMerge: ["a: [\\nb"]\n', 'SHAPE'],
    ['a kustomization that is a list', '- a\n', 'SHAPE'],
  ])('cannot resolve %s', (_name, text, reason) => {
    expect(referencesOf(text).unresolvable).toMatchObject([{ reason }]);
  });
});

describe('pluginReferences', () => {
  it.each<[string, object, readonly string[]]>([
    ['a patch', { kind: 'PatchTransformer', path: 'p.yaml' }, ['a/p.yaml']],
    ['strategic merge patches', { kind: 'PatchStrategicMergeTransformer', paths: ['p.yaml', 'kind: A\nmetadata: {name: b}\n'] }, ['a/p.yaml']],
    ['replacements', { kind: 'ReplacementTransformer', replacements: [{ path: 'r.yaml' }] }, ['a/r.yaml']],
    ['a generator', { kind: 'SecretGenerator', files: ['k=s.txt'], envs: ['e.env'] }, ['a/s.txt', 'a/e.env']],
    ['labels', { kind: 'LabelTransformer', labels: { a: 'b' } }, []],
  ])('finds the files of %s', (_name, config, expected) => {
    const found = pluginReferences({ apiVersion: 'builtin', metadata: { name: 'x' }, ...config }, 'a', 'transformers[0]');
    expect(paths(found.files)).toEqual(expected);
    expect(found.unresolvable).toEqual([]);
  });

  it.each([{ apiVersion: 'builtin', kind: 'constructor' }, { apiVersion: 'builtin', kind: '__proto__' }, { apiVersion: 'v1', kind: 'PatchTransformer' }, null, 'x'])('does not know the plugin %j', (config) => {
    expect(pluginReferences(config, 'a', 'generators[0]').unresolvable).toEqual([{ field: 'generators[0]', reason: 'PLUGIN' }]);
  });
});
