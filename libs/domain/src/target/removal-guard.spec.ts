import { applicationId, clusterId, guardRemovals, removalsDigest, targetId, type ExceededRemovalLimit, type PlannedRemoval, type RemovalsToGuard } from '#domain';
import { digestOf } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

const id = (kind: string, n: number): string => `00000000-0000-7000-8000-${kind}${n.toString(16).padStart(11, '0')}`;
const web = applicationId(id('b', 1));
const one = clusterId(id('c', 1));
/** `count` removals of one application, each on a cluster of its own with many targets. */
const spread = (count: number, from = 0): readonly PlannedRemoval[] =>
  Array.from({ length: count }, (_, n) => ({ target: targetId(id('a', from + n)), application: web, cluster: clusterId(id('c', from + n)), mode: 'DELETE' }));
/** `count` removals on one cluster, each of an application of its own with many targets. */
const stacked = (count: number): readonly PlannedRemoval[] =>
  Array.from({ length: count }, (_, n) => ({ target: targetId(id('a', n)), application: applicationId(id('b', n)), cluster: one, mode: 'ORPHAN' }));

function guard(removals: readonly PlannedRemoval[], totals: { readonly application?: number; readonly cluster?: number }, rest: Partial<RemovalsToGuard> = {}): ReturnType<typeof guardRemovals> {
  const all = [...removals, ...(rest.recent ?? [])];
  return guardRemovals({
    removals,
    recent: [],
    activeByApplication: new Map(all.map((removal) => [removal.application, totals.application ?? 1_000])),
    activeByCluster: new Map(all.map((removal) => [removal.cluster, totals.cluster ?? 1_000])),
    confirmation: undefined,
    ...rest,
  });
}
const ofApplication = (count: number, total: number): ExceededRemovalLimit => ({ scope: 'APPLICATION', application: web, count, total });

describe('guardRemovals', () => {
  it.each<[string, readonly PlannedRemoval[], { application?: number; cluster?: number }, readonly PlannedRemoval[]]>([
    ['nothing', [], { application: 0 }, []],
    ['one of two', spread(1), { application: 2 }, []],
    ['one of a thousand', spread(1), { application: 1_000 }, []],
    ['exactly 5 %', spread(5), { application: 100 }, []],
    ['exactly 5 % together with earlier ones', spread(2), { application: 97 }, spread(3, 10)],
    ['the only target on a cluster', stacked(1), { cluster: 1 }, []],
    ['exactly 20 % of a cluster', stacked(2), { cluster: 10 }, []],
  ])('lets pass: %s', (_name, removals, totals, recent) => {
    expect(guard(removals, totals, { recent })).toEqual({ ok: true, value: undefined });
  });

  it.each<[string, readonly PlannedRemoval[], { application?: number; cluster?: number }, readonly PlannedRemoval[], ExceededRemovalLimit]>([
    ['the only target of an application, which is all', spread(1), { application: 1 }, [], ofApplication(1, 1)],
    ['all', spread(3), { application: 3 }, [], ofApplication(3, 3)],
    ['two of a few', spread(2), { application: 30 }, [], ofApplication(2, 30)],
    ['more than 5 %', spread(6), { application: 100 }, [], ofApplication(6, 100)],
    ['the last one after an earlier one', spread(1), { application: 1 }, spread(1, 10), ofApplication(2, 2)],
    ['one by one past 5 %', spread(1), { application: 95 }, spread(5, 10), ofApplication(6, 100)],
    ['more than 20 % of a cluster', stacked(3), { cluster: 10 }, [], { scope: 'CLUSTER', cluster: one, count: 3, total: 10 }],
    ['totals that nobody counted', spread(1), { application: 0 }, [], ofApplication(1, 0)],
  ])('asks for confirmation: %s', (_name, removals, totals, recent, exceeded) => {
    expect(guard(removals, totals, { recent })).toEqual({
      ok: false,
      error: { code: 'REMOVAL_NEEDS_CONFIRMATION', count: removals.length, digest: removalsDigest(removals), targets: removals, exceeded: [exceeded] },
    });
  });

  it('counts a target once that was removed, came back and is removed again', () => {
    expect(guard(spread(1), { application: 20 }, { recent: spread(1) }).ok).toBe(true);
  });

  it('takes the confirmation of exactly these removals and modes, in any order', () => {
    const removals = spread(3);
    expect(guard(removals, { application: 3 }, { confirmation: removalsDigest(removals.toReversed()) }).ok).toBe(true);
  });

  it.each<[string, readonly PlannedRemoval[]]>([
    ['fewer', spread(2)],
    ['more', spread(4)],
    ['others', spread(3, 1)],
    ['another mode', spread(3).map((removal) => ({ ...removal, mode: 'ORPHAN' as const }))],
  ])('refuses the confirmation of %s', (_name, confirmed) => {
    expect(guard(spread(3), { application: 3 }, { confirmation: removalsDigest(confirmed) })).toMatchObject({ ok: false, error: { code: 'REMOVAL_NEEDS_CONFIRMATION' } });
  });

  it('refuses a confirmation of something else even where none is needed', () => {
    expect(guard(spread(1), {}, { confirmation: digestOf('x') })).toMatchObject({ ok: false, error: { count: 1, exceeded: [] } });
  });

  it('repeats: a confirmation of what is done already does no harm', () => {
    expect(guard([], {}, { confirmation: digestOf('x') }).ok).toBe(true);
  });

  it('cannot be got round by slicing: what would need confirmation at once needs it at the latest in the last slice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 1, max: 60 }), (total, wanted) => {
        const count = Math.min(total, wanted);
        const removals = spread(count);
        const atOnce = guard(removals, { application: total });
        const slices = removals.map((removal, n) => guard([removal], { application: total - n }, { recent: removals.slice(0, n) }));
        expect(slices.every((slice) => slice.ok)).toBe(atOnce.ok);
      }),
    );
  });
});
