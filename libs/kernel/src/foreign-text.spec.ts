import { foreignLine, foreignText } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

describe('texts of others', () => {
  it.each<[string, string, number, string, string]>([
    ['keep what they say', 'zwölf 🚀 boxes', 40, 'zwölf 🚀 boxes', 'zwölf 🚀 boxes'],
    ['stay on one line only where one line is wanted', 'a\r\n\tb\u2028c', 40, 'a\r\n\tb\u2028c', 'a   b c'],
    ['lose NUL', 'a\0b', 40, 'a\uFFFDb', 'a b'],
    ['lose half a pair', 'a\uD83Db', 40, 'a\uFFFDb', 'a\uFFFDb'],
    ['are cut before a pair, not within it', 'ab🚀', 3, 'ab', 'ab'],
    ['are cut to nothing', 'ab', 0, '', ''],
  ])('%s', (_name, text, max, kept, line) => expect([foreignText(text, max), foreignLine(text, max)]).toEqual([kept, line]));

  it('can be written down, whatever they are, and are the same when cleaned twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(20), (text, max) => {
        for (const clean of [foreignText, foreignLine]) {
          const once = clean(text, max);
          expect(once.length <= max && once.isWellFormed() && !once.includes('\0')).toBe(true);
          expect(clean(once, max)).toBe(once);
        }
        expect(foreignLine(text, max)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
