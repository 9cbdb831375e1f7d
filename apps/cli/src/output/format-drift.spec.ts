import { describe, expect, it } from '@jest/globals';
import { withDiff } from './format-drift.js';

const change = { path: 'data.colour', manager: 'kubectl-edit', expected: '"blue"', live: '"red"', isMasked: false, isTruncated: false };

describe('withDiff', () => {
  it('shows both sides of each field, and who holds it', () => {
    expect(withDiff({ kind: 'CHANGED', fields: ['data.colour', 'data.size'], changes: [change, { ...change, path: 'data.size', manager: null, live: null, isTruncated: true }] })).toEqual({
      kind: 'CHANGED',
      diff: 'data.colour  (kubectl-edit)\n- "blue"\n+ "red"\ndata.size  [cut]\n- "blue"\n',
    });
  });

  it('says what is masked', () => {
    expect(withDiff({ changes: [{ ...change, expected: '"********"', live: '"********"', isMasked: true }] }).diff).toBe('data.colour  (kubectl-edit)  [masked]\n- "********"\n+ "********"\n');
  });

  it('keeps the fields of an agent that tells no values', () => {
    expect(withDiff({ kind: 'CHANGED', fields: ['data.colour'], changes: [] })).toEqual({ kind: 'CHANGED', fields: ['data.colour'] });
  });
});
