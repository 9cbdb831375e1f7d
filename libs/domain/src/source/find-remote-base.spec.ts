import { describe, expect, it } from '@jest/globals';
import { findRemoteBase, parseRemoteReference, type BaseSource } from '#domain';

const COMMIT = 'c'.repeat(40);
const source = (more: Partial<BaseSource> = {}): BaseSource => ({ name: 'platform', url: 'https://git.example.com/org/platform.git', ref: 'v1.2.0', commit: COMMIT, path: '', ...more });
const found = (text: string, ...sources: readonly BaseSource[]): unknown => {
  const reference = parseRemoteReference(text);
  if (reference === undefined) return 'no reference';
  const base = findRemoteBase(reference, sources);
  return base.ok ? `${base.value.source}:${base.value.path}` : base.error;
};
const github = source({ url: 'https://github.com/org/platform' });
const ssh = source({ url: 'ssh://git@git.example.com/org/platform' });
const NO_SOURCE = { code: 'NO_SOURCE' };

describe('a remote base', () => {
  it.each<[string, string, readonly BaseSource[], unknown]>([
    ['behind //, with the ref of the source', 'https://git.example.com/org/platform//bases/web?ref=v1.2.0', [source()], 'platform:bases/web'],
    ['with .git in the URL alone', 'https://git.example.com/org/platform.git//bases/web?ref=v1.2.0', [source({ url: 'https://git.example.com/org/platform' })], 'platform:bases/web'],
    ['behind .git/', 'https://git.example.com/org/platform.git/bases/web', [source()], 'platform:bases/web'],
    ['behind the name on github.com', 'github.com/org/platform/bases/web?ref=v1.2.0', [github], 'platform:bases/web'],
    ['as the whole repository', 'https://github.com/org/platform/?ref=v1.2.0', [github], 'platform:'],
    ['behind git::', 'git::https://git.example.com/org/platform//bases/web', [source()], 'platform:bases/web'],
    ['by SSH, as scp writes it', 'git@git.example.com:org/platform.git//bases/web?ref=v1.2.0', [ssh], 'platform:bases/web'],
    ['by SSH, as a URL with its default port', 'ssh://git@GIT.example.com:22/org/platform//bases/web', [ssh], 'platform:bases/web'],
    ['with a full ref', 'https://git.example.com/org/platform//a?ref=refs/tags/v1.2.0', [source()], 'platform:a'],
    ['with the commit that is pinned', `https://git.example.com/org/platform//a?ref=${COMMIT}`, [source()], 'platform:a'],
    ['with the older name of the ref, and what else kustomize knows', 'https://git.example.com/org/platform//a?timeout=90s&version=v1.2.0&submodules=0', [source()], 'platform:a'],
    ['without a ref: that of the source', 'https://git.example.com/org/platform//a', [source()], 'platform:a'],
    ['from the directory of the source', 'https://git.example.com/org/platform//bases/web', [source({ path: 'bases' })], 'platform:web'],
    ['from the one of two sources that has the ref', 'https://git.example.com/org/platform//a?ref=v2', [source(), source({ name: 'next', ref: 'refs/heads/v2' })], 'next:a'],
    ['from the one of two sources that has the directory', 'https://git.example.com/org/platform//b/c', [source({ path: 'a' }), source({ name: 'next', path: 'b' })], 'next:c'],
  ])('is found %s', (_title, text, sources, expected) => {
    expect(found(text, ...sources)).toBe(expected);
  });

  it.each<[string, string, readonly BaseSource[], unknown]>([
    ['of a repository that no source has', 'https://git.example.com/org/other//bases/web', [source()], NO_SOURCE],
    ['of a repository whose name only begins alike', 'https://git.example.com/org/platform-two//bases/web', [source()], NO_SOURCE],
    ['of another host', 'https://git.example.org/org/platform//bases/web', [source()], NO_SOURCE],
    ['by another scheme', 'http://git.example.com/org/platform//bases/web', [source()], NO_SOURCE],
    ['by another port', 'https://git.example.com:8443/org/platform//bases/web', [source()], NO_SOURCE],
    ['where nothing says where the repository ends', 'https://git.example.com/org/platform/bases/web', [source()], NO_SOURCE],
    ['without any source', 'github.com/org/platform//a', [], NO_SOURCE],
    ['with another ref than that of the source', 'https://git.example.com/org/platform//a?ref=v1.3.0', [source()], { code: 'REF_DIFFERS', source: 'platform', wanted: 'v1.3.0', ref: 'v1.2.0' }],
    ['with an empty ref', 'https://git.example.com/org/platform//a?ref=', [source()], { code: 'REF_DIFFERS', source: 'platform', wanted: '', ref: 'v1.2.0' }],
    ['outside of the directory of the source', 'https://git.example.com/org/platform//apps/web', [source({ path: 'bases' })], { code: 'OUTSIDE_PATH', source: 'platform', path: 'bases' }],
    ['that climbs', 'git::https://git.example.com/org/platform.git//bases/../../web', [source()], 'no reference'],
    ['that climbs, hidden', 'https://git.example.com/org/platform//bases/%2E%2e/web', [source()], 'no reference'],
    ['with a password', 'https://me:hunter2@git.example.com/org/platform//a', [source()], 'no reference'],
    ['on this machine', 'file:///srv/git/platform//a', [source()], 'no reference'],
    ['with what is not in a URL', 'https://git.example.com/org/platform//a b', [source()], 'no reference'],
  ])('is refused %s', (_title, text, sources, expected) => {
    expect(found(text, ...sources)).toEqual(expected);
  });
});
