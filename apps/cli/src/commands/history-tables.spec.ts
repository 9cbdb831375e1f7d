import { describe, expect, it } from '@jest/globals';
import { formatRollouts } from './history-of-app.js';
import { formatChanges } from './history-of-target.js';
import { formatMeasures } from './measures.js';
import { formatSnapshots } from './snapshot.js';

const RELEASE = { number: 7, commit: '0123456789abcdef0123456789abcdef01234567', author: 'Ada', subject: 'a fix' };
const change = (rest: object): Parameters<typeof formatChanges>[0][number] => ({ at: '2026-11-26T10:00:00.123Z', kind: 'OBSERVED', sync: null, health: null, reason: null, message: null, cause: null, by: null, release: null, rollout: null, ...rest });
const lines = (text: string): readonly string[] => text.trimEnd().split('\n').map((line) => line.replaceAll(/ {3,}/g, ' | '));

describe('the tables of history', () => {
  it('show rollouts with who let them pass, each once, and why they ended', () => {
    const stages = [{ gates: [{ approvals: [{ by: 'ada' }, { by: 'bob' }] }] }, { gates: [{ approvals: [{ by: 'ada' }] }] }];
    const rollout = { number: 3, cause: 'RELEASE', state: 'HALTED', reason: '1 failed in stage canary', createdAt: '2026-11-26T10:00:00.123Z', finishedAt: null, release: RELEASE, stages };
    expect(lines(formatRollouts([rollout, { ...rollout, number: 2, state: 'SUCCEEDED', reason: null, stages: [] }]))).toEqual([
      'ROLLOUT | TIME | STATE | CAUSE | RELEASE | AUTHOR | APPROVED BY | WHAT',
      '3 | 2026-11-26T10:00:00Z | HALTED | RELEASE | 7 0123456789ab | Ada | ada, bob | a fix (1 failed in stage canary)',
      '2 | 2026-11-26T10:00:00Z | SUCCEEDED | RELEASE | 7 0123456789ab | Ada | - | a fix',
    ]);
    expect(formatRollouts([])).toBe('');
  });

  it.each<[string, object, string]>([
    ['an order and what gave it', { kind: 'ASSIGNED', sync: 'PENDING', reason: 'WAITING_FOR_AGENT', release: RELEASE, rollout: { number: 3 }, cause: 'ROLLBACK' }, 'ASSIGNED | 7 0123456789ab | PENDING | - | rollout 3 (ROLLBACK)'],
    ['a place in a rollout', { kind: 'ROLLOUT', message: 'SKIPPED', reason: 'HELD', rollout: { number: 3 } }, 'ROLLOUT | - | - | - | rollout 3: SKIPPED, HELD'],
    ['a hold, and whose', { kind: 'HELD', by: 'ada', message: 'too slow' }, 'HELD | - | - | - | by ada: too slow'],
    ['a removal and its cause', { kind: 'TOMBSTONED', sync: 'REMOVING', reason: 'REMOVING', message: 'DELETE', cause: 'SELECTOR' }, 'TOMBSTONED | - | REMOVING | - | DELETE (SELECTOR)'],
    ['what an agent said, by its first line and without what would command the terminal', { sync: 'FAILED', health: 'UNKNOWN', reason: 'FORBIDDEN', message: 'no\u001b[2J way\nmore', release: RELEASE }, 'OBSERVED | 7 0123456789ab | FAILED | UNKNOWN | FORBIDDEN: no[2J way'],
    ['that all is well', { sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED', message: '', release: { ...RELEASE, commit: `sha256:${'ab'.repeat(32)}` } }, 'OBSERVED | 7 abababababab | SYNCED | HEALTHY'],
  ])('show %s', (_name, rest, expected) => {
    expect(lines(formatChanges([change(rest)]))[1]).toBe(`2026-11-26T10:00:00.123Z | ${expected}`);
  });

  it('show what ran where, by name', () => {
    const snapshot = { name: 'default/shop@eu-2', cluster: 'eu-2', state: 'ACTIVE', sync: 'SYNCED', health: 'HEALTHY', reason: 'SYNCED', message: '', assigned: { release: RELEASE, rollout: { number: 3, cause: 'ROLLBACK' } }, runs: RELEASE, hold: { by: 'ada', reason: 'too slow' } };
    const fresh = { ...snapshot, name: 'default/shop@eu-1', sync: 'PENDING', health: 'UNKNOWN', reason: 'WAITING_FOR_ROLLOUT', assigned: null, runs: null, hold: null };
    expect(lines(formatSnapshots([snapshot, fresh]))).toEqual([
      'TARGET | RAN | ASSIGNED | ASSIGNED BY | SYNC | HEALTH | REASON | HELD',
      'default/shop@eu-1 | - | - | - | PENDING | UNKNOWN | WAITING_FOR_ROLLOUT | -',
      'default/shop@eu-2 | 7 0123456789ab | 7 0123456789ab | rollout 3 (ROLLBACK) | SYNCED | HEALTHY | - | by ada: too slow',
    ]);
  });

  it('show measures of each app, and of all where there are several', () => {
    const good = { deployments: 6, perDay: 0.2, failed: 2, changeFailureRate: 1 / 3, notRestored: 1, leadTime: { p50: '26h3m12s500ms', p90: '5m30s' }, timeToRestore: { p50: '500ms', p90: '1s20ms' } };
    const idle = { deployments: 1, perDay: 0.033, failed: 0, changeFailureRate: 0, notRestored: 0, leadTime: null, timeToRestore: null };
    const one = { application: 'shop', measures: good };
    expect(lines(formatMeasures({ total: good, applications: [one] }))).toEqual(['APP | DEPLOYMENTS | PER DAY | LEAD TIME | FAILED | TIME TO RESTORE | NOT RESTORED', 'shop | 6 | 0.2 | 26h3m / 5m30s | 2 (33%) | 500ms / 1s | 1']);
    expect(lines(formatMeasures({ total: { ...good, changeFailureRate: null, perDay: 0 }, applications: [one, { application: 'idle', measures: idle }] })).slice(2)).toEqual(['idle | 1 | 0.03 | - | 0 (0%) | - | 0', '(all) | 6 | 0.0 | 26h3m / 5m30s | - | 500ms / 1s | 1']);
  });
});
