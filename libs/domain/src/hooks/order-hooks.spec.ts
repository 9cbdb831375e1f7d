import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { orderHooks, type Hook, type HookDialect, type HookEvent } from '#domain';
import { anObject } from '#testing';

const KINDS = [['v1', 'ServiceAccount'], ['v1', 'ConfigMap'], ['batch/v1', 'Job'], ['example.com/v1', 'Widget']] as const;

const hook = (name: string, kind: number, wave: number, dialect: HookDialect, events: readonly HookEvent[]): Hook => ({
  object: anObject(KINDS[kind]?.[0] ?? '', KINDS[kind]?.[1] ?? '', `shop/${name}`),
  dialect,
  events: new Set(events),
  wave,
  deletes: new Set(['before-creation']),
  deadlineMs: 1,
});
const names = (steps: readonly (readonly Hook[])[]): unknown => steps.map((step) => step.map(({ object }) => `${object.kind} ${object.metadata.name}`));

describe('orderHooks', () => {
  const all = [
    hook('z', 2, 0, 'ARGO_CD', ['before-install', 'before-upgrade']),
    hook('a', 2, 0, 'ARGO_CD', ['before-install', 'before-upgrade']),
    hook('a', 0, 0, 'ARGO_CD', ['before-install', 'before-upgrade']),
    hook('late', 2, 5, 'ARGO_CD', ['before-install']),
    hook('early', 2, -5, 'ARGO_CD', ['before-upgrade']),
    hook('after', 2, 0, 'ARGO_CD', ['after-install']),
  ];

  it('goes by wave, then kind, and runs what is left at once', () => {
    expect(names(orderHooks(all, 'before', true))).toEqual([['ServiceAccount a'], ['Job a', 'Job z'], ['Job late']]);
    expect(names(orderHooks(all, 'before', false))).toEqual([['Job early'], ['ServiceAccount a'], ['Job a', 'Job z']]);
    expect(names(orderHooks(all, 'after', false))).toEqual([]);
  });

  it('runs those of Helm one at a time', () => {
    const helm = all.map((one): Hook => ({ ...one, dialect: 'HELM' }));
    expect(names(orderHooks(helm, 'before', true))).toEqual([['ServiceAccount a'], ['Job a'], ['Job z'], ['Job late']]);
  });

  it('does not depend on the order of the render, loses none, and never puts a higher wave first', () => {
    const some = fc.uniqueArray(
      fc.record({ name: fc.stringMatching(/^[a-z]{1,3}$/), kind: fc.nat(3), wave: fc.integer({ min: -3, max: 3 }), dialect: fc.constantFrom<HookDialect>('CAPSTAN', 'ARGO_CD', 'HELM') }),
      { selector: ({ name, kind }) => `${kind}/${name}`, maxLength: 20 },
    );
    fc.assert(
      fc.property(some, fc.infiniteStream(fc.nat()), (sketches, dice) => {
        const hooks = sketches.map(({ name, kind, wave, dialect }) => hook(name, kind, wave, dialect, ['apply']));
        const shuffled = hooks.map((one) => ({ one, at: dice.next().value ?? 0 })).toSorted((a, b) => a.at - b.at).map(({ one }) => one);
        const steps = orderHooks(hooks, 'apply', true);
        expect(orderHooks(shuffled, 'apply', true)).toEqual(steps);
        expect(steps.flat()).toHaveLength(hooks.length);
        expect(new Set(steps.flat())).toEqual(new Set(hooks));
        const waves = steps.flat().map(({ wave }) => wave);
        expect(waves).toEqual(waves.toSorted((a, b) => a - b));
      }),
    );
  });
});
