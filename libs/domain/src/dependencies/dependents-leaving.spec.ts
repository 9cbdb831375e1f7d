import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dependentsLeaving } from '#domain';

const graph = (edges: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(edges));

describe('dependentsLeaving', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[]]>([
    ['nobody else', { certs: [] }, []],
    ['one that does not need it', { certs: [], web: ['api'] }, []],
    ['two that need it', { certs: [], web: ['certs'], api: ['db', 'certs'] }, ['api', 'web']],
    ['one that it needs itself', { certs: ['web'], web: ['certs'] }, []],
    ['one that it needs through another', { certs: ['api'], api: ['web'], web: ['certs'] }, []],
    ['one in a circle and one beside it', { certs: ['web'], web: ['certs'], shop: ['certs'] }, ['shop']],
    ['itself', { certs: ['certs'] }, []],
  ])('%s', (_name, leaving, expected) => {
    expect(dependentsLeaving('certs', graph(leaving))).toEqual(expected);
  });

  it('leaves nobody waiting for ever', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.subarray(names)), { maxLength: 5 }), (edges) => {
        const left = new Map(edges);
        while (left.size > 0) {
          const free = [...left.keys()].filter((name) => dependentsLeaving(name, left).length === 0);
          expect(free).not.toEqual([]);
          for (const name of free) left.delete(name);
        }
      }),
    );
  });
});
