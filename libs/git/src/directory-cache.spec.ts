import { describe, expect, it } from '@jest/globals';
import type { TreeEntry } from '#domain';
import { AMBIGUOUS, Directory, DirectoryCache } from './directory-cache.js';

const blob = (name: string): TreeEntry => ({ name, mode: 'file', id: name.padEnd(40, '0') });

describe('Directory', () => {
  it('finds entries by their exact name', () => {
    const directory = new Directory([blob('a'), blob('b')]);
    expect([directory.entry('a')?.name, directory.entry('A'), directory.entry('c')]).toEqual(['a', undefined, undefined]);
    expect(directory.hostileEntry()).toBeUndefined();
  });

  it.each([[['README', 'readme'], 'README'], [['\u00e9', 'e\u0301'], '\u00e9'], [['same', 'same'], 'same']])('calls %j ambiguous', (names, name) => {
    const directory = new Directory(names.map(blob));
    expect(directory.isAmbiguous(name)).toBe(true);
    expect(directory.hostileEntry()).toEqual({ name, reason: AMBIGUOUS });
  });

  it('names the first hostile entry, however often it is asked', () => {
    const directory = new Directory([blob('a'), blob('.git'), blob('..')]);
    expect([directory.hostileEntry()?.name, directory.hostileEntry()?.name]).toEqual(['.git', '.git']);
  });
});

describe('DirectoryCache', () => {
  it('gives back what was added, and lets the oldest go when there are too many entries', () => {
    const cache = new DirectoryCache();
    const many = Array.from({ length: 60_000 }, (_, index) => blob(`n${index}`));
    const first = cache.add('one', [blob('a')]);
    expect(cache.get('one')).toBe(first);
    cache.add('two', many);
    expect(cache.get('one')).toBe(first);
    const third = cache.add('three', many);
    expect([cache.get('one'), cache.get('two'), cache.get('three')]).toEqual([undefined, undefined, third]);
  });

  it('keeps the newest even when it alone is too large', () => {
    const cache = new DirectoryCache();
    const huge = cache.add('huge', Array.from({ length: 100_001 }, (_, index) => blob(`n${index}`)));
    expect(cache.get('huge')).toBe(huge);
  });
});
