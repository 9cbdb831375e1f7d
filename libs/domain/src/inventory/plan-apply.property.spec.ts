import { describe, expect, it } from '@jest/globals';
import { objectKey, objectRefOf, planApply, type ApplyPlan, type InventoryEntry, type KubeObject } from '#domain';
import { aLiveEntry, anObject } from '#testing';
import fc from 'fast-check';

const POOL: readonly KubeObject[] = [
  anObject('v1', 'Namespace', 'shop'), anObject('v1', 'ConfigMap', 'shop/a'), anObject('v1', 'ConfigMap', 'shop/b'), anObject('v1', 'Secret', 'shop/a'), anObject('v1', 'Service', 'shop/a'),
  anObject('apps/v1', 'Deployment', 'shop/a'), anObject('apps/v1', 'StatefulSet', 'shop/a'), anObject('v1', 'PersistentVolumeClaim', 'shop/a'), anObject('example.com/v1', 'Widget', 'shop/a'),
];
const keyOf = ({ ref }: InventoryEntry): string => objectKey(ref);
const tracked = (entries: readonly InventoryEntry[]): readonly string[] => entries.map(keyOf).toSorted();
const declared = (objects: readonly KubeObject[]): readonly string[] => objects.map((object) => objectKey(objectRefOf(object))).toSorted();

const entryOf = (object: KubeObject, isLive: boolean): InventoryEntry => {
  const live = aLiveEntry(object);
  return isLive ? live : { ref: live.ref, apiVersion: live.apiVersion, state: 'INTENDED', appliedHash: live.appliedHash };
};
const renders = fc.shuffledSubarray([...POOL], { minLength: 1 });
const inventories = fc.array(fc.tuple(fc.nat(POOL.length - 1), fc.boolean()), { maxLength: 12 }).map((picks) => {
  const byKey = new Map(picks.map(([index, isLive]) => [index, isLive]));
  return [...byKey].flatMap(([index, isLive]) => { const object = POOL[index]; return object === undefined ? [] : [entryOf(object, isLive)]; });
});

function plan(rendered: readonly KubeObject[], inventory: readonly InventoryEntry[]): ApplyPlan {
  const planned = planApply(rendered, inventory);
  if (!planned.ok) throw new Error(planned.error.code);
  return planned.value;
}

describe('planApply, whatever was rendered and whatever is tracked', () => {
  it('forgets nothing that is tracked, and tracks everything that is declared, once', () => {
    fc.assert(
      fc.property(renders, inventories, (rendered, inventory) => {
        const entries = tracked(plan(rendered, inventory).entries);
        expect(entries).toEqual([...new Set([...declared(rendered), ...tracked(inventory)])].toSorted());
      }),
    );
  });

  it('applies every declared object in exactly one wave, and nothing else', () => {
    fc.assert(fc.property(renders, inventories, (rendered, inventory) => expect(declared(plan(rendered, inventory).waves.flatMap(({ objects }) => objects))).toEqual(declared(rendered))));
  });

  it('offers to the guard exactly what is tracked and not declared: by UID what lives, to be looked up what was only intended', () => {
    fc.assert(
      fc.property(renders, inventories, (rendered, inventory) => {
        const wanted = new Set(declared(rendered));
        const gone = inventory.filter((entry) => !wanted.has(keyOf(entry)));
        const { prune, unresolved } = plan(rendered, inventory);
        expect(prune).toEqual(gone.filter(({ state }) => state === 'LIVE'));
        expect(unresolved).toEqual(gone.filter(({ state }) => state === 'INTENDED'));
      }),
    );
  });

  it('keeps the UID and the last hash of what lives until it is applied again', () => {
    fc.assert(
      fc.property(renders, inventories, (rendered, inventory) => {
        const after = new Map(plan(rendered, inventory).entries.map((entry) => [keyOf(entry), entry]));
        for (const entry of inventory) if (entry.state === 'LIVE') expect(after.get(keyOf(entry))).toMatchObject({ state: 'LIVE', uid: entry.uid, appliedHash: entry.appliedHash });
      }),
    );
  });

  it('says the same when it is asked again over what it recorded, in whatever order', () => {
    fc.assert(
      fc.property(renders, inventories, (rendered, inventory) => {
        const first = plan(rendered, inventory);
        const again = plan(rendered.toReversed(), first.entries.toReversed());
        expect(again.waves).toEqual(first.waves);
        expect(tracked(again.entries)).toEqual(tracked(first.entries));
        expect(tracked(again.prune)).toEqual(tracked(first.prune));
        expect(tracked(again.unresolved)).toEqual(tracked(first.unresolved));
      }),
    );
  });
});
