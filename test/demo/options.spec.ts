import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('the options of the demo', () => {
  it.each<[string, object]>([
    ['', { kubernetes: 'sandbox', clusters: 5, once: false }],
    ['--kubernetes real --clusters 3 --once', { kubernetes: 'real', clusters: 3, once: true }],
    ['--context a --context b --yes', { kubernetes: 'own', clusters: 2, contexts: ['a', 'b'], yes: true }],
    ['--remove --context a', { kubernetes: 'own', remove: true }],
  ])('%s', (words, expected) => {
    expect(readOptions(words.split(' ').filter(Boolean))).toMatchObject({ ok: true, value: expected });
  });

  it.each<[string, RegExp]>([
    ['--kubernetes minikube', /sandbox or real.*--context/],
    ['--clusters 6', /from 1 to 5/],
    ['--clusters two', /from 1 to 5/],
    ['--context a --kubernetes real', /does not go with --kubernetes/],
    ['--context a --clusters 1', /does not go with --clusters/],
    ['--context a --context a', /given twice/],
    ['--yes', /goes with --context/],
    ['--remove', /goes with --context/],
    ['--context a --context b --context c --context d --context e --context f', /6 contexts/],
    ['--onec', /--onec/],
    ['real', /real/],
  ])('refuse %s', (words, problem) => {
    expect(readOptions(words.split(' '))).toEqual({ ok: false, error: expect.stringMatching(problem) });
  });
});
