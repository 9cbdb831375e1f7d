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

  it('puts the suggestion before what is said anyway', () => {
    expect(didYouMean('aps', ['apps'], 'The kinds are apps.')).toBe('Did you mean apps? The kinds are apps.');
    expect(didYouMean('zebra', ['apps'], 'The kinds are apps.')).toBe('The kinds are apps.');
  });
});
