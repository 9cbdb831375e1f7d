import type { Digest } from '#kernel';
import type { FieldChange } from '../drift/field-change.js';
import type { ReleaseId, TargetId } from '../ids.js';
import type { ObjectRef } from '../object/kube-object.js';
import type { ReasonCode } from './reason-code.js';
import type { HealthState, SyncState } from './target-state.js';

/** One object that differs from what was applied. */
export interface DriftedObject {
  readonly ref: ObjectRef;
  readonly kind: 'CHANGED' | 'DELETED';
  /** Managers that hold fields of ours which changed, as managedFields says; empty when unknown. */
  readonly managers: readonly string[];
  /** Paths of the changed fields, at most 20. */
  readonly fields: readonly string[];
  /** The same fields with their values; empty from an agent that does not tell them. */
  readonly changes: readonly FieldChange[];
  /** When it was put back; undefined: it differs now. */
  readonly healedAt: Date | undefined;
}

export interface ObjectHealth {
  readonly ref: ObjectRef;
  readonly health: HealthState;
  readonly message: string;
}

/** What an agent says of one target. Complete, not a change: the last one stands. */
export interface TargetReport {
  readonly target: TargetId;
  readonly epoch: bigint;
  readonly generation: bigint;
  readonly release: ReleaseId | undefined;
  readonly commit: string;
  readonly renderDigest: Digest | undefined;
  readonly sync: SyncState;
  readonly reason: ReasonCode;
  /** For people; never holds a secret. At most 2,000 characters. */
  readonly message: string;
  readonly health: HealthState;
  readonly healthMessage: string;
  readonly objectCount: number;
  /** At most 50, worst first. */
  readonly unhealthy: readonly ObjectHealth[];
  /** Drift that is there now (REPORT) or was last healed (HEAL); at most 50. */
  readonly drifted: readonly DriftedObject[];
  /** How often drift was healed since the target was assigned. */
  readonly healedCount: number;
  /** Plan that waits for an approval, with the objects it would remove (at most 100). */
  readonly pendingRemoval: { readonly digest: Digest; readonly total: number; readonly objects: readonly ObjectRef[] } | undefined;
  readonly observedAt: Date;
  /** Ids of the rendered content that is stored whole in the cluster, sorted; at most 8. Absent: the agent does not tell, or could not find out. */
  readonly kept?: readonly string[];
}
