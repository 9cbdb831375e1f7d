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

  it('is nothing at all without rows', () => {
    expect(formatTable(['a'], [])).toBe('');
  });
});
