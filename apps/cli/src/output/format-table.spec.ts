import { describe, expect, it } from '@jest/globals';
import { formatTable } from './format-table.js';

describe('formatTable', () => {
  it('aligns columns below upper-case headers and leaves no blanks at the end of a line', () => {
    expect(formatTable(['name', 'sync'], [['podinfo', 'SYNCED'], ['a', '']])).toBe('NAME      SYNC\npodinfo   SYNCED\na\n');
  });

  it('leaves the headers out when asked', () => {
    expect(formatTable(['a long header', 'b'], [['x', 'y']], false)).toBe('x   y\n');
  });

  it('counts characters, not their code units', () => {
    expect(formatTable(['a', 'b'], [['🐳', 'x'], ['ab', 'y']])).toBe('A    B\n🐳    x\nab   y\n');
  });

  it('keeps what a cluster says in its line, and from the terminal', () => {
    expect(formatTable(['a', 'b'], [['x', 'one\ntwo\u001b]0;t\u0007'], ['\u001b[31mlong\u001b[0m', 'y']])).toBe('A      B\nx      one two]0;t\nlong   y\n');
  });

  it('is nothing at all without rows', () => {
    expect(formatTable(['a'], [])).toBe('');
  });
});
