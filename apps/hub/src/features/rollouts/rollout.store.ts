import type { ApplicationId, KnownRollout, ProjectId, ReleaseId, RolloutId, RolloutPhase, RolloutStart, RolloutStrategy, TargetId, TargetToRoll } from '#domain';

/** What a rollout needs to know of its application. */
export interface ApplicationToRoll {
  readonly project: ProjectId;
  readonly id: ApplicationId;
  readonly automated: boolean;
  readonly strategy: RolloutStrategy;
  readonly currentRelease: ReleaseId | undefined;
  readonly newestRelease: ReleaseId | undefined;
}

/** Rows of rollouts as use cases write them. Everything runs inside an open transaction that has locked the application. */
export interface RolloutStore {
  /** Locks an active application until the end of the transaction. */
  lockApplication(application: ApplicationId): Promise<ApplicationToRoll | undefined>;
  /** Rollouts that are not over, and the newest of those that move the whole application (RELEASE, SYNC); newest first. */
  known(application: ApplicationId): Promise<readonly KnownRollout[]>;
  /** Targets that are not being removed. */
  activeTargets(application: ApplicationId): Promise<readonly TargetToRoll[]>;
  add(application: ApplicationToRoll, id: RolloutId, start: RolloutStart): Promise<void>;
  /** Lets a waiting rollout run; where its targets come from is noted anew. */
  letRun(rollout: RolloutId): Promise<void>;
  /** Lets a waiting rollout run by itself once those before it are over: the word of a person has been given. */
  queue(rollout: RolloutId): Promise<void>;
  /** Ends rollouts. */
  end(rollouts: readonly RolloutId[], phase: Extract<RolloutPhase, 'SUPERSEDED' | 'ABORTED'>): Promise<void>;
  setCurrentRelease(application: ApplicationId, release: ReleaseId): Promise<void>;
  /** Adds targets to a rollout that is not over, as PENDING, each in the last of its stages that selects it; one that none selects takes no part. Those that it skipped since they were being removed start again. */
  join(application: ApplicationId, rollout: RolloutId, targets: readonly TargetId[]): Promise<void>;
}

export const ROLLOUT_STORE = Symbol('RolloutStore');
