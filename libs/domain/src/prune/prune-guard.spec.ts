import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf } from '#kernel';
import { guardRemoval, objectKey, policyOfWishes, removalDigest, targetId, type LiveEntry, type RemovalCause, type RemovalRequest, type TakenAlong } from '#domain';
import { aLiveEntry, anObject } from '#testing';

const TARGET = targetId('01900000-0000-7000-8000-000000000001');
const configMaps = (count: number): readonly LiveEntry[] => Array.from({ length: count }, (_, i) => aLiveEntry(anObject('v1', 'ConfigMap', `shop/c${i}`)));
const request = (entries: readonly LiveEntry[], inventorySize: number, more: Partial<RemovalRequest> = {}): RemovalRequest => ({
  target: TARGET, cause: 'PRUNE', entries, inventorySize, approvals: [], ...more,
});
const database = aLiveEntry(anObject('apps/v1', 'StatefulSet', 'shop/db'));

describe('guardRemoval of a prune', () => {
  it.each<[number, number, boolean]>([
    [0, 10, true], [1, 1, true], [3, 3, true], [2, 4, true], [3, 4, false], [5, 10, true], [6, 10, false],
    [10, 20, true], [11, 20, false], [10, 50, true], [10, 1_000, true], [11, 50, false], [11, 55, true], [20, 100, true], [21, 100, false],
  ])('lets %d of %d go: %s', (count, size, goes) => {
    const decision = guardRemoval(request(configMaps(count), size));
    expect(decision.removeNow).toHaveLength(goes ? count : 0);
    expect(decision.waiting).toHaveLength(goes ? 0 : count);
    expect(decision.because).toBe(goes ? undefined : 'COUNT');
  });

  it.each([
    ['Namespace', anObject('v1', 'Namespace', 'shop')],
    ['CustomResourceDefinition', anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com')],
    ['PersistentVolume', anObject('v1', 'PersistentVolume', 'data')],
    ['PersistentVolumeClaim', anObject('v1', 'PersistentVolumeClaim', 'shop/data')],
    ['StatefulSet', anObject('apps/v1', 'StatefulSet', 'shop/db')],
  ])('waits whole for a %s', (_kind, object) => {
    const entries = [...configMaps(1), aLiveEntry(object)];
    expect(guardRemoval(request(entries, 100))).toMatchObject({ removeNow: [], digest: removalDigest(TARGET, entries), because: 'KIND' });
  });

  it('names first what holds data or is protected: what is shown of a plan is its beginning', () => {
    const shielded = aLiveEntry(anObject('v1', 'Secret', 'shop/z'), { isProtected: true });
    const { waiting, digest } = guardRemoval(request([...configMaps(150), database, shielded], 300));
    expect(waiting.slice(0, 2).map(({ ref }) => ref)).toEqual([database.ref, shielded.ref]);
    expect(waiting).toHaveLength(152);
    expect(digest).toBe(removalDigest(TARGET, [...configMaps(150), database, shielded]));
  });

  it('waits for a protected object', () => {
    const entry = aLiveEntry(anObject('v1', 'ConfigMap', 'shop/a'), { isProtected: true });
    expect(guardRemoval(request([entry], 100))).toMatchObject({ removeNow: [], because: 'KIND' });
  });

  it('goes when exactly this plan was approved, in any order of its objects', () => {
    const entries = [...configMaps(30), database];
    const { digest } = guardRemoval(request(entries, 31));
    if (digest === undefined) throw new Error('it must wait');
    expect(guardRemoval(request(entries.toReversed(), 31, { approvals: [digestOf('other'), digest] })).removeNow).toHaveLength(31);
  });

  it('goes on with what is left of an approved plan after a crash halfway', () => {
    const { digest, waiting } = guardRemoval(request([...configMaps(30), database], 31));
    if (digest === undefined) throw new Error('it must wait');
    expect(guardRemoval(request(waiting.slice(20), 11, { approvals: [digest] })).removeNow).toHaveLength(11);
  });

  it('waits again when one more object joins an approved plan', () => {
    const { digest, waiting } = guardRemoval(request([...configMaps(30), database], 40));
    if (digest === undefined) throw new Error('it must wait');
    const grown = guardRemoval(request([...waiting, aLiveEntry(anObject('v1', 'Secret', 'shop/new'))], 40, { approvals: [digest] }));
    expect(grown.removeNow).toEqual([]);
    expect(grown.digest).not.toBe(digest);
  });

  it('gives another digest to the same names under other UIDs, and to another target', () => {
    const again = { ...database, uid: 'reborn' };
    const other = targetId('01900000-0000-7000-8000-000000000002');
    expect(new Set([removalDigest(TARGET, [database]), removalDigest(TARGET, [again]), removalDigest(other, [database])]).size).toBe(3);
  });
});

describe('guardRemoval of a definition with live objects', () => {
  const definition = aLiveEntry(anObject('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.com'));
  const along = (count: TakenAlong) => ({ takenAlong: new Map([[objectKey(definition.ref), count]]) });
  const asked = (count: TakenAlong) => {
    const { digest, waiting } = guardRemoval(request([definition], 100, along(count)));
    if (digest === undefined) throw new Error('it must wait');
    return { digest, waiting };
  };

  it.each<[TakenAlong, TakenAlong, boolean]>([
    [3, 3, true], [3, 2, true], [3, 0, true], [3, 4, false], [0, 1, false], [0, 0, true],
    ['UNKNOWN', 'UNKNOWN', true], ['UNKNOWN', 7, true], [3, 'UNKNOWN', false], [0, 'UNKNOWN', false],
  ])('an approval that was given for %s goes with %s: %s', (shown, now, goes) => {
    const { digest, waiting } = asked(shown);
    const decision = guardRemoval(request(waiting, 100, { ...along(now), approvals: [digest] }));
    expect(decision.removeNow).toHaveLength(goes ? 1 : 0);
    if (!goes) expect(decision.digest).not.toBe(digest);
  });

  it('hands on how many were shown, so that the last look before the delete can tell', () => {
    const { digest, waiting } = asked(3);
    expect(guardRemoval(request(waiting, 100, { ...along(3), approvals: [digest] })).removeNow).toEqual([{ ...definition, listedIn: digest, takesAlong: 3 }]);
    expect(guardRemoval(request([definition], 100, { ...along(3), approvals: [digest] })).removeNow).toEqual([{ ...definition, listedIn: digest, takesAlong: 3 }]);
  });
});

describe('guardRemoval of a tombstone', () => {
  it('does not count: the hub has', () => {
    expect(guardRemoval(request(configMaps(500), 500, { cause: 'TOMBSTONE' })).removeNow).toHaveLength(500);
  });

  it('lets go of everything but what holds data, and asks for that alone', () => {
    const entries = [...configMaps(5), database];
    const decision = guardRemoval(request(entries, 6, { cause: 'TOMBSTONE' }));
    expect(decision.removeNow).toEqual(configMaps(5));
    expect(decision).toMatchObject({ waiting: [{ ref: database.ref }], digest: removalDigest(TARGET, [database]), because: 'KIND' });
    expect(guardRemoval(request(decision.waiting, 1, { cause: 'TOMBSTONE', approvals: decision.digest === undefined ? [] : [decision.digest] })).removeNow).toEqual(decision.waiting);
  });
});

describe('whatever is asked', () => {
  const kinds = fc.constantFrom(['v1', 'ConfigMap'], ['apps/v1', 'Deployment'], ['apps/v1', 'StatefulSet'], ['v1', 'Namespace'], ['v1', 'PersistentVolumeClaim']);
  const entry = fc
    .record({ of: fc.oneof({ weight: 20, arbitrary: fc.constant(['v1', 'ConfigMap']) }, { weight: 1, arbitrary: kinds }), name: fc.stringMatching(/^[a-z]{1,6}$/), isProtected: fc.nat(30).map((n) => n === 0) })
    .map(({ of: [apiVersion = '', kind = ''], name, isProtected }) => aLiveEntry(anObject(apiVersion, kind, `shop/${name}`), { isProtected }));
  const inventory = fc.uniqueArray(entry, { selector: (e) => e.uid, maxLength: 120 });
  const state = inventory.chain((old) => fc.record({ old: fc.constant(old), pruned: fc.subarray([...old]) }));

  it('no prune without approval removes more than its cap, or anything that holds data', () => {
    fc.assert(
      fc.property(state, fc.array(fc.string()), ({ old, pruned }, noise) => {
        const { removeNow, waiting } = guardRemoval(request(pruned, old.length, { approvals: noise.map((text) => digestOf(text)) }));
        expect(removeNow.length).toBeLessThanOrEqual(Math.max(10, old.length * 0.2));
        if (old.length >= 4) expect(removeNow.length).toBeLessThanOrEqual(old.length / 2);
        expect(removeNow.filter((e) => e.isProtected || ['Namespace', 'StatefulSet', 'PersistentVolumeClaim'].includes(e.ref.kind))).toEqual([]);
        expect(removeNow.length + waiting.length).toBe(pruned.length);
      }),
      { numRuns: 500 },
    );
  });

  it('what is protected, by whatever annotation, never goes without approval', () => {
    const wishes = fc.record({ onPrune: fc.constantFrom('CONFIRM' as const), onDelete: fc.constantFrom('CONFIRM' as const) }, { requiredKeys: [] });
    const wishful = fc.tuple(entry, wishes).map(([one, wish]) => ({ ...one, ...wish }));
    fc.assert(
      fc.property(fc.uniqueArray(wishful, { selector: (e) => e.uid, maxLength: 60 }), fc.constantFrom<RemovalCause>('PRUNE', 'TOMBSTONE'), (entries, cause) => {
        const { removeNow } = guardRemoval(request(entries, 1_000, { cause }));
        expect(removeNow.filter((one) => policyOfWishes(one, cause) !== 'REMOVE')).toEqual([]);
      }),
    );
  });

  it('what a decision lists is what its digest says, and approving it lets exactly that go', () => {
    fc.assert(
      fc.property(state, fc.constantFrom<RemovalCause>('PRUNE', 'TOMBSTONE'), ({ old, pruned }, cause) => {
        const { digest, waiting, removeNow } = guardRemoval(request(pruned, old.length, { cause }));
        if (digest === undefined) return expect(removeNow).toEqual(pruned);
        expect(removalDigest(TARGET, waiting)).toBe(digest);
        expect(guardRemoval(request(waiting, old.length, { cause, approvals: [digest] })).removeNow.map(({ uid }) => uid).toSorted()).toEqual(waiting.map(({ uid }) => uid).toSorted());
      }),
    );
  });

  it('the approval of another plan changes nothing', () => {
    fc.assert(
      fc.property(state, inventory, ({ old, pruned }, others) => {
        const approved = removalDigest(TARGET, others);
        fc.pre(approved !== removalDigest(TARGET, pruned));
        expect(guardRemoval(request(pruned, old.length, { approvals: [approved] }))).toEqual(guardRemoval(request(pruned, old.length)));
      }),
    );
  });
});
