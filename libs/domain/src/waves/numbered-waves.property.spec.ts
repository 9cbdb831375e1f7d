import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { intendedEntry, liveEntry, objectKey, objectRefOf, orderRemoval, orderWaves, phaseOf, planApply, sortOutHooks, waveOf, type KubeObject } from '#domain';

const KINDS = [['v1', 'Namespace'], ['v1', 'ConfigMap'], ['apps/v1', 'Deployment'], ['batch/v1', 'Job'], ['example.com/v1', 'Widget']] as const;
const ANNOTATIONS = ['capstan.dev/wave', 'argocd.argoproj.io/sync-wave'] as const;

const object = fc.record({ name: fc.stringMatching(/^[a-z]{1,4}$/), kind: fc.constantFrom(...KINDS), wave: fc.option(fc.integer({ min: -5, max: 5 })), by: fc.constantFrom(...ANNOTATIONS), hook: fc.option(fc.constantFrom('before', 'after', 'test')) }).map(
  ({ name, kind: [apiVersion, kind], wave, by, hook }): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, ...(kind === 'Namespace' ? {} : { namespace: 'shop' }), annotations: { ...(wave === null ? {} : { [by]: String(wave) }), ...(hook === null ? {} : { 'capstan.dev/hook': hook }) } },
  }),
);
const render = fc.uniqueArray(object, { selector: (one) => objectKey(objectRefOf(one)), maxLength: 30 });
const keys = (objects: readonly KubeObject[]): readonly string[] => objects.map((one) => objectKey(objectRefOf(one)));

describe('numbered waves', () => {
  it('are total: no object is lost or comes twice, and a shuffled render gives the same ones', () => {
    fc.assert(
      fc.property(render, fc.infiniteStream(fc.nat()), (objects, dice) => {
        const shuffled = objects.map((one) => ({ one, at: dice.next().value ?? 0 })).toSorted((a, b) => a.at - b.at).map(({ one }) => one);
        const waves = orderWaves(objects);
        expect(orderWaves(shuffled)).toEqual(waves);
        expect(waves.flatMap((wave) => keys(wave.objects)).toSorted()).toEqual(keys(objects).toSorted());
      }),
    );
  });

  it('put a lower number before a higher one, and inside a number the order of kinds', () => {
    fc.assert(
      fc.property(render, (objects) => {
        const order = orderWaves(objects).flatMap((wave) => wave.objects.map((one) => ({ number: wave.number, own: waveOf(one.metadata), phase: phaseOf(objectRefOf(one)) })));
        for (const { number, own } of order) expect(number).toBe(own);
        for (const [at, { number, phase }] of order.slice(1).entries()) {
          const before = order[at];
          expect(before !== undefined && (before.number < number || (before.number === number && before.phase <= phase))).toBe(true);
        }
      }),
    );
  });

  it('are removed in the exact reverse, by what the inventory knows of them', () => {
    fc.assert(
      fc.property(render, (objects) => {
        const entries = objects.map((one) => liveEntry(one, `uid of ${one.metadata.name}`));
        const removed = orderRemoval(entries).flat().map(({ ref }) => objectKey(ref));
        const applied = orderWaves(objects).flatMap((wave) => keys(wave.objects));
        expect(removed).toEqual(applied.toReversed());
      }),
    );
  });
});

describe('hooks and the inventory', () => {
  it('never has a hook among what is tracked or pruned, whatever it was before', () => {
    fc.assert(
      fc.property(render, render, (before, now) => {
        const sorted = sortOutHooks(now);
        if (!sorted.ok) throw new Error(sorted.error.message);
        const { objects, hooks, aside } = sorted.value;
        const inventory = before.map((one, index) => (index % 2 === 0 ? liveEntry(one, `uid ${index}`) : intendedEntry(one)));
        const plan = planApply(objects, inventory, aside);
        expect(objects.length + aside.size).toBe(now.length);
        if (!plan.ok) return expect(objects).toHaveLength(0);
        const ofHooks = new Set([...aside, ...hooks.map(({ object: one }) => objectKey(objectRefOf(one)))]);
        for (const { ref } of [...plan.value.prune, ...plan.value.unresolved, ...plan.value.entries]) expect(ofHooks.has(objectKey(ref))).toBe(false);
      }),
    );
  });
});
