import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findDependencyCycle } from '#domain';

const graph = (edges: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, readonly string[]> => new Map(Object.entries(edges));

describe('findDependencyCycle', () => {
  it.each<[string, Readonly<Record<string, readonly string[]>>, readonly string[] | undefined]>([
    ['nothing', {}, undefined],
    ['a chain', { web: ['api'], api: ['db'], db: [] }, undefined],
    ['a diamond', { web: ['api', 'cache'], api: ['db'], cache: ['db'] }, undefined],
    ['a name that nobody has', { web: ['gone'] }, undefined],
    ['itself', { web: ['web'] }, ['web', 'web']],
    ['each other', { web: ['api'], api: ['web'] }, ['api', 'web', 'api']],
    ['a cycle further in', { a: ['b'], b: ['c'], c: ['d'], d: ['b'] }, ['b', 'c', 'd', 'b']],
  ])('%s', (_name, edges, expected) => {
    expect(findDependencyCycle(graph(edges))).toEqual(expected);
  });

  it('follows a chain of ten thousand', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `a${index}`);
    expect(findDependencyCycle(new Map(names.map((name, index) => [name, [`a${index + 1}`]])))).toBeUndefined();
    expect(findDependencyCycle(new Map(names.map((name, index) => [name, [`a${(index + 1) % names.length}`]])))).toHaveLength(10_001);
  });

  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const graphs = fc.array(fc.tuple(fc.constantFrom(...names), fc.subarray(names)), { maxLength: 6 }).map((edges) => new Map(edges));

  it('names edges that are there, and comes back to where it began', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const cycle = findDependencyCycle(edges);
        if (cycle === undefined) return;
        expect(cycle.at(0)).toBe(cycle.at(-1));
        for (const [index, name] of cycle.slice(1).entries()) expect(edges.get(cycle[index] ?? '')).toContain(name);
      }),
    );
  });

  it('finds none exactly when everything can be put in an order', () => {
    fc.assert(
      fc.property(graphs, (edges) => {
        const left = new Set(edges.keys());
        for (let again = true; again; ) {
          again = false;
          for (const name of left) {
            if ((edges.get(name) ?? []).some((needed) => left.has(needed))) continue;
            left.delete(name);
            again = true;
          }
        }
        expect(findDependencyCycle(edges) === undefined).toBe(left.size === 0);
      }),
    );
  });

  it('does not depend on the order of the applications', () => {
    fc.assert(fc.property(graphs, (edges) => expect(findDependencyCycle(new Map([...edges].toReversed()))).toEqual(findDependencyCycle(edges))));
  });
});
