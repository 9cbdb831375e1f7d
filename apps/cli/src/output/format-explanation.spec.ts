import { describe, expect, it } from '@jest/globals';
import { formatExplanation } from './format-explanation.js';

const step = (message: string, isOk = true, since: string | null = null, until: string | null = null) => ({ kind: 'TARGET', isOk, message, since, until });

describe('formatExplanation', () => {
  it('marks the first step that stands in the way, and tells it from further ones', () => {
    expect(formatExplanation({ steps: [step('All.'), step('Held.', false, 'T1'), step('Away.', false, 'T2', 'T3')], next: { message: 'Lift it.', at: 'T4' } })).toBe(
      '   All.\n-> Held. (since T1)\n ! Away. (since T2, until T3)\nnext: Lift it. (at T4)\n',
    );
  });

  it('marks nothing when all is well', () => expect(formatExplanation({ steps: [step('All.')], next: { message: 'Nothing to do.', at: null } })).toBe('   All.\nnext: Nothing to do.\n'));

  it('keeps a message of a cluster on its line and off the terminal', () =>
    expect(formatExplanation({ steps: [step('two\n  lines \u001b[31mred', false)], next: { message: 'x\ny', at: null } })).toBe('-> two lines red\nnext: x y\n'));
});
