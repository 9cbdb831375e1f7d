import { describeTargetState, isTargetHealthy, isTargetSettled, isTargetSynced, releaseId, type TargetSituation, type TargetStateDescription } from '#domain';
import { describe, expect, it } from '@jest/globals';

const release = releaseId('00000000-0000-7000-8000-0000000000e1');
const older = releaseId('00000000-0000-7000-8000-0000000000e0');
const order = { epoch: 1n, generation: 5n };
const observed = { ...order, release, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' } as const;
const ended = { phase: 'SUCCEEDED', targetState: 'HEALTHY', blockedBy: undefined } as const;
const base: TargetSituation = { assigned: { ...order, release }, removal: undefined, observed, rollout: ended, refused: undefined, isFactMismatch: false, isHubBehind: false };
const refused = { ...order, reason: 'UNSUPPORTED_ASSIGNMENT' } as const;
const removal = { epoch: 1n, generation: 6n, mode: 'DELETE', isAcknowledged: false } as const;

interface Waits {
  readonly settled: boolean;
  readonly synced: boolean;
  readonly healthy: boolean;
}
const NO: Waits = { settled: false, synced: false, healthy: false };
const SETTLED: Waits = { settled: true, synced: false, healthy: false };
const DONE: Waits = { settled: true, synced: true, healthy: true };

describe('describeTargetState', () => {
  it.each<[string, Partial<TargetSituation>, TargetStateDescription, Waits]>([
    ['all is well', {}, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, DONE],
    ['before any rollout', { assigned: undefined, observed: undefined, rollout: undefined }, { sync: 'PENDING', reason: 'WAITING_FOR_ROLLOUT', health: 'UNKNOWN' }, NO],
    ['waiting for its person', { assigned: undefined, observed: undefined, rollout: { phase: 'PENDING', targetState: 'PENDING', blockedBy: undefined } }, { sync: 'PENDING', reason: 'WAITING_FOR_SYNC', health: 'UNKNOWN' }, NO],
    ['no report yet', { observed: undefined }, { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', health: 'UNKNOWN' }, NO],
    ['a report of an older order is not synced', { observed: { ...observed, generation: 4n } }, { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', health: 'HEALTHY' }, NO],
    ['an order of an older epoch', { observed: { ...observed, epoch: 0n, generation: 99n } }, { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', health: 'HEALTHY' }, NO],
    ['the agent does not take the order, so the one before goes on', { observed: { ...observed, release: older, generation: 4n }, refused }, { sync: 'KEPT_LAST_GOOD', reason: 'UNSUPPORTED_ASSIGNMENT', health: 'HEALTHY' }, SETTLED],
    ['the agent does not take its first order', { observed: undefined, refused }, { sync: 'FAILED', reason: 'UNSUPPORTED_ASSIGNMENT', health: 'UNKNOWN' }, SETTLED],
    ['a refusal of an order before the newest', { observed: { ...observed, generation: 3n }, refused: { ...refused, generation: 4n } }, { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', health: 'HEALTHY' }, NO],
    ['a refusal of what was taken later', { refused }, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, DONE],
    ['a removal that the agent does not take', { removal, refused: { ...refused, generation: 6n } }, { sync: 'REMOVING', reason: 'UNSUPPORTED_ASSIGNMENT', health: 'HEALTHY' }, NO],
    ['applying', { observed: { ...observed, sync: 'APPLYING', reason: 'APPLYING' } }, { sync: 'APPLYING', reason: 'APPLYING', health: 'HEALTHY' }, NO],
    ['synced while the rollout runs is not waited for yet', { rollout: { ...ended, phase: 'RUNNING' } }, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, NO],
    ['synced while a newer release waits for its person', { rollout: { phase: 'PENDING', targetState: 'PENDING', blockedBy: undefined } }, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, NO],
    ['synced although the rollout failed elsewhere', { rollout: { ...ended, phase: 'FAILED' } }, { sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' }, DONE],
    ['synced and ill', { observed: { ...observed, health: 'DEGRADED', reason: 'OBJECTS_DEGRADED' } }, { sync: 'SYNCED', reason: 'OBJECTS_DEGRADED', health: 'DEGRADED' }, { ...DONE, healthy: false }],
    ['kept the last good', { observed: { ...observed, release: older, sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML' } }, { sync: 'KEPT_LAST_GOOD', reason: 'INVALID_YAML', health: 'HEALTHY' }, SETTLED],
    ['drifted', { observed: { ...observed, sync: 'DRIFTED', reason: 'DRIFT_DETECTED' } }, { sync: 'DRIFTED', reason: 'DRIFT_DETECTED', health: 'HEALTHY' }, SETTLED],
    ['facts no longer match', { isFactMismatch: true }, { sync: 'SYNCED', reason: 'FACT_MISMATCH', health: 'HEALTHY' }, DONE],
    ['a failure says more than facts', { isFactMismatch: true, observed: { ...observed, sync: 'FAILED', reason: 'FORBIDDEN' } }, { sync: 'FAILED', reason: 'FORBIDDEN', health: 'HEALTHY' }, SETTLED],
    ['the first order could not be made', { assigned: undefined, observed: undefined, rollout: { phase: 'FAILED', targetState: 'FAILED', blockedBy: 'PARAMETER_MISSING' } }, { sync: 'FAILED', reason: 'PARAMETER_MISSING', health: 'UNKNOWN' }, SETTLED],
    ['a later order could not be made', { rollout: { phase: 'FAILED', targetState: 'FAILED', blockedBy: 'PARAMETER_MISSING' } }, { sync: 'KEPT_LAST_GOOD', reason: 'PARAMETER_MISSING', health: 'HEALTHY' }, SETTLED],
    ['the hub was restored from an older database', { isHubBehind: true }, { sync: 'KEPT_LAST_GOOD', reason: 'HUB_BEHIND', health: 'HEALTHY' }, SETTLED],
    ['a removal that a restored hub cannot send', { removal, isHubBehind: true }, { sync: 'REMOVING', reason: 'HUB_BEHIND', health: 'HEALTHY' }, NO],
    ['a removal that the agent has not seen', { removal }, { sync: 'REMOVING', reason: 'WAITING_FOR_AGENT', health: 'HEALTHY' }, NO],
    ['a removal under way', { removal, observed: { ...observed, generation: 6n, sync: 'REMOVING', reason: 'REMOVING' } }, { sync: 'REMOVING', reason: 'REMOVING', health: 'HEALTHY' }, NO],
    ['a removal that waits for approval', { removal, observed: { ...observed, generation: 6n, sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL' } }, { sync: 'AWAITING_APPROVAL', reason: 'REMOVAL_NEEDS_APPROVAL', health: 'HEALTHY' }, SETTLED],
    ['reported as removed, not acknowledged', { removal, observed: { ...observed, generation: 6n, sync: 'REMOVED', reason: 'REMOVED' } }, { sync: 'REMOVING', reason: 'REMOVING', health: 'HEALTHY' }, NO],
    ['removed', { removal: { ...removal, isAcknowledged: true } }, { sync: 'REMOVED', reason: 'REMOVED', health: 'UNKNOWN' }, SETTLED],
  ])('%s', (_name, change, expected, waits) => {
    const situation = { ...base, ...change };
    expect(describeTargetState(situation)).toEqual(expected);
    expect({ settled: isTargetSettled(situation), synced: isTargetSynced(situation), healthy: isTargetHealthy(situation) }).toEqual(waits);
  });
});
