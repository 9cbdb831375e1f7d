import { describe, expect, it } from '@jest/globals';
import { formatExplanation } from './format-explanation.js';

const step = (message: string, isOk = true, since: string | null = null, until: string | null = null) => ({ kind: 'TARGET', isOk, message, since, until, advice: null, rollout: null, hurdle: null });
const TARGET = { application: 'shop', cluster: 'eu-1', project: 'default' };

describe('formatExplanation', () => {
  it('marks the first step that stands in the way, and tells it from further ones', () => {
    expect(formatExplanation({ steps: [step('All.'), step('Held.', false, 'T1'), step('Away.', false, 'T2', 'T3')], next: { message: 'Lift it.', at: 'T4' } }, TARGET)).toBe(
      '   All.\n-> Held. (since T1)\n ! Away. (since T2, until T3)\nnext: Lift it. (at T4)\n',
    );
  });

  it('marks nothing when all is well', () => expect(formatExplanation({ steps: [step('All.')], next: { message: 'Nothing to do.', at: null } }, TARGET)).toBe('   All.\nnext: Nothing to do.\n'));

  it('keeps a message of a cluster on its line and off the terminal', () =>
    expect(formatExplanation({ steps: [step('two\n  lines \u001b[31mred', false)], next: { message: 'x\ny', at: null } }, TARGET)).toBe('-> two lines red\nnext: x y\n'));

  it('tells the command that opens the gate, of just that rollout', () => {
    const message = 'Gate go before stage rest waits for 1 more approval: approveGate.';
    const steps = [{ ...step('Rollout 9 is RUNNING.'), rollout: 9 }, { ...step(message, false), advice: message, rollout: 9, hurdle: { kind: 'APPROVAL', stage: 'rest', gate: 'go' } }];
    expect(formatExplanation({ steps, next: { message, at: null } }, TARGET).split('\n').slice(1)).toEqual([
      '-> Gate go before stage rest waits for 1 more approval.', 'next: Gate go before stage rest waits for 1 more approval.', "      capstan rollout approve shop rest/go -n 9 --comment '...'", '',
    ]);
  });

  it('tells the command of what the advice names', () => {
    const advice = 'Lift the hold with liftHold.';
    expect(formatExplanation({ steps: [{ ...step('Held.', false), advice }], next: { message: advice, at: null } }, TARGET)).toBe(
      "-> Held.\nnext: Lift the hold with capstan hold lift.\n      capstan hold lift shop@eu-1 --reason '...'\n",
    );
  });
});
