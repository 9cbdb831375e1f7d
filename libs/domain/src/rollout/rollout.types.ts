import type { ReleaseId, RolloutId, TargetId } from '../ids.js';
import type { OrderVersion } from '../target/assignment.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { HealthState, SyncState } from '../target/target-state.js';

/**
 * PENDING waits for `syncApplication`. RUNNING moves targets. SUCCEEDED and FAILED have ended by themselves, FAILED with at least one
 * failed target. HALTED stopped for a failure budget. SUPERSEDED gave way to a newer release. ABORTED was stopped by a person.
 */
export const ROLLOUT_STATES = ['PENDING', 'RUNNING', 'SUCCEEDED', 'FAILED', 'HALTED', 'SUPERSEDED', 'ABORTED'] as const;
export type RolloutPhase = (typeof ROLLOUT_STATES)[number];

/** PENDING has not been assigned the release. MOVING has, and works on it. HEALTHY and FAILED have answered. SKIPPED no longer takes part. */
export const ROLLOUT_TARGET_STATES = ['PENDING', 'MOVING', 'HEALTHY', 'FAILED', 'SKIPPED'] as const;
export type RolloutTargetState = (typeof ROLLOUT_TARGET_STATES)[number];

export const STAGE_STATES = ['PENDING', 'OPEN', 'CLOSED'] as const;
export type StageState = (typeof STAGE_STATES)[number];

/** Why a rollout was made. All but RELEASE and SYNC move single targets to the release that the application already has. */
export const ROLLOUT_CAUSES = ['RELEASE', 'SYNC', 'LATE_MATCH', 'PARAMETERS', 'POLICY'] as const;
export type RolloutCause = (typeof ROLLOUT_CAUSES)[number];

export function isRolloutOver(phase: RolloutPhase): boolean {
  return phase !== 'PENDING' && phase !== 'RUNNING';
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
  readonly stage: string;
  readonly state: RolloutTargetState;
  /** false once the target is being removed: it is skipped. */
  readonly isActive: boolean;
  /** The version under which this rollout assigned its release; undefined before. */
  readonly assignedAs: OrderVersion | undefined;
  /** Set by the planner's caller when the order could not be made (a parameter is missing): the target has failed. */
  readonly blockedBy: ReasonCode | undefined;
  readonly observed: ObservedTarget | undefined;
  readonly refused: RefusedVersion | undefined;
}

export interface RolloutState {
  readonly id: RolloutId;
  readonly release: ReleaseId;
  readonly phase: RolloutPhase;
  readonly stages: readonly StageRow[];
  /** Ordered by (stage, order key). */
  readonly targets: readonly RolloutTargetRow[];
}

/** What the planner wants done; each is one row change, written with its transition, audit and outbox rows. */
export type RolloutTransition =
  | { readonly kind: 'open-stage'; readonly stage: string }
  | { readonly kind: 'assign'; readonly target: TargetId; readonly release: ReleaseId }
  | { readonly kind: 'mark-target'; readonly target: TargetId; readonly from: RolloutTargetState; readonly to: RolloutTargetState; readonly reason: ReasonCode }
  | { readonly kind: 'close-stage'; readonly stage: string }
  | { readonly kind: 'halt'; readonly stage: string; readonly failed: readonly TargetId[] }
  | { readonly kind: 'finish'; readonly phase: 'SUCCEEDED' | 'FAILED' };
