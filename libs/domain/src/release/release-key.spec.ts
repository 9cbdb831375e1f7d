import { releaseKey, renderingFieldsOf, repositoryId, shouldRelease, type ApplicationSpec, type RenderingFields } from '#domain';
import { digestOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';

const repository = repositoryId('00000000-0000-7000-8000-000000000001');
const spec: ApplicationSpec = {
  source: { repository: 'fleet', ref: 'main', path: 'apps/web', renderer: 'AUTO', watch: [] },
  parameters: { b: 1, a: 'x' },
  substitute: false,
  selector: { all: true, matchLabels: {}, matchExpressions: [] },
  namespace: 'web',
  sync: { automated: true, prune: true, drift: 'HEAL' },
  strategy: { kind: 'ALL_AT_ONCE' },
};
const fields = renderingFieldsOf(spec, repository);
const source = digestOf('source');
const base = releaseKey(fields, source);

describe('releaseKey', () => {
  it('is golden: releases in the database are compared with it', () => {
    expect(base.digest).toBe('sha256:c0242d6172a2bc362faea39b4a7ceb2b32a1aa18953a7b1413de4314c4324648');
  });

  it.each<[string, Partial<ApplicationSpec>]>([
    ['the ref', { source: { ...spec.source, ref: 'v1' } }],
    ['the selector', { selector: { all: false, matchLabels: { env: 'prod' }, matchExpressions: [] } }],
    ['the sync policy', { sync: { automated: false, prune: false, drift: 'REPORT' } }],
    ['the order of parameters', { parameters: { a: 'x', b: 1 } }],
  ])('does not move with %s', (_name, change) => {
    expect(releaseKey(renderingFieldsOf({ ...spec, ...change }, repository), source)).toEqual(base);
  });

  it.each<[string, Partial<RenderingFields>]>([
    ['the repository', { repository: repositoryId('00000000-0000-7000-8000-000000000002') }],
    ['the path', { path: 'apps/api' }],
    ['the renderer', { renderer: 'PLAIN' }],
    ['the parameters', { parameters: { b: '1', a: 'x' } }],
    ['substitution', { substitute: true }],
    ['values files', { helm: { valuesFiles: ['a.yaml'], releaseName: '', skipHooks: false } }],
    ['the namespace', { namespace: '' }],
  ])('moves with %s', (_name, change) => {
    const changed = releaseKey({ ...fields, ...change }, source);
    expect(changed.digest).not.toBe(base.digest);
    expect(shouldRelease(base, changed)).toEqual({ release: true, because: 'SPECIFICATION_CHANGED' });
  });
});

describe('shouldRelease', () => {
  const other = releaseKey(fields, digestOf('other'));
  it.each([
    ['the first', undefined, base, { release: true, because: 'FIRST' }],
    ['the same again', base, base, { release: false }],
    ['other content', base, other, { release: true, because: 'SOURCE_CHANGED' }],
    ['a revert', other, base, { release: true, because: 'SOURCE_CHANGED' }],
  ])('%s', (_name, newest, candidate, expected) => {
    expect(shouldRelease(newest, candidate)).toEqual(expected);
  });
});
