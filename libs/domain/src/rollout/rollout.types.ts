import type { Labels } from '../cluster/validate-labels.js';
import type { ReleaseId, RolloutId, TargetId } from '../ids.js';
import type { MaintenanceWindow } from '../maintenance/maintenance-window.js';
import type { OrderVersion } from '../target/assignment.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { HealthState, SyncState } from '../target/target-state.js';
import type { GateSpec } from './strategy/gate-spec.js';
import type { FailurePolicy } from './strategy/rollout-strategy.js';

/**
 * PENDING waits for `syncApplication`, or for the rollout before it. RUNNING moves targets. PAUSED was told to assign nothing more. HALTED stopped
 * for a failure budget or a gate. ROLLING_BACK takes back what it moved. SUCCEEDED and FAILED have ended by themselves, FAILED with at least one
 * failed target; ROLLED_BACK has taken everything back. SUPERSEDED gave way to a newer release. ABORTED was stopped by a person.
 */
export const ROLLOUT_STATES = ['PENDING', 'RUNNING', 'PAUSED', 'HALTED', 'ROLLING_BACK', 'SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED'] as const;
export type RolloutPhase = (typeof ROLLOUT_STATES)[number];

/**
 * PENDING has not been assigned the release. MOVING has, and works on it. HEALTHY and FAILED have answered. SKIPPED does not take part, for its
 * reason. REVERTING goes back to the release that it had before; REVERTED and REVERT_FAILED have answered to that.
 */
export const ROLLOUT_TARGET_STATES = ['PENDING', 'MOVING', 'HEALTHY', 'FAILED', 'SKIPPED', 'REVERTING', 'REVERTED', 'REVERT_FAILED'] as const;
export type RolloutTargetState = (typeof ROLLOUT_TARGET_STATES)[number];

export const STAGE_STATES = ['PENDING', 'OPEN', 'CLOSED'] as const;
export type StageState = (typeof STAGE_STATES)[number];

/**
 * PENDING: nobody has come to it yet. WAITING holds the rollout up. PASSED and FAILED are its answers. WAIVED: a person let the stage pass it. SKIPPED: it asks in
 * clusters, and there was none to ask; it has said nothing.
 */
export const GATE_STATES = ['PENDING', 'WAITING', 'PASSED', 'FAILED', 'WAIVED', 'SKIPPED'] as const;
export type GateState = (typeof GATE_STATES)[number];

/** Why a rollout was made. PARTIAL brings the newest release to clusters that a person chose, and to no other. All but RELEASE, SYNC, ROLLBACK and PARTIAL move single targets to the release that the application already has. */
export const ROLLOUT_CAUSES = ['RELEASE', 'SYNC', 'LATE_MATCH', 'PARAMETERS', 'POLICY', 'CATCH_UP', 'ROLLBACK', 'PARTIAL'] as const;
export type RolloutCause = (typeof ROLLOUT_CAUSES)[number];

const OVER: ReadonlySet<RolloutPhase> = new Set<RolloutPhase>(['SUCCEEDED', 'FAILED', 'ROLLED_BACK', 'SUPERSEDED', 'ABORTED']);

/** Nothing follows any more. A HALTED rollout is not over: a person may retry, resume or abort it. */
export function isRolloutOver(phase: RolloutPhase): boolean {
  return OVER.has(phase);
}

/** The states of rollouts that are not over. */
export const UNFINISHED_ROLLOUT_STATES: readonly RolloutPhase[] = ROLLOUT_STATES.filter((phase) => !OVER.has(phase));

export interface GateRow {
  readonly spec: GateSpec;
  readonly side: 'BEFORE' | 'AFTER';
  readonly state: GateState;
  /** How many different people have approved. */
  readonly approvals: number;
  /** How many more have, and do not count: they wrote what the rollout brings, or may have. */
  readonly uncounted?: number | undefined;
  /** Since when it stands as it does; undefined: nobody has come to it yet. */
  readonly since?: Date | undefined;
  /** How much of the time since then nobody planned, as no hub was there; undefined: none. No deadline counts it. */
  readonly missedMs?: number | undefined;
  /** What was found out for it so far; of gates that are checked alone. */
  readonly checks?: readonly GateCheck[] | undefined;
}

/** Whom a check is about: a target, in whose cluster it is made, or the hub itself. */
export type CheckSubject = TargetId | 'HUB';

/** What the checks of one subject have come to. */
export interface GateCheck {
  readonly subject: CheckSubject;
  /** undefined: not decided yet. */
  readonly verdict: 'PASSED' | 'FAILED' | undefined;
  /** The last answer, or why there is none, for people. */
  readonly message: string;
  /** Of a gate that waits for another application: what is seen of it on each cluster that the subject is about. */
  readonly seen?: readonly SeenOnCluster[] | undefined;
}

/** What is seen of another application on one cluster; undefined: of it as a whole. */
export interface SeenOnCluster {
  readonly cluster: string | undefined;
  readonly isThere: boolean;
  /** Which release it has there and how it is, and what is awaited; for people. */
  readonly message: string;
}

export interface StageRow {
  readonly name: string;
  /** Position, from 0. */
  readonly position: number;
  readonly state: StageState;
  /** How many targets may be MOVING at once. */
  readonly maxConcurrency: number | 'UNLIMITED';
  /** How many targets may fail before the rollout halts. */
  readonly failureBudget: number | 'UNLIMITED';
  /** How long a target may move; undefined: it is waited for. */
  readonly deadlineMs: number | undefined;
  readonly soakMs: number;
  /** Since when all its targets have settled; the soak is counted from here. */
  readonly settledAt: Date | undefined;
  /** A person lets it pass whatever it waits for now: before it is open its gates, then its soak, its gates, targets that are away, held or outside their maintenance windows. */
  readonly isPromoted: boolean;
  readonly gates: readonly GateRow[];
}

/** What the agent last said of the target, whatever it is about. */
export interface ObservedTarget extends OrderVersion {
  readonly release: ReleaseId | undefined;
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  readonly health: HealthState;
}

/** The last order that the agent refused, or that it was not given because it could not follow it. */
export interface RefusedVersion extends OrderVersion {
  readonly reason: ReasonCode;
}

export interface RolloutTargetRow {
  readonly id: TargetId;
  /** undefined: no stage takes it. */
  readonly stage: string | undefined;
  readonly state: RolloutTargetState;
  /** Why it is SKIPPED, FAILED or REVERT_FAILED; undefined in every other state. */
  readonly reason: ReasonCode | undefined;
  /** false once the target is being removed: it is skipped. */
  readonly isActive: boolean;
  /** A hold keeps it at another release than this rollout would give it. */
  readonly isHeld: boolean;
  /** Of a rollback by hand: it was given another release since, as its hold was lifted or it was sent back further. */
  readonly isOvertaken?: boolean;
  /**
   * A person sends it at once: ahead of its stage, its gates and windows, and whatever moves beside it. That allows one order, and not later than now: it is no more
   * once the target has had it, was left out, failed, or has its cluster away for more than a blip.
   */
  readonly isNamed: boolean;
  /** Since when the agent of the cluster is away, or 'NEVER' seen; undefined: it is connected. */
  readonly offlineSince: Date | 'NEVER' | undefined;
  /** Where it goes. */
  readonly release: ReleaseId;
  /** Where it comes from; undefined: it ran nothing. */
  readonly fromRelease: ReleaseId | undefined;
  /** The version of the last order that this rollout gave, as long as it stands: a target that is tried again keeps it while it waits. undefined before. */
  readonly assignedAs: OrderVersion | undefined;
  /** When it began to move, in either direction. */
  readonly startedAt: Date | undefined;
  /** Set by the planner's caller when the order could not be made (a parameter is missing): the target has failed. */
  readonly blockedBy: ReasonCode | undefined;
  readonly observed: ObservedTarget | undefined;
  readonly refused: RefusedVersion | undefined;
  /** Of its cluster; of PENDING targets and of those that are SKIPPED and may wait again, where the rollout has maintenance windows. */
  readonly labels?: Labels | undefined;
}

export interface RolloutState {
  readonly id: RolloutId;
  readonly release: ReleaseId;
  readonly phase: RolloutPhase;
  readonly onFailure: FailurePolicy;
  /** How long a cluster that is away is waited for; undefined: orders are given to it like to any other. */
  readonly offlineWaitMs: number | undefined;
  /**
   * Since when the hub listens to agents without a break, as since its start; undefined: for long. For a moment after it, no cluster counts as away and
   * no deadline is over: a hub that was down would leave out the whole fleet, and open the next stage over it.
   */
  readonly hearsSince?: Date | undefined;
  /** Those of the project, outside of which a cluster is given no order; undefined: none hold this rollout up, as it goes back. */
  readonly maintenance?: readonly MaintenanceWindow[] | undefined;
  readonly stages: readonly StageRow[];
  /** Ordered by (stage, order key). */
  readonly targets: readonly RolloutTargetRow[];
}

/** What the planner wants done; each is one row change, written with its transition, audit and outbox rows. */
export type RolloutTransition =
  | { readonly kind: 'judge-gate'; readonly stage: string; readonly gate: string; readonly to: GateState }
  | { readonly kind: 'open-stage'; readonly stage: string }
  | { readonly kind: 'assign'; readonly target: TargetId; readonly release: ReleaseId; readonly to: 'MOVING' | 'REVERTING' }
  /** What a person sent ahead could not be sent: from now on it waits like the others. */
  | { readonly kind: 'forget-name'; readonly target: TargetId }
  | { readonly kind: 'mark-target'; readonly target: TargetId; readonly from: RolloutTargetState; readonly to: RolloutTargetState; readonly reason: ReasonCode }
  /** All targets of the stage have settled, or (`undefined`) no longer are. */
  | { readonly kind: 'settle-stage'; readonly stage: string; readonly at: Date | undefined }
  | { readonly kind: 'close-stage'; readonly stage: string }
  | { readonly kind: 'halt'; readonly stage: string; readonly failed: readonly TargetId[]; readonly to: 'HALTED' | 'ROLLING_BACK' }
  | { readonly kind: 'finish'; readonly phase: 'SUCCEEDED' | 'FAILED' | 'ROLLED_BACK' };
