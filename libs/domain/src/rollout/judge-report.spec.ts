import { planRollout, REASON_CODES, type ObservedTarget, type ReasonCode, type RefusedVersion } from '#domain';
import { describe, expect, it } from '@jest/globals';
import { judgeReport, type ReportVerdict } from './judge-report.js';
import { aRollout, aTarget, NOW, OLDER, ORDER, RELEASE, WELL } from './testing/rollout-rows.js';

const judged = (observed: ObservedTarget | undefined, refused?: RefusedVersion): ReportVerdict => judgeReport({ assignedAs: ORDER, observed, refused }, RELEASE);

describe('judgeReport', () => {
  it.each<[string, Partial<ObservedTarget>, ReportVerdict['answer'], ReasonCode]>([
    ['synced and healthy', {}, 'HEALTHY', 'SYNCED'],
    ['suspended is well', { health: 'SUSPENDED' }, 'HEALTHY', 'SYNCED'],
    ['drifted since is well', { sync: 'DRIFTED', reason: 'DRIFT_DETECTED' }, 'HEALTHY', 'SYNCED'],
    ['a later order of the same release', { generation: 9n }, 'HEALTHY', 'SYNCED'],
    ['a later epoch, whose count began anew', { epoch: 2n, generation: 1n }, 'HEALTHY', 'SYNCED'],
    ['an older order', { generation: 4n }, 'SILENT', 'WAITING_FOR_AGENT'],
    ['an older epoch', { epoch: 0n, generation: 9n }, 'SILENT', 'WAITING_FOR_AGENT'],
    ['a failure of an older order', { generation: 4n, sync: 'FAILED', reason: 'ADMISSION_DENIED' }, 'SILENT', 'WAITING_FOR_AGENT'],
    ['another release', { release: OLDER }, 'BUSY', 'SYNCED'],
    ['still applying', { sync: 'APPLYING', reason: 'APPLYING' }, 'BUSY', 'APPLYING'],
    ['a hook runs', { sync: 'APPLYING', reason: 'HOOK_RUNNING' }, 'BUSY', 'HOOK_RUNNING'],
    ['waiting for another application', { sync: 'PENDING', reason: 'DEPENDENCY_NOT_READY' }, 'BUSY', 'DEPENDENCY_NOT_READY'],
    ['waiting for an approval', { sync: 'AWAITING_APPROVAL', reason: 'PRUNE_NEEDS_APPROVAL' }, 'BUSY', 'PRUNE_NEEDS_APPROVAL'],
    ['becoming ready', { health: 'PROGRESSING', reason: 'PROGRESSING' }, 'RESTLESS', 'PROGRESSING'],
    ['objects are gone', { health: 'MISSING', reason: 'OBJECTS_MISSING' }, 'RESTLESS', 'OBJECTS_MISSING'],
    ['cannot be judged', { health: 'UNKNOWN', reason: 'HEALTH_UNKNOWN' }, 'RESTLESS', 'HEALTH_UNKNOWN'],
    ['degraded', { health: 'DEGRADED' }, 'FAILED', 'OBJECTS_DEGRADED'],
    ['does not render', { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', release: OLDER }, 'FAILED', 'INVALID_YAML'],
    ['is refused by the API server', { sync: 'FAILED', reason: 'ADMISSION_DENIED' }, 'FAILED', 'ADMISSION_DENIED'],
    ['is stopped by the guard of another application', { sync: 'KEPT_LAST_GOOD', reason: 'OBJECT_CLAIMED', release: OLDER }, 'FAILED', 'OBJECT_CLAIMED'],
    ['a hook that failed', { sync: 'KEPT_LAST_GOOD', reason: 'HOOK_FAILED', release: OLDER }, 'FAILED', 'HOOK_FAILED'],
  ])('%s', (_name, observed, answer, reason) => {
    expect(judged({ ...WELL, ...observed })).toEqual({ answer, reason });
  });

  it.each<ReasonCode>([
    'REPOSITORY_UNREACHABLE', 'REPOSITORY_RATE_LIMITED', 'CLUSTER_UNAVAILABLE', 'WEBHOOK_UNAVAILABLE', 'NAMESPACE_TERMINATING', 'CRD_NOT_ESTABLISHED', 'INTERNAL_ERROR', 'ASSIGNMENT_EXPIRED',
  ])('%s passes by itself and says nothing about the release', (reason) => {
    expect(judged({ ...WELL, sync: 'KEPT_LAST_GOOD', reason, release: OLDER })).toEqual({ answer: 'BUSY', reason });
    expect(judged({ ...WELL, sync: 'FAILED', reason })).toEqual({ answer: 'BUSY', reason });
  });

  it.each<[string, ObservedTarget | undefined, RefusedVersion, ReportVerdict['answer'], ReasonCode]>([
    ['an order that it cannot follow', { ...WELL, generation: 4n }, { ...ORDER, reason: 'UNSUPPORTED_ASSIGNMENT' }, 'FAILED', 'UNSUPPORTED_ASSIGNMENT'],
    ['the first order of all', undefined, { ...ORDER, reason: 'SIGNATURE_INVALID' }, 'FAILED', 'SIGNATURE_INVALID'],
    ['an older one', undefined, { ...ORDER, generation: 4n, reason: 'UNSUPPORTED_ASSIGNMENT' }, 'SILENT', 'WAITING_FOR_AGENT'],
    ['one that came too late, and is signed anew', undefined, { ...ORDER, reason: 'ASSIGNMENT_EXPIRED' }, 'SILENT', 'WAITING_FOR_AGENT'],
    ['one that it took after all', WELL, { ...ORDER, reason: 'UNSUPPORTED_ASSIGNMENT' }, 'HEALTHY', 'SYNCED'],
  ])('the agent refused %s', (_name, observed, refused, answer, reason) => {
    expect(judged(observed, refused)).toEqual({ answer, reason });
  });

  it('says nothing before there is an order', () => {
    expect(judgeReport({ assignedAs: undefined, observed: WELL, refused: undefined }, RELEASE)).toEqual({ answer: 'SILENT', reason: 'WAITING_FOR_ROLLOUT' });
  });

  it('has an answer to every reason, and gives the reason on', () => {
    for (const reason of REASON_CODES) {
      const verdict = judged({ ...WELL, sync: 'FAILED', reason });
      expect([verdict.answer === 'BUSY' || verdict.answer === 'FAILED', verdict.reason]).toEqual([true, reason]);
    }
  });

  it('a target that passes by itself goes on moving', () => {
    expect(planRollout(aRollout([aTarget('a', 'MOVING', { observed: { ...WELL, sync: 'FAILED', reason: 'REPOSITORY_UNREACHABLE' } })]), NOW)).toEqual([]);
  });
});
