import { describe, expect, it } from '@jest/globals';
import { formatRollout, summarizeRollout, type RolloutDetail } from './format-rollout.js';

const NOW = new Date('2026-11-26T10:00:00Z');
const COUNTS = { pending: 0, moving: 0, healthy: 1, failed: 0, skipped: 0, offline: 0, reverting: 0, reverted: 0, revertFailed: 0 };
const ROLLOUT: RolloutDetail = {
  id: 'r', number: 9, cause: 'RELEASE', state: 'RUNNING', reason: null, createdAt: '2026-11-26T09:00:00Z', release: { number: 7, commit: '4be1c07aa2d9ffff', subject: 'faster checkout' },
  stages: [{ name: 'canary', state: 'CLOSED', openedAt: null, closedAt: null, counts: COUNTS, gates: [] }],
  targets: [],
  hurdles: [
    { kind: 'APPROVAL', stage: 'europe', gate: 'qa', message: 'Gate qa before stage europe waits for 1 more approval: approveGate.', until: null },
    { kind: 'SOAK', stage: 'europe', gate: null, message: 'All of stage europe must stay healthy; promoteStage skips the rest of it.', until: '2026-11-26T10:05:00Z' },
    { kind: 'CLUSTERS_AWAY', stage: 'europe', gate: null, message: '1 cluster of stage europe went away.', until: null },
  ],
};

describe('formatRollout', () => {
  it('tells what it waits for in words of the command line, with the commands that end the wait, each once', () => {
    expect(formatRollout(ROLLOUT, { application: 'shop', project: 'pay' }, NOW).split('\n').slice(-6)).toEqual([
      'waits: Gate qa before stage europe waits for 1 more approval.',
      "       capstan rollout approve shop europe/qa -p pay -n 9 --comment '...'",
      'waits: All of stage europe must stay healthy; capstan rollout promote skips the rest of it. Until 2026-11-26T10:05:00Z (5m left).',
      "       capstan rollout promote shop -p pay -n 9 --reason '...'",
      'waits: 1 cluster of stage europe went away.',
      '',
    ]);
  });
});

describe('gates that wait', () => {
  const gate = { name: 'v', side: 'BEFORE', state: 'WAITING', approvals: [], checks: [{ cluster: null, verdict: null, message: 'no answer' }] };
  const stages = [{ name: 'canary', state: 'PENDING', openedAt: null, closedAt: null, counts: COUNTS, gates: [gate] }];

  it.each<[string, boolean]>([['RUNNING', true], ['HALTED', true], ['ABORTED', false], ['SUPERSEDED', false]])('of a rollout that is %s: their checks are told: %s', (state, isTold) => {
    expect(formatRollout({ ...ROLLOUT, state, stages, hurdles: [] }, { application: 'shop', project: 'default' }, NOW).includes('gate canary/v: open, no answer')).toBe(isTold);
  });
});

describe('summarizeRollout', () => {
  it('is one line, without names of the API', () => {
    expect(summarizeRollout(ROLLOUT)).toBe('rollout 9 RUNNING · canary 1/1 target healthy · Gate qa before stage europe waits for 1 more approval.');
  });
});
