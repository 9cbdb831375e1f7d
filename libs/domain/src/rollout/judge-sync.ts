import type { ReleaseId, RolloutId } from '../ids.js';
import type { RolloutPhase } from './rollout.types.js';
import { movesAll, type KnownRollout } from './start-rollout.js';
import type { RolloutStrategy } from './strategy/rollout-strategy.js';

export interface SyncRequest {
  readonly strategy: RolloutStrategy;
  /** undefined: there is none yet. */
  readonly newestRelease: ReleaseId | undefined;
  /** That are not over, newest first. */
  readonly rollouts: readonly KnownRollout[];
  /** To some clusters only. */
  readonly isPartial: boolean;
}

/** RUN what waits; QUEUE it, since something goes back first; START a rollout of the newest release; or why nothing is done. */
export type SyncVerdict =
  | { readonly kind: 'RUN' | 'QUEUE'; readonly rollout: RolloutId; readonly release: ReleaseId }
  | { readonly kind: 'START'; readonly release: ReleaseId; readonly cause: 'SYNC' | 'PARTIAL' }
  | { readonly kind: 'IN_PROGRESS'; readonly rollout: RolloutId; readonly phase: RolloutPhase }
  | { readonly kind: 'NOTHING' };

/**
 * What a person's go-ahead does. Pure. In stages the same release is not begun again while it is on its way: that would drop what the stages have shown. All at
 * once it is, which tries again what failed. A go-ahead for some clusters leaves alone what waits for one for all, and is refused beside what
 * moves, and for a release that has halted: it must not come past the stage that found it bad.
 */
export function judgeSync({ strategy, newestRelease, rollouts, isPartial }: SyncRequest): SyncVerdict {
  const goingBack = rollouts.find((rollout) => rollout.phase === 'ROLLING_BACK');
  const underWay = rollouts.find((rollout) => (movesAll(rollout.cause) || rollout.cause === 'PARTIAL') && (rollout.phase === 'RUNNING' || rollout.phase === 'PAUSED'));
  if (isPartial) {
    const halted = rollouts.find((rollout) => rollout.phase === 'HALTED' && rollout.cause !== 'ROLLBACK' && rollout.release === newestRelease);
    const busy = goingBack ?? underWay ?? halted;
    if (busy !== undefined) return { kind: 'IN_PROGRESS', rollout: busy.id, phase: busy.phase };
    return newestRelease === undefined ? { kind: 'NOTHING' } : { kind: 'START', release: newestRelease, cause: 'PARTIAL' };
  }
  const waiting = rollouts.find((rollout) => rollout.phase === 'PENDING');
  if (waiting !== undefined) return { kind: goingBack === undefined ? 'RUN' : 'QUEUE', rollout: waiting.id, release: waiting.release };
  if (newestRelease === undefined) return { kind: 'NOTHING' };
  if (strategy.kind === 'STAGED' && underWay !== undefined && underWay.cause !== 'PARTIAL' && underWay.release === newestRelease) return { kind: 'IN_PROGRESS', rollout: underWay.id, phase: underWay.phase };
  return { kind: 'START', release: newestRelease, cause: 'SYNC' };
}
