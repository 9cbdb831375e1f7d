import { describe, expect, it } from '@jest/globals';
import { EXIT } from '../exit-codes.js';
import { parseLabelWords } from './label.js';

describe('parseLabelWords', () => {
  it('splits what to set from what to remove', () => {
    expect(parseLabelWords(['env=prod', 'example.com/tier=', 'note=a=b', 'old-'])).toEqual({ set: { env: 'prod', 'example.com/tier': '', note: 'a=b' }, remove: ['old'] });
  });

  it.each([['env'], ['=prod'], ['-'], ['']])('refuses %j', (word) => {
    expect(() => parseLabelWords([word])).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, message: `not a label: ${word}` }));
  });

  it.each([[['a=1', 'a=2']], [['a=1', 'a-']], [['a-', 'a-']]])('refuses a key that is named twice: %j', (words) => {
    expect(() => parseLabelWords(words)).toThrow(expect.objectContaining({ exitCode: EXIT.USAGE, message: 'the label a is named twice' }));
  });
});
