import type { ReleaseId, RolloutId } from '../ids.js';
import type { RolloutTargetState } from '../rollout/rollout.types.js';
import type { RemovalMode } from '../target/assignment.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { HealthState, SyncState } from '../target/target-state.js';

/**
 * CREATED begins a life, also that of a target that was removed and comes back. ASSIGNED and REISSUED are orders. BLOCKED: an order could not be made; UNBLOCKED: that is mended
 * without one. ROLLOUT: its place in a rollout moved. OBSERVED: its agent says something new. REFUSED: the agent did not take the order. HELD and HOLD_LIFTED: it keeps its release.
 * FACTS_DIFFER and FACTS_AGREE: whether the facts of its cluster match the selector. TOMBSTONED: it shall go. REMOVED: it is gone.
 */
export const TARGET_CHANGE_KINDS = [
  'CREATED', 'ASSIGNED', 'REISSUED', 'BLOCKED', 'UNBLOCKED', 'ROLLOUT', 'OBSERVED', 'REFUSED', 'HELD', 'HOLD_LIFTED', 'FACTS_DIFFER', 'FACTS_AGREE', 'TOMBSTONED', 'REMOVED',
] as const;
export type TargetChangeKind = (typeof TARGET_CHANGE_KINDS)[number];

/** Those that begin and end lives. */
export const LIFE_KINDS = ['CREATED', 'TOMBSTONED', 'REMOVED'] as const satisfies readonly TargetChangeKind[];

/**
 * One change of a target, as it was written with what changed. Each says all that there is to know of what it changes, so that of two of one kind the earlier one
 * no longer matters.
 */
export interface TargetChange {
  readonly at: Date;
  readonly kind: TargetChangeKind;
  readonly generation: bigint;
  /** Epoch of the fleet that the generation belongs to; undefined where there is no order, or an earlier version wrote the change. */
  readonly epoch: bigint | undefined;
  /** ASSIGNED, REISSUED: what it shall run. OBSERVED: what it runs. */
  readonly release: ReleaseId | undefined;
  readonly sync: SyncState | undefined;
  readonly health: HealthState | undefined;
  readonly reason: ReasonCode | undefined;
  /** For people; of a hold its reason. */
  readonly message: string | undefined;
  /** What moved it; undefined: no rollout did, or an earlier version wrote the change. */
  readonly rollout: RolloutId | undefined;
  /** ROLLOUT: where it stands there. */
  readonly place: RolloutTargetState | undefined;
  /** TOMBSTONED: what becomes of its objects, and why. */
  readonly mode: RemovalMode | undefined;
  readonly cause: string | undefined;
  /** HELD, HOLD_LIFTED: who. */
  readonly actor: string | undefined;
}
