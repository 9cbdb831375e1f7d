import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { releaseId, repositoryId } from '../ids.js';
import { planPromotion, type PromotingTarget, type PromotionState } from './plan-promotion.js';
import { sayPromotion } from './say-promotion.js';

const FLEET = repositoryId('00000000-0000-7000-8000-000000000001');
const OTHER = repositoryId('00000000-0000-7000-8000-000000000002');
const NOW = new Date('2026-11-01T12:00:00Z');
const before = (minutes: number): Date => new Date(NOW.getTime() - minutes * 60_000);
const well = (name: string, minutes: number): PromotingTarget => ({ name, isHeld: false, wellSince: before(minutes) });
type Upstream = NonNullable<PromotionState['upstream']>;
const RELEASE: NonNullable<Upstream['release']> = { id: releaseId('00000000-0000-7000-8000-000000000007'), number: 7, path: 'env/staging', fullRef: 'refs/heads/main' };
const state = (upstream: Partial<Upstream> = {}, downstream: Partial<PromotionState['downstream']> = {}): PromotionState => ({
  soakMs: 30 * 60_000, upstream: { repository: FLEET, release: RELEASE, hasSucceeded: true, origins: [{ path: 'env/dev', fullRef: 'refs/heads/main' }], targets: [well('s1', 40), well('s2', 31)], ...upstream },
  downstream: { repository: { id: FLEET, type: 'GIT', hasWriteCredentials: true }, fullRef: 'refs/heads/main', path: 'env/prod', hasHeldTargets: false, promoted: 6, ...downstream },
});

describe('planPromotion', () => {
  it.each<[string, PromotionState, object]>([
    ['is due once all were well for the soak', state(), { state: 'DUE', release: 7 }],
    ['waits for the one that became well last', state({ targets: [well('s1', 400), well('s2', 10)] }), { state: 'SOAK', until: new Date('2026-11-01T12:20:00Z') }],
    ['waits for the rollout', state({ hasSucceeded: false }), { state: 'ROLLOUT' }],
    ['names who is not well', state({ targets: [well('s1', 400), { name: 's2', isHeld: false, wellSince: undefined }] }), { state: 'TARGETS', targets: ['s2'] }],
    ['is not proven by nobody', state({ targets: [] }), { state: 'NO_TARGETS' }],
    ['waits for what is held there', state({ targets: [well('s1', 400), { ...well('s2', 400), isHeld: true }] }), { state: 'UPSTREAM_HELD', targets: ['s2'] }],
    ['waits for what is held here', state({}, { hasHeldTargets: true }), { state: 'HELD' }],
    ['is done once', state({}, { promoted: 7 }), { state: 'PROMOTED' }],
    ['never goes back', state({}, { promoted: 8 }), { state: 'NEWER_PROMOTED' }],
    ['needs a release', state({ release: undefined }), { state: 'NO_RELEASE' }],
    ['needs an application', { ...state(), upstream: undefined }, { state: 'UPSTREAM_MISSING' }],
    ['stays within a repository', state({ repository: OTHER }), { state: 'OTHER_REPOSITORY' }],
    ['needs Git', state({}, { repository: { id: FLEET, type: 'OCI', hasWriteCredentials: false } }), { state: 'NOT_GIT' }],
    ['needs a branch', state({}, { fullRef: 'refs/tags/v1' }), { state: 'NEEDS_BRANCH' }],
    ['needs leave to write', state({}, { repository: { id: FLEET, type: 'GIT', hasWriteCredentials: false } }), { state: 'WRITE_CREDENTIALS_MISSING' }],
    ['refuses to carry a path into itself', state({ release: { ...RELEASE, path: 'env' } }), { state: 'PATHS_OVERLAP' }],
    ['refuses to carry a path over what it holds', state({}, { path: 'env' }), { state: 'PATHS_OVERLAP' }],
    ['refuses to carry a path back into where the chain began', state({}, { path: 'env/dev/copy' }), { state: 'PATHS_OVERLAP' }],
    ['refuses to carry a path over where the chain began', state({ origins: [{ path: 'live/dev', fullRef: 'refs/heads/main' }] }, { path: 'live' }), { state: 'PATHS_OVERLAP' }],
    ['leaves alone what the chain has on another branch', state({ origins: [{ path: 'env/prod', fullRef: 'refs/heads/dev' }, { path: 'env/prod', fullRef: undefined }] }), { state: 'DUE' }],
    ['carries a path to the same one on another branch', state({}, { path: 'env/staging', fullRef: 'refs/heads/prod' }), { state: 'DUE' }],
    ['knows a path from one that merely begins alike', state({}, { path: 'env/staging-eu' }), { state: 'DUE' }],
  ])('%s', (_name, given, decision) => {
    const decided = planPromotion(given, NOW);
    expect(decided).toMatchObject(decision);
    expect(sayPromotion(decided, 'shop-staging')).toMatch(/^\S.*\.$/);
  });

  it('is never due unless every target was well for the soak, nothing is held, and the release is news', () => {
    const target = fc.record({ name: fc.string(), isHeld: fc.boolean(), wellSince: fc.option(fc.integer({ min: -10, max: 100 }).map(before), { nil: undefined }) });
    fc.assert(fc.property(fc.array(target, { maxLength: 4 }), fc.boolean(), fc.boolean(), fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }), (targets, hasSucceeded, hasHeldTargets, promoted) => {
      const isDue = hasSucceeded && !hasHeldTargets && targets.length > 0 && targets.every(({ isHeld, wellSince }) => !isHeld && wellSince !== undefined && wellSince <= before(30)) && (promoted ?? 0) < 7;
      expect(planPromotion(state({ targets, hasSucceeded }, { hasHeldTargets, promoted }), NOW).state === 'DUE').toBe(isDue);
    }));
  });
});
