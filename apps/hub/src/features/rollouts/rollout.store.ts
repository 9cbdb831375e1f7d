import type { ApplicationId, KnownRollout, ProjectId, ReleaseId, RolloutCause, RolloutId, RolloutPhase, RolloutStart, RolloutStrategyKind, TargetId } from '#domain';

/** What a rollout needs to know of its application. */
export interface ApplicationToRoll {
  readonly project: ProjectId;
  readonly id: ApplicationId;
  readonly automated: boolean;
  readonly strategy: { readonly kind: RolloutStrategyKind };
  readonly currentRelease: ReleaseId | undefined;
  readonly newestRelease: ReleaseId | undefined;
  /** The commit of a rewritten history that waits for a person. */
}

export interface StoredRollout extends KnownRollout {
  readonly cause: RolloutCause;
}

/** Rows of rollouts as use cases write them. Everything runs inside an open transaction that has locked the application. */
export interface RolloutStore {
  /** Locks an active application until the end of the transaction. */
  lockApplication(application: ApplicationId): Promise<ApplicationToRoll | undefined>;
  /** Rollouts that are not over, and the newest of those that move the whole application (RELEASE, SYNC); newest first. */
  known(application: ApplicationId): Promise<readonly StoredRollout[]>;
  /** Targets that are not being removed. */
  activeTargets(application: ApplicationId): Promise<readonly { readonly id: TargetId; readonly assigned: ReleaseId | undefined }[]>;
  add(application: ApplicationToRoll, id: RolloutId, start: RolloutStart): Promise<void>;
  /** Lets a waiting rollout run. */
  letRun(rollout: RolloutId): Promise<void>;
  /** Ends rollouts. */
  end(rollouts: readonly RolloutId[], phase: Extract<RolloutPhase, 'SUPERSEDED' | 'ABORTED'>): Promise<void>;
  setCurrentRelease(application: ApplicationId, release: ReleaseId): Promise<void>;
  /** Adds targets to a rollout that is not over, as PENDING; those that it skipped start again. */
  join(rollout: RolloutId, stage: string, targets: readonly TargetId[]): Promise<void>;
}

export const ROLLOUT_STORE = Symbol('RolloutStore');
