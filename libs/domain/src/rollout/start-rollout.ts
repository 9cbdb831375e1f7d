import type { RolloutStrategyKind } from '../application/application-spec.js';
import type { ReleaseId, RolloutId, TargetId } from '../ids.js';
import { isRolloutOver, type RolloutCause, type RolloutPhase, type StageRow } from './rollout.types.js';

/** A rollout of the same application that may be under way. */
export interface KnownRollout {
  readonly id: RolloutId;
  readonly release: ReleaseId;
  readonly phase: RolloutPhase;
}

export interface RolloutToStart {
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly strategy: { readonly kind: RolloutStrategyKind };
  /** `sync.automated`. Without it a new release waits for a person. */
  readonly automated: boolean;
  /** The targets that take part, with the release that they are assigned now. Targets under removal are not among them. */
  readonly targets: readonly { readonly id: TargetId; readonly assigned: ReleaseId | undefined }[];
  readonly rollouts: readonly KnownRollout[];
}

/** The rows of a new rollout. */
export interface RolloutStart {
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly phase: 'PENDING' | 'RUNNING';
  readonly stages: readonly StageRow[];
  readonly targets: readonly { readonly id: TargetId; readonly stage: string; readonly fromRelease: ReleaseId | undefined }[];
  /** Rollouts that end as SUPERSEDED in the same transaction. */
  readonly supersedes: readonly RolloutId[];
}

/** The one stage of ALL_AT_ONCE. No failure budget: every cluster is moved at once, so there is nothing left to hold back. */
export const STAGE_ALL: StageRow = { name: 'all', position: 0, state: 'PENDING', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED' };

/**
 * What a new rollout consists of. Pure. A new release that starts supersedes every rollout of the application that is not over, and takes
 * all targets, those in the middle of an older move included; while it waits, only an older one that waits gives way. The other causes move their own targets to the release that the application
 * already has, beside whatever runs. Only a new release waits for a person when `automated` is false.
 */
export function startRollout(input: RolloutToStart): RolloutStart {
  const phase = input.cause === 'RELEASE' && !input.automated ? 'PENDING' : 'RUNNING';
  return {
    release: input.release,
    cause: input.cause,
    phase,
    stages: stagesOf(input.strategy),
    targets: input.targets
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((target) => ({ id: target.id, stage: STAGE_ALL.name, fromRelease: target.assigned })),
    supersedes: supersededBy(input, phase),
  };
}

/** Where targets go that came to match after a release was made. Neither: there is no release yet, the first one will take them. */
export interface LateTargetPlacement {
  /** Add them to this rollout as PENDING. */
  readonly join: { readonly rollout: RolloutId; readonly stage: string } | undefined;
  /** Start a rollout of this release for them alone, with the cause LATE_MATCH. */
  readonly start: ReleaseId | undefined;
}

/**
 * Places targets that match late. Pure. While the newest rollout of the whole application runs, they join it. While it waits for a person, they
 * join it and get the release that the others run; once it is over, they get that release for themselves.
 *
 * @param current the release that the application has: that of the newest RELEASE or SYNC rollout that was let start
 * @param newest the newest RELEASE or SYNC rollout
 */
export function placeLateTargets(current: ReleaseId | undefined, newest: KnownRollout | undefined): LateTargetPlacement {
  const join = newest === undefined || isRolloutOver(newest.phase) ? undefined : { rollout: newest.id, stage: STAGE_ALL.name };
  return { join, start: newest?.phase === 'RUNNING' ? undefined : current };
}

/** The rollouts that end as SUPERSEDED when `starting` goes from PENDING to RUNNING: every other one that is not over. */
export function supersededByStarting(starting: RolloutId, rollouts: readonly KnownRollout[]): readonly RolloutId[] {
  return rollouts.filter((rollout) => rollout.id !== starting && !isRolloutOver(rollout.phase)).map((rollout) => rollout.id);
}

function supersededBy(input: RolloutToStart, phase: RolloutStart['phase']): readonly RolloutId[] {
  if (input.cause !== 'RELEASE' && input.cause !== 'SYNC') return [];
  const open = input.rollouts.filter((rollout) => !isRolloutOver(rollout.phase));
  // A release that still waits for its person leaves alone what runs; only another waiting one gives way.
  return open.filter((rollout) => phase === 'RUNNING' || rollout.phase === 'PENDING').map((rollout) => rollout.id);
}

function stagesOf(strategy: RolloutToStart['strategy']): readonly StageRow[] {
  switch (strategy.kind) {
    case 'ALL_AT_ONCE':
      return [STAGE_ALL];
  }
}
