import { isRolloutOver, type ObservedTarget, type RefusedVersion, type RolloutPhase, type RolloutTargetState } from '../rollout/rollout.types.js';
import type { ReleaseId } from '../ids.js';
import type { OrderVersion, RemovalMode } from './assignment.js';
import { compareVersions } from './accept-order.js';
import type { ReasonCode } from './reason-code.js';
import type { HealthState, SyncState } from './target-state.js';

/** Everything that the hub knows of one target when somebody asks. */
export interface TargetSituation {
  readonly assigned: (OrderVersion & { readonly release: ReleaseId }) | undefined;
  /** The tombstone, if one was given. */
  readonly removal: (OrderVersion & { readonly mode: RemovalMode; readonly isAcknowledged: boolean }) | undefined;
  /** The last report of the agent, whatever order it is about. */
  readonly observed: ObservedTarget | undefined;
  /** The last order that the agent refused or was not given. It counts until the agent reports on that order or a later one. */
  readonly refused: RefusedVersion | undefined;
  /** The newest rollout that the target takes part in. */
  readonly rollout: { readonly phase: RolloutPhase; readonly targetState: RolloutTargetState; readonly blockedBy: ReasonCode | undefined } | undefined;
  /** The facts of the cluster no longer match the selector. */
  readonly isFactMismatch: boolean;
  /** The agent of the cluster was found to know newer orders than this hub: it is given none. */
  readonly isHubBehind: boolean;
}

export interface TargetStateDescription {
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  /** As last reported; UNKNOWN before the first report. */
  readonly health: HealthState;
}

/**
 * The state that API and CLI show: what the agent said, unless the hub knows better. Pure. A report counts only for the order that it is
 * about; before the agent has answered the newest one the target is PENDING, never still SYNCED.
 */
export function describeTargetState(situation: TargetSituation): TargetStateDescription {
  const { assigned, removal, observed, rollout } = situation;
  const health = observed?.health ?? 'UNKNOWN';
  if (removal !== undefined) {
    const described = describeRemoval(removal, situation, health);
    return situation.isHubBehind && described.sync === 'REMOVING' ? { ...described, reason: 'HUB_BEHIND' } : described;
  }
  const blockedBy = rollout?.targetState === 'FAILED' ? rollout.blockedBy : undefined;
  if (assigned === undefined) {
    if (blockedBy !== undefined) return { sync: 'FAILED', reason: blockedBy, health };
    return { sync: 'PENDING', reason: rollout?.phase === 'PENDING' ? 'WAITING_FOR_SYNC' : 'WAITING_FOR_ROLLOUT', health };
  }
  if (situation.isHubBehind) return { sync: 'KEPT_LAST_GOOD', reason: 'HUB_BEHIND', health };
  // The order could not be made, so what was assigned before goes on.
  if (blockedBy !== undefined) return { sync: 'KEPT_LAST_GOOD', reason: blockedBy, health };
  if (!isAnswerTo(observed, assigned)) {
    if (!isRefusalOf(situation.refused, assigned)) return { sync: 'PENDING', reason: 'WAITING_FOR_AGENT', health };
    return { sync: situation.observed?.release === undefined ? 'FAILED' : 'KEPT_LAST_GOOD', reason: situation.refused.reason, health };
  }
  if (observed.sync === 'SYNCED' && situation.isFactMismatch) return { sync: 'SYNCED', reason: 'FACT_MISMATCH', health };
  return { sync: observed.sync, reason: observed.reason, health };
}

/** The agent refused the newest order or was not given it, and has not answered it since: the reason shown is that of the refusal. */
export function isOrderRefused({ assigned, removal, observed, refused }: TargetSituation): boolean {
  const newest = removal ?? assigned;
  return newest !== undefined && !isAnswerTo(observed, newest) && isRefusalOf(refused, newest);
}

function describeRemoval(removal: NonNullable<TargetSituation['removal']>, { observed, refused }: TargetSituation, health: HealthState): TargetStateDescription {
  if (removal.isAcknowledged) return { sync: 'REMOVED', reason: 'REMOVED', health: 'UNKNOWN' };
  if (!isAnswerTo(observed, removal)) return { sync: 'REMOVING', reason: isRefusalOf(refused, removal) ? refused.reason : 'WAITING_FOR_AGENT', health };
  // REMOVED is final only once the hub has acknowledged it.
  return observed.sync === 'REMOVED' ? { sync: 'REMOVING', reason: 'REMOVING', health } : { sync: observed.sync, reason: observed.reason, health };
}

/**
 * Whether the target has come to rest: nothing more happens to it unless a person, Git or the cluster moves. A rollout that still waits
 * for its person is not at rest.
 */
export function isTargetSettled(situation: TargetSituation): boolean {
  const { sync } = describeTargetState(situation);
  if (sync === 'REMOVED') return true;
  if (sync === 'PENDING' || sync === 'APPLYING' || sync === 'REMOVING') return false;
  return hasRolloutEnded(situation);
}

/** What `wait --for=synced` asks: the target runs the release that it is assigned, and its newest rollout has ended. */
export function isTargetSynced(situation: TargetSituation): boolean {
  const { assigned, removal, observed } = situation;
  if (assigned === undefined || removal !== undefined || !hasRolloutEnded(situation)) return false;
  return describeTargetState(situation).sync === 'SYNCED' && observed?.release === assigned.release;
}

/** What `wait --for=healthy` asks: synced, and what runs works. */
export function isTargetHealthy(situation: TargetSituation): boolean {
  return isTargetSynced(situation) && situation.observed?.health === 'HEALTHY';
}

function hasRolloutEnded({ rollout }: TargetSituation): boolean {
  // A halted one goes nowhere by itself.
  return rollout === undefined || rollout.phase === 'HALTED' || isRolloutOver(rollout.phase);
}

function isAnswerTo(observed: ObservedTarget | undefined, order: OrderVersion): observed is ObservedTarget {
  return observed !== undefined && compareVersions(observed, order) >= 0;
}

function isRefusalOf(refused: RefusedVersion | undefined, order: OrderVersion): refused is RefusedVersion {
  return refused !== undefined && compareVersions(refused, order) === 0;
}
