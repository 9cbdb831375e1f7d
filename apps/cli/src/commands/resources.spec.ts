import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { isNamed } from './get.js';
import { parseReference, resourceKind, textAt } from './resources.js';

describe('resourceKind', () => {
  it.each([['app', 'application'], ['apps', 'application'], ['application', 'application'], ['applications', 'application'], ['repo', 'repository'], ['repositories', 'repository'], ['cluster', 'cluster'], ['targets', 'target']])(
    '%s is %s', (text, singular) => {
      expect(resourceKind(text).singular).toBe(singular);
    },
  );

  it('says which kinds there are', () => {
    expect(() => resourceKind('aps')).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, next: 'Did you mean apps? The kinds are clusters, projects, repositories, apps, releases, targets, git-writes.' }));
  });
});

describe('parseReference', () => {
  it.each<[readonly string[], string, string]>([
    [['app/podinfo'], 'application', 'podinfo'],
    [['app', 'podinfo'], 'application', 'podinfo'],
    [['target/default/podinfo@eu-1'], 'target', 'default/podinfo@eu-1'],
    [['target', 'default/podinfo@eu-1'], 'target', 'default/podinfo@eu-1'],
  ])('%j', (words, kind, name) => {
    const reference = parseReference(words);
    expect([reference.kind.singular, reference.name]).toEqual([kind, name]);
  });

  it.each<[readonly string[]]>([[[]], [['app']], [['app/']], [['/podinfo']], [['zebra/podinfo']], [['app/a', 'b', 'c']]])('refuses %j', (words) => {
    expect(() => parseReference(words)).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE }));
  });
});

describe('textAt', () => {
  it('reads a path, and says <none> for nothing', () => {
    const row = { a: { b: 3, c: false, d: '', e: null, f: ['x'] } };
    expect([textAt(row, 'a', 'b'), textAt(row, 'a', 'c'), textAt(row, 'a', 'd'), textAt(row, 'a', 'e'), textAt(row, 'a', 'f'), textAt(row, 'x', 'y')]).toEqual(['3', 'false', '<none>', '<none>', '["x"]', '<none>']);
  });
});

describe('isNamed', () => {
  it('takes a name, a number, and a target without the project default', () => {
    expect([isNamed({ name: 'web' }, 'web'), isNamed({ number: 3 }, '3'), isNamed({ name: 'default/web@eu' }, 'web@eu'), isNamed({ name: 'other/web@eu' }, 'web@eu')]).toEqual([true, true, true, false]);
  });
});
