import { releaseId, repositoryId } from '../ids.js';
import { describe, expect, it } from '@jest/globals';
import { planRevert, type RevertDestination, type RevertState } from './plan-revert.js';

const FLEET = repositoryId('00000000-0000-7000-8000-000000000001');
const OTHER = repositoryId('00000000-0000-7000-8000-000000000002');
const to = (number: number, part: Partial<RevertDestination> = {}): RevertDestination => ({
  release: releaseId(`00000000-0000-7000-8000-${String(number).padStart(12, '0')}`), number, repository: FLEET, path: 'apps/shop', sourceDigest: `sha256:${number}`, fellBack: false, targets: 1, ...part,
});
const state = (part: Partial<RevertState> = {}): RevertState => ({
  application: 'shop', source: { repository: FLEET, ref: 'main', path: 'apps/shop' }, repository: { name: 'fleet', type: 'GIT', hasWriteCredentials: true }, fullRef: 'refs/heads/main', destinations: [to(3)], ...part,
});

describe('planRevert', () => {
  it('names the release and the branch', () => {
    expect(planRevert(state())).toEqual({ ok: true, value: { release: to(3).release, number: 3, branch: 'main', path: 'apps/shop' } });
  });

  it('takes releases of the same content for one, the newest of them', () => {
    expect(planRevert(state({ destinations: [to(2, { sourceDigest: 'sha256:x' }), to(5, { sourceDigest: 'sha256:x' }), to(3, { sourceDigest: 'sha256:x' })] }))).toMatchObject({ ok: true, value: { number: 5 } });
  });

  it.each<[string, Partial<RevertState>, object]>([
    ['a registry', { repository: { name: 'charts', type: 'OCI', hasWriteCredentials: false } }, { code: 'REVERT_NOT_GIT', application: 'shop', repository: 'charts' }],
    ['no write credentials', { repository: { name: 'fleet', type: 'GIT', hasWriteCredentials: false } }, { code: 'WRITE_CREDENTIALS_MISSING', repository: 'fleet' }],
    ['a tag', { fullRef: 'refs/tags/v1' }, { code: 'REVERT_NEEDS_BRANCH', application: 'shop', ref: 'main' }],
    ['a ref that was never seen', { fullRef: undefined }, { code: 'REVERT_NEEDS_BRANCH', application: 'shop', ref: 'main' }],
    ['several releases', { destinations: [to(5, { targets: 4 }), to(3, { targets: 2 })] }, { code: 'REVERT_AMBIGUOUS', application: 'shop', releases: [{ number: 3, targets: 2 }, { number: 5, targets: 4 }] }],
    ['another repository', { destinations: [to(3, { repository: OTHER })] }, { code: 'REVERT_OTHER_SOURCE', application: 'shop', release: 3 }],
    ['another path', { destinations: [to(3, { path: 'apps/old' })] }, { code: 'REVERT_OTHER_SOURCE', application: 'shop', release: 3 }],
    ['files that cannot be told apart', { destinations: [to(3, { fellBack: true })] }, { code: 'REVERT_WHOLE_REPOSITORY', application: 'shop', release: 3 }],
  ])('refuses %s', (_name, part, error) => {
    expect(planRevert(state(part))).toEqual({ ok: false, error });
  });

  it('puts a whole repository back where the application is all of it', () => {
    expect(planRevert(state({ source: { repository: FLEET, ref: 'main', path: '' }, destinations: [to(3, { path: '', fellBack: true })] }))).toMatchObject({ ok: true, value: { path: '' } });
  });
});
