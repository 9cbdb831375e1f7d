import type { ReleaseId, RolloutId } from '../ids.js';
import { isRolloutOver } from './rollout.types.js';
import type { KnownRollout } from './start-rollout.js';

/** Where targets go that came to match after a release was made. Neither: there is no release yet, the first one will take them. */
export interface LateTargetPlacement {
  /** Add them to this rollout as PENDING, each in its stage. */
  readonly join: RolloutId | undefined;
  /** Start a rollout of this release for them alone, with the cause LATE_MATCH. */
  readonly start: ReleaseId | undefined;
}

/**
 * Places targets that match late. Pure. While the newest rollout of the whole application is under way, they join it; while it is halted too, and
 * get nothing until a person decides: the release that the application has is then the one that failed. While it waits, they join it and get the
 * release that the others run; once it is over or goes back, they get that release for themselves.
 *
 * @param current the release that the application has: that of the newest RELEASE or SYNC rollout that was let start and not taken back
 * @param newest the newest RELEASE or SYNC rollout
 */
export function placeLateTargets(current: ReleaseId | undefined, newest: KnownRollout | undefined): LateTargetPlacement {
  const takesNobody = newest === undefined || isRolloutOver(newest.phase) || newest.phase === 'ROLLING_BACK';
  return { join: takesNobody ? undefined : newest.id, start: newest !== undefined && !takesNobody && newest.phase !== 'PENDING' ? undefined : current };
}
