import { describe, expect, it } from '@jest/globals';
import { toControlError, type RolloutControlFailure } from './control-failure.js';

const GATES = [{ stage: 'europe', name: 'qa', kind: 'APPROVAL' }, { stage: 'rest', name: 'qa', kind: 'APPROVAL' }, { stage: 'europe', name: 'office-hours', kind: 'WINDOW' }];
const gate = (stage: string, name: string, gates = GATES): RolloutControlFailure => ({ code: 'GATE_NOT_FOUND', stage, gate: name, stages: ['canary', 'europe', 'rest'], gates });

describe('toControlError', () => {
  it.each<RolloutControlFailure>([
    { code: 'ROLLOUT_NOT_FOUND' }, { code: 'ROLLOUT_OVER', phase: 'SUCCEEDED' }, { code: 'ROLLOUT_NOT_READY', phase: 'PENDING' }, { code: 'ROLLOUT_NOT_READY', phase: 'HALTED' },
    { code: 'ROLLOUT_NOT_READY', phase: 'ROLLING_BACK' }, { code: 'ROLLOUT_NOT_READY', phase: 'PAUSED' }, { code: 'REASON_MISSING' }, { code: 'NOTHING_TO_PROMOTE' }, gate('x', 'y'), { code: 'APPROVER_EMAIL_UNKNOWN' }, { code: 'AUTHORS_UNKNOWN' },
    { code: 'APPROVER_IS_AUTHOR', email: 'ada@example.com', commit: 'a'.repeat(40) },
  ])('tells the way on: $code', (failure) => expect(toControlError(failure)).toMatchObject({ code: failure.code, message: expect.stringMatching(/\S/), hint: expect.stringMatching(/\w{3}/) }));

  it.each<[string, string, readonly string[], string, string]>([
    ['europe', 'q', ['gate'], 'Stage europe has no gate q that waits for people.', 'Did you mean europe/qa? Those that wait for people: europe/qa, rest/qa.'],
    ['erope', 'qa', ['stage'], 'The rollout has no stage erope.', 'Did you mean europe/qa? Those that wait for people: europe/qa, rest/qa.'],
    ['canary', 'security-review', ['gate'], 'Stage canary has no gate security-review that waits for people.', 'Those that wait for people: europe/qa, rest/qa.'],
    ['europe', 'office-hours', ['gate'], 'Gate office-hours of stage europe is of the kind WINDOW: nobody approves it.', 'Let the stage pass it now with promoteStage. Those that wait for people: europe/qa, rest/qa.'],
  ])('names the gate that was meant by %s/%s', (stage, name, field, message, hint) => expect(toControlError(gate(stage, name))).toMatchObject({ field, message, hint }));

  it('says that no gate waits for people, and cuts a list that nobody reads', () => {
    expect(toControlError(gate('canary', 'qa', []))).toMatchObject({ hint: 'No gate of this rollout waits for people.' });
    expect(toControlError(gate('canary', 'zebra', Array.from({ length: 12 }, (_, n) => ({ stage: 'rest', name: `gate-number-${n}`, kind: 'APPROVAL' }))))).toMatchObject({ hint: expect.stringMatching(/and 2 more\.$/) });
  });
});
