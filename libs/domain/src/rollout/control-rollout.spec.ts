import { controlRollout, currentStage, ROLLOUT_COMMANDS, ROLLOUT_STATES, type RolloutPhase } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { aStage } from './testing/rollout-rows.js';

describe('controlRollout', () => {
  it.each<[RolloutPhase, string, string, string, string]>([
    // the phase, and what PAUSE, RESUME, ABORT and RETRY make of it
    ['PENDING', 'ROLLOUT_NOT_READY', 'ROLLOUT_NOT_READY', 'ABORTED', 'ROLLOUT_NOT_READY'],
    ['RUNNING', 'PAUSED', 'RUNNING', 'ABORTED', 'RUNNING'],
    ['PAUSED', 'PAUSED', 'RUNNING', 'ABORTED', 'PAUSED'],
    ['HALTED', 'ROLLOUT_NOT_READY', 'ROLLOUT_NOT_READY', 'ABORTED', 'RUNNING'],
    ['ROLLING_BACK', 'ROLLOUT_NOT_READY', 'ROLLOUT_NOT_READY', 'ABORTED', 'ROLLOUT_NOT_READY'],
  ])('%s', (phase, ...expected) => {
    expect(ROLLOUT_COMMANDS.map((command) => controlRollout(command, phase)).map((result) => (result.ok ? result.value : result.error.code))).toEqual(expected);
  });

  it('tells nothing to what has ended', () => {
    for (const phase of ROLLOUT_STATES.slice(ROLLOUT_STATES.indexOf('SUCCEEDED'))) {
      for (const command of ROLLOUT_COMMANDS) expect(controlRollout(command, phase)).toEqual({ ok: false, error: { code: 'ROLLOUT_OVER', phase } });
    }
  });
});

describe('currentStage', () => {
  const one = aStage({ name: 'one' });
  const two = aStage({ name: 'two', position: 1, state: 'PENDING' });
  const three = aStage({ name: 'three', position: 2, state: 'PENDING' });
  it.each([
    ['the open one', [three, two, one], 'one'],
    ['the next to open', [three, two, { ...one, state: 'CLOSED' as const }], 'two'],
    ['none once all are closed', [{ ...one, state: 'CLOSED' as const }], undefined],
  ])('is %s', (_name, stages, expected) => {
    expect(currentStage(stages)?.name).toBe(expected);
  });
});
