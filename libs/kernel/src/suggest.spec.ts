import { describe, expect, it } from '@jest/globals';
import { didYouMean, suggest } from './suggest.js';

describe('suggest', () => {
  it.each<[string, string | undefined]>([
    ['aps', 'apps'],
    ['claster', 'cluster'],
    ['Targets', 'targets'],
    ['jsno', 'json'],
    ['zebra', undefined],
    ['', undefined],
  ])('%s: %s', (typed, expected) => {
    expect(suggest(typed, ['apps', 'cluster', 'targets', 'json'])).toBe(expected);
  });

  it('costs nothing for what is far too long to be any of them', () => {
    const known = Array.from({ length: 5_000 }, (_, index) => `cluster-${index}`);
    expect(suggest('x'.repeat(1_000_000), known)).toBeUndefined();
    expect(suggest('cluster-x', ['y'.repeat(1_000_000)])).toBeUndefined();
  });

  it('puts the suggestion before what is said anyway', () => {
    expect(didYouMean('aps', ['apps'], 'The kinds are apps.')).toBe('Did you mean apps? The kinds are apps.');
    expect(didYouMean('zebra', ['apps'], 'The kinds are apps.')).toBe('The kinds are apps.');
  });
});
