import { describe, expect, it } from '@jest/globals';
import { printable } from './printable.js';

describe('printable', () => {
  it.each([
    ['a line\n\tand another\n', 'a line\n\tand another\n'],
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b]0;title\u0007x', ']0;titlex'],
    ['over\rwritten\u009b2J', 'overwritten2J'],
    ['caf\u00e9 \ud83d\udc33', 'caf\u00e9 \ud83d\udc33'],
  ])('%j', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });
});
