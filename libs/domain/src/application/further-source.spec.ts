import { combineSourceDigests, filesOfFurtherSource, repositoryId, validateApplication, type ApplicationInput } from '#domain';
import { digestOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';

const input = (sources: ApplicationInput['sources'], valuesFiles: readonly string[] = []): ApplicationInput => ({
  source: { repository: 'charts', chart: 'web', version: '1.x', helm: { valuesFiles } }, sources, selector: { all: true },
});

function issuesOf(application: ApplicationInput): readonly string[] {
  const validated = validateApplication(application);
  return validated.ok ? [] : validated.error.map(({ code, path }) => `${code} ${path.join('.')}`);
}

describe('further sources', () => {
  it('are read with their defaults, and values files name them', () => {
    const validated = validateApplication(input([{ name: 'env', repository: 'fleet', ref: 'main', path: './values/' }, { name: 'shared', repository: 'charts', chart: 'shared', version: '^2' }], ['values-eu.yaml', '$env/prod.yaml', '$shared/values.yaml']));
    if (!validated.ok) throw new Error(JSON.stringify(validated.error));
    const [env, shared] = validated.value.sources ?? [];
    expect([env, shared]).toEqual([
      { name: 'env', repository: 'fleet', ref: 'main', path: 'values', watch: [] },
      { name: 'shared', repository: 'charts', ref: 'shared@^2', chart: 'shared', version: '^2', path: '', watch: [] },
    ]);
    expect(env && filesOfFurtherSource(validated.value, { ...env, watch: ['lib'] })).toEqual(['values/prod.yaml', 'lib']);
    expect(shared && filesOfFurtherSource(validated.value, shared)).toEqual(['values.yaml']);
  });

  it.each<[string, ApplicationInput['source'], readonly string[]]>([
    ['the directory, where kustomizations may have bases', { repository: 'fleet', ref: 'main', path: 'a', renderer: 'KUSTOMIZE' }, ['values', 'lib']],
    ['the same, where it is not said that they are none', { repository: 'fleet', ref: 'main', path: 'a' }, ['values', 'lib']],
    ['what is watched alone, for a chart', { repository: 'fleet', ref: 'main', path: 'a', renderer: 'HELM' }, ['lib']],
    ['the values files alone, where they are named', { repository: 'fleet', ref: 'main', path: 'a', helm: { valuesFiles: ['$env/prod.yaml'] } }, ['values/prod.yaml', 'lib']],
  ])('are looked at for %s', (_name, source, paths) => {
    const validated = validateApplication({ source, sources: [{ name: 'env', repository: 'fleet', ref: 'main', path: 'values', watch: ['lib'] }], selector: { all: true } });
    const [env] = (validated.ok && validated.value.sources) || [];
    expect(validated.ok && env && filesOfFurtherSource(validated.value, env)).toEqual(paths);
  });

  it.each<[string, ApplicationInput, string]>([
    ['a file of a source that is not there', input([], ['$env/prod.yaml']), 'INVALID_PATH source.helm.valuesFiles.0'],
    ['a name without a file', input([{ name: 'env', repository: 'fleet', ref: 'main' }], ['$env']), 'INVALID_PATH source.helm.valuesFiles.0'],
    ['a file that steps out of its source', input([{ name: 'env', repository: 'fleet', ref: 'main', path: 'a' }], ['$env/../../x.yaml']), 'INVALID_PATH source.helm.valuesFiles.0'],
    ['a name twice', input([{ name: 'env', repository: 'fleet', ref: 'main' }, { name: 'env', repository: 'fleet', ref: 'dev' }]), 'INVALID_NAME sources.1.name'],
    ['no ref', input([{ name: 'env', repository: 'fleet' }]), 'REQUIRED sources.0.ref'],
    ['no repository', input([{ name: 'env', ref: 'main' }]), 'REQUIRED sources.0.repository'],
    ['a name that is none', input([{ name: '$env', repository: 'fleet', ref: 'main' }]), 'INVALID_NAME sources.0.name'],
    ['too many', input(Array.from({ length: 9 }, (_, index) => ({ name: `s${index}`, repository: 'fleet', ref: 'main' }))), 'TOO_MANY sources'],
  ])('are refused: %s', (_name, application, issue) => {
    expect(issuesOf(application)).toEqual([issue]);
  });

  it('count in the digest of a release, each with its repository, in any order; an application without any keeps its digest', () => {
    const own = digestOf('own');
    const [a, b] = ['1', '2'].map((last) => ({ name: `s${last}`, repository: repositoryId(`00000000-0000-7000-8000-00000000000${last}`), digest: digestOf(last) }));
    if (a === undefined || b === undefined) throw new Error('two sources');
    expect(combineSourceDigests(own, [])).toBe(own);
    expect(combineSourceDigests(own, [a, b])).toBe(combineSourceDigests(own, [b, a]));
    const different = [[a], [b], [a, b], [{ ...a, digest: b.digest }], [{ ...a, repository: b.repository }], [{ ...a, name: 'other' }]].map((further) => combineSourceDigests(own, further));
    expect(new Set(different).size).toBe(different.length);
  });
});
