import type { ReleaseId } from '../ids.js';
import type { ReasonCode } from '../target/reason-code.js';
import { judgeReport } from './judge-report.js';
import type { RolloutTargetRow, RolloutTargetState, StageRow } from './rollout.types.js';
import { DEFAULT_DEADLINE_SECONDS } from './strategy/rollout-strategy.js';

export interface TargetVerdict {
  readonly state: RolloutTargetState;
  readonly reason: ReasonCode;
}

export interface JudgingContext {
  readonly now: Date;
  /** Of the strategy; undefined: a cluster that is away is treated like any other. */
  readonly offlineWaitMs: number | undefined;
  /** Since when anybody listens; undefined: for long. What was before is held against nobody. */
  readonly hearsSince?: Date | undefined;
}

/** Agents reconnect after a restart of the hub or a blip of the network: nobody is left out for that. */
export const OFFLINE_GRACE_MS = 30_000;

/**
 * The state that a target of an open or closed stage has earned. Pure. A silent agent keeps its target MOVING until the deadline of the stage; a cluster
 * that is away is skipped for as long as it is, and never counts as failed: before it has its order, past its deadline, and where what is healthy is
 * watched, as a cluster that goes dark with the release may have gone dark of it. One that never came is not waited for.
 */
export function judgeRolloutTarget(target: RolloutTargetRow, stage: StageRow, context: JudgingContext): TargetVerdict {
  const { state } = target;
  if (!target.isActive) return { state: 'SKIPPED', reason: 'REMOVING' };
  if (target.isHeld) return { state: 'SKIPPED', reason: 'HELD' };
  if (target.isOvertaken === true && (state === 'PENDING' || state === 'MOVING')) return { state: 'SKIPPED', reason: 'SUPERSEDED' };
  if (state === 'SKIPPED') return comeBack(target, context);
  if (target.blockedBy !== undefined) return { state: 'FAILED', reason: target.blockedBy };
  if (state === 'PENDING') return isAway(target, context) ? { state: 'SKIPPED', reason: 'CLUSTER_OFFLINE' } : { state, reason: 'WAITING_FOR_ROLLOUT' };

  if (state === 'HEALTHY' && isAway(target, context)) return { state: 'SKIPPED', reason: 'CLUSTER_OFFLINE' };
  const report = judgeReport(target, target.release);
  if (report.answer === 'HEALTHY' || report.answer === 'FAILED') return { state: report.answer, reason: report.reason };
  // What was healthy and is at work again must become healthy anew, in a time of its own.
  if (state === 'HEALTHY') return { state: report.answer === 'RESTLESS' ? 'MOVING' : 'HEALTHY', reason: report.reason };
  if (state === 'FAILED') return { state, reason: target.reason ?? report.reason };
  if (!isOverdue(target, stage.deadlineMs, context)) return { state, reason: report.reason };
  if (target.offlineSince === undefined) return { state: 'FAILED', reason: 'DEADLINE_EXCEEDED' };
  // A rollback by hand leaves nobody out: who does not answer in time has its order for when it is back, and is waited for no more.
  if (context.offlineWaitMs === undefined && isGone(target, context)) return { state: 'FAILED', reason: 'CLUSTER_OFFLINE' };
  return isAway(target, context) ? { state: 'SKIPPED', reason: 'CLUSTER_OFFLINE' } : { state, reason: report.reason };
}

/** What a target that was told to go back has answered. Past the deadline it is waited for no more; where the stage has none, past that of the default. */
export function judgeReverting(target: RolloutTargetRow, stage: StageRow, context: Listening): TargetVerdict {
  if (!target.isActive) return { state: 'SKIPPED', reason: 'REMOVING' };
  const release = wayBackOf(target);
  if (target.blockedBy !== undefined || release === undefined) return { state: 'REVERT_FAILED', reason: target.blockedBy ?? 'NOTHING_TO_GO_BACK_TO' };
  const report = judgeReport(target, release);
  if (report.answer === 'HEALTHY') return { state: 'REVERTED', reason: 'SYNCED' };
  if (report.answer === 'FAILED') return { state: 'REVERT_FAILED', reason: report.reason };
  if (!isOverdue(target, stage.deadlineMs ?? DEFAULT_DEADLINE_SECONDS * 1_000, context)) return { state: 'REVERTING', reason: report.reason };
  return { state: 'REVERT_FAILED', reason: target.offlineSince === undefined ? 'DEADLINE_EXCEEDED' : 'CLUSTER_OFFLINE' };
}

/** Where a target goes back to; undefined: it ran nothing before, or the same release, so that there is nothing to go back to. */
export function wayBackOf({ release, fromRelease }: RolloutTargetRow): ReleaseId | undefined {
  return fromRelease === release ? undefined : fromRelease;
}

/** Away, and for longer than a blip. */
export function isGone({ offlineSince }: RolloutTargetRow, { now, hearsSince }: Listening, longestMs: number = OFFLINE_GRACE_MS): boolean {
  if (offlineSince === undefined || isDeaf({ now, hearsSince })) return false;
  return offlineSince === 'NEVER' || now.getTime() - offlineSince.getTime() >= longestMs;
}

/** Connected, so that an order reaches it now; where nobody asks, every cluster counts as such. */
export function isReachable(target: RolloutTargetRow, { offlineWaitMs }: Pick<JudgingContext, 'offlineWaitMs'>): boolean {
  return target.offlineSince === undefined || offlineWaitMs === undefined;
}

function comeBack(target: RolloutTargetRow, context: JudgingContext): TargetVerdict {
  const stays: TargetVerdict = { state: 'SKIPPED', reason: target.reason ?? 'INTERNAL_ERROR' };
  if (target.stage === undefined || target.reason === 'NO_STAGE') return stays;
  if (target.reason === 'HELD') return { state: 'PENDING', reason: 'WAITING_FOR_ROLLOUT' };
  if (target.reason !== 'CLUSTER_OFFLINE' || !isReachable(target, context)) return stays;
  // Without a time of its own it had not begun: it went away while it waited, or waited to be tried again, and what it said of the order before is no answer.
  if (target.assignedAs === undefined || target.startedAt === undefined) return { state: 'PENDING', reason: 'WAITING_FOR_ROLLOUT' };
  const { answer, reason } = judgeReport(target, target.release);
  return answer === 'HEALTHY' || answer === 'FAILED' ? { state: answer, reason } : { state: 'MOVING', reason };
}

type Listening = Pick<JudgingContext, 'now' | 'hearsSince'>;

/** The hub has only just begun to listen: agents are on their way to it, and so is what they have to say. */
function isDeaf({ now, hearsSince }: Listening): boolean {
  return hearsSince !== undefined && now.getTime() - hearsSince.getTime() < OFFLINE_GRACE_MS;
}

function isAway(target: RolloutTargetRow, context: JudgingContext): boolean {
  return context.offlineWaitMs !== undefined && isGone(target, context, Math.max(context.offlineWaitMs, OFFLINE_GRACE_MS));
}

function isOverdue({ startedAt }: RolloutTargetRow, deadlineMs: number | undefined, context: Listening): boolean {
  return deadlineMs !== undefined && startedAt !== undefined && context.now.getTime() - startedAt.getTime() >= deadlineMs && !isDeaf(context);
}
