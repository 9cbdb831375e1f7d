import type { Digest, JsonObject } from '#kernel';
import type {
  ApplicationId, ClusterId, DriftedObject, HealthState, ObjectHealth, ObjectRef, ProjectId, ReasonCode, ReleaseId, RemovalMode, SyncState, TargetId,
} from '#domain';

export const TARGET_STATES = ['ACTIVE', 'REMOVING', 'REMOVED'] as const;
export type TargetRowState = (typeof TARGET_STATES)[number];

/** A target as screens show it: what is assigned, what is observed, and what both together mean. */
export interface TargetView {
  readonly project: ProjectId;
  readonly id: TargetId;
  /** `project/application@cluster` */
  readonly name: string;
  readonly application: ApplicationId;
  readonly cluster: ClusterId;
  readonly state: TargetRowState;
  readonly sync: SyncState;
  readonly health: HealthState;
  readonly reason: ReasonCode;
  readonly message: string;
  readonly since: Date;
  /** Of the order that the agent shall hold; 0: none was ever given. */
  readonly generation: bigint;
  readonly isSettled: boolean;
  readonly isSynced: boolean;
  readonly isHealthy: boolean;
  readonly assigned: AssignedView | undefined;
  readonly removal: RemovalView | undefined;
  /** It keeps its release until a person lifts this. */
  readonly hold: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
  readonly observed: ObservedView;
}

export interface AssignedView {
  readonly release: ReleaseId;
  readonly parameters: JsonObject;
  readonly generation: bigint;
  readonly at: Date;
}

export interface RemovalView {
  readonly mode: RemovalMode;
  readonly cause: string;
  readonly requestedAt: Date;
  readonly acknowledgedAt: Date | undefined;
}

export interface ObservedView {
  readonly release: ReleaseId | undefined;
  readonly commit: string | undefined;
  readonly renderDigest: string | undefined;
  readonly sync: SyncState;
  readonly health: HealthState;
  readonly healthMessage: string;
  readonly objectCount: number;
  readonly healedCount: number;
  readonly unhealthy: readonly ObjectHealth[];
  readonly drifted: readonly DriftedObject[];
  readonly pendingRemoval: { readonly digest: Digest; readonly total: number; readonly objects: readonly ObjectRef[] } | undefined;
  readonly observedAt: Date | undefined;
  readonly reportedAt: Date | undefined;
}
