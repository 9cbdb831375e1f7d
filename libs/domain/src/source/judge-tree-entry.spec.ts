import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duplicatesAfterFold, foldTreeEntryName, judgeTreeEntryName, judgeTreePath } from './judge-tree-entry.js';

describe('judgeTreeEntryName', () => {
  it.each([
    ['', /empty/], ['.', /steps out/], ['..', /steps out/], ['a/b', /slash/], ['/etc', /slash/], ['a\\b', /backslash/], ['..\\x', /backslash/],
    ['a\u0000b', /control/], ['a\rb', /control/], ['a\nb', /control/], ['a\u001b[31m', /control/], ['a\u007f', /control/], ['a\ufffdb', /UTF-8/],
    ['.git', /\.git/], ['.GIT', /\.git/], ['.Git', /\.git/], ['.g\u200cit', /\.git/], ['.gi\u200dt', /\.git/], ['\ufeff.git', /\.git/], ['.git\u202e', /\.git/], ['.\u206agit', /\.git/],
    ['git~1', /\.git/], ['GIT~1', /\.git/], ['Git~1', /\.git/], ['.git.', /\.git/], ['.git ', /\.git/], ['.git. .', /\.git/], ['.git::$INDEX_ALLOCATION', /\.git/], ['.git:stream', /\.git/], ['git~1.', /\.git/],
    ['a'.repeat(256), /longer than 255/], [`${'.'.repeat(1_000_000)}x`, /longer than 255/], ['ü'.repeat(128), /longer than 255/],
    ['a.', /dot or a space/], ['a ', /dot or a space/], ['...', /dot or a space/], [' ', /dot or a space/],
  ])('refuses %j', (name, reason) => {
    expect(judgeTreeEntryName(name)).toMatch(reason);
  });

  it.each(['a', '.gitignore', '.gitmodules', '.github', 'git', 'git~2', 'a.git', '..a', 'a..b', ' a', 'ünï', '日本', '-rf', '$(x)', 'a:b', 'CON', '.gita', 'a'.repeat(255)])('takes %j', (name) => {
    expect(judgeTreeEntryName(name)).toBeUndefined();
  });
});

describe('judgeTreePath', () => {
  it.each(['/a', 'a//b', 'a/', 'a/../b', './a', 'a/.git/config', 'a\\b', 'x/'.repeat(2050) + 'y', 'ü'.repeat(2049), 'x/'.repeat(128) + 'y'])('refuses %j', (path) => {
    expect(judgeTreePath(path)).toEqual({ reason: expect.any(String) });
  });

  it('splits what is harmless, and knows the root', () => {
    expect(judgeTreePath('apps/web/a.yaml')).toEqual({ parts: ['apps', 'web', 'a.yaml'] });
    expect(judgeTreePath('')).toEqual({ parts: [] });
  });

  it('never lets through a path that leaves the root or names .git, whatever the text', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constantFrom('..', '.', '/', '\\', '.git', '.GIT ', 'git~1', '\u200c', '\u0085', 'a', '~'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const judged = judgeTreePath(pieces.join(''));
        if ('reason' in judged) return;
        for (const part of judged.parts) {
          expect(part).not.toMatch(/^\.{0,2}$|[/\\\p{Cc}]|[. ]$/u);
          expect(['.git', 'git~1']).not.toContain(foldTreeEntryName(part));
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('duplicatesAfterFold', () => {
  it('names all that fall together by case, composition or ignored code points', () => {
    expect([...duplicatesAfterFold(['a.yaml', 'A.yaml', 'b', 'e\u0301', '\u00e9', 'x\u200d', 'x', 'c'])].toSorted()).toEqual(['A.yaml', 'a.yaml', 'e\u0301', 'x', 'x\u200d', '\u00e9']);
    expect(duplicatesAfterFold(['a', 'a'])).toEqual(new Set(['a']));
    expect(duplicatesAfterFold(['a', 'b', 'c']).size).toBe(0);
  });
});
