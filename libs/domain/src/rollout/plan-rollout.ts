import { isInWindow, judgeGates, judgeUnasked } from './judge-gates.js';
import { isGone, isReachable, judgeRolloutTarget } from './judge-rollout-target.js';
import { isWatched, outOfSight, provesNothing } from './judge-stage.js';
import { outsideMaintenance, passesMaintenance } from './outside-maintenance.js';
import { planWayBack } from './plan-way-back.js';
import type { RolloutState, RolloutTargetRow, RolloutTransition, StageRow } from './rollout.types.js';

/**
 * Decides the next transitions of a rollout from its rows and the time alone. Pure and repeatable: a planner that crashed is simply asked again,
 * and one that is asked again after every transition is written comes to rest at []. The open stage is the one whose row says so; what
 * clusters report only moves target rows, never the choice of stage. What a person names goes at once, whatever stage it is of, and counts in that
 * stage from then on: as one that moves, and against its failure budget.
 *
 * @param rollout rows as loaded in one transaction
 * @param now database time of that transaction
 */
export function planRollout(rollout: RolloutState, now: Date): readonly RolloutTransition[] {
  if (rollout.phase === 'ROLLING_BACK') return planWayBack(rollout, now);
  if (rollout.phase !== 'RUNNING' && rollout.phase !== 'PAUSED' && rollout.phase !== 'HALTED') return [];
  const begun = rollout.stages.filter((stage) => stage.state !== 'PENDING');
  const restless = begun.find((stage) => stage.state === 'OPEN' && stage.settledAt !== undefined && targetsOf(rollout, stage).some(isUnsettled));
  // Before anybody is marked: who became well again in between has not stayed well.
  if (restless !== undefined) return [{ kind: 'settle-stage', stage: restless.name, at: undefined }];
  const marks = rollout.stages.flatMap((stage) => marksOf(rollout, stage, now));
  if (marks.length > 0 || rollout.phase === 'HALTED') return marks;

  const exhausted = rollout.stages.find((stage) => failedIn(rollout, stage).length > numberOf(stage.failureBudget));
  if (exhausted !== undefined) return [haltAt(rollout, exhausted)];
  if (rollout.phase === 'PAUSED') return [];

  const isOutside = outsideMaintenance(rollout, now);
  const named = rollout.targets.filter((target) => isSentAhead(target, rollout)).map(assignOf);
  const unasked = begun.map((stage) => ({ stage, ...judgeUnasked(rollout, stage, now) }));
  // What a person sends goes before anybody is asked about it.
  if (named.length === 0) {
    const changes = unasked.flatMap((one) => one.changes);
    if (changes.length > 0) return changes;
    const failed = unasked.find(({ answer }) => answer === 'FAILED');
    if (failed !== undefined) return [haltAt(rollout, failed.stage)];
  }
  const assigns = [...named, ...unasked.flatMap(({ stage, changes, answer }) => (changes.length === 0 && answer === 'PASSED' && isInWindow(stage, now) ? assignsOf(rollout, stage, passesMaintenance(stage) ? () => false : isOutside) : []))];
  if (assigns.length > 0) return assigns;
  const open = begun.find((stage) => stage.state === 'OPEN');
  return open === undefined ? openNextStage(rollout, now) : endStage(rollout, open, now);
}

/** Targets of a closed stage have done their part once they answered; those that were away are judged on, and caught up. */
function marksOf(rollout: RolloutState, stage: StageRow, now: Date): readonly RolloutTransition[] {
  const context = { now, offlineWaitMs: rollout.offlineWaitMs, hearsSince: rollout.hearsSince };
  // Of a stage that nobody has come to only those are looked at that a person named, or has named.
  return targetsOf(rollout, stage).filter((target) => stage.state !== 'PENDING' || target.isNamed || target.state !== 'PENDING').flatMap((target): readonly RolloutTransition[] => {
    const hasAnswered = target.state === 'HEALTHY' || target.state === 'FAILED';
    if (hasAnswered && (stage.state === 'CLOSED' || (target.state === 'HEALTHY' && !isWatched(stage)))) return [];
    const { state, reason } = judgeRolloutTarget(target, stage, context);
    const isSame = state === target.state && (state !== 'SKIPPED' || reason === target.reason);
    // A word to send it is for now: not for when the cluster is back, or the rollout is resumed or tried again.
    if (isSame) return target.isNamed && (rollout.phase !== 'RUNNING' || isGone(target, context)) ? [{ kind: 'forget-name', target: target.id }] : [];
    return [{ kind: 'mark-target', target: target.id, from: target.state, to: state, reason }];
  });
}

/** Who is away, or outside of his maintenance windows, takes nobody's place. */
function assignsOf(rollout: RolloutState, stage: StageRow, isOutside: (target: RolloutTargetRow) => boolean): readonly RolloutTransition[] {
  const targets = targetsOf(rollout, stage);
  const room = Math.max(0, numberOf(stage.maxConcurrency) - targets.filter((target) => target.state === 'MOVING' || isSentAhead(target, rollout)).length);
  return targets.filter((target) => target.state === 'PENDING' && !target.isNamed && isReachable(target, rollout) && !isOutside(target)).slice(0, room).map(assignOf);
}

function assignOf(target: RolloutTargetRow): RolloutTransition {
  return { kind: 'assign', target: target.id, release: target.release, to: 'MOVING' };
}

/** A hold, or an order that cannot be made, marks it before. */
function isSentAhead(target: RolloutTargetRow, rollout: RolloutState): boolean {
  return target.isNamed && target.state === 'PENDING' && target.stage !== undefined && isReachable(target, rollout);
}

function endStage(rollout: RolloutState, stage: StageRow, now: Date): readonly RolloutTransition[] {
  const targets = targetsOf(rollout, stage);
  if (targets.some((target) => isUnsettled(target) && (!stage.isPromoted || isReachable(target, rollout)))) return [];
  if (!stage.isPromoted) {
    if (provesNothing(rollout, stage)) return stage.settledAt === undefined ? [] : [{ kind: 'settle-stage', stage: stage.name, at: undefined }];
    // Where nobody takes part there is nobody to stay healthy.
    if (stage.soakMs > 0 && targets.some((target) => target.state !== 'SKIPPED')) {
      if (stage.settledAt === undefined) return [{ kind: 'settle-stage', stage: stage.name, at: now }];
      if (now.getTime() - stage.settledAt.getTime() < stage.soakMs) return [];
    }
    if (outOfSight(rollout, stage).length > 0) return [];
  }
  return passGates(rollout, stage, 'AFTER', { kind: 'close-stage', stage: stage.name }, now);
}

function openNextStage(rollout: RolloutState, now: Date): readonly RolloutTransition[] {
  const next = rollout.stages.filter((stage) => stage.state === 'PENDING').toSorted((a, b) => a.position - b.position)[0];
  if (next !== undefined) return passGates(rollout, next, 'BEFORE', { kind: 'open-stage', stage: next.name }, now);
  if (rollout.targets.some(isUnsettled)) return []; // some are being caught up
  return [{ kind: 'finish', phase: rollout.targets.some((target) => target.state === 'FAILED') ? 'FAILED' : 'SUCCEEDED' }];
}

function passGates(rollout: RolloutState, stage: StageRow, side: 'BEFORE' | 'AFTER', then: RolloutTransition, now: Date): readonly RolloutTransition[] {
  const { changes, answer } = judgeGates(rollout, stage, side, now);
  if (changes.length > 0) return changes;
  if (answer === 'FAILED') return [haltAt(rollout, stage)];
  return answer === 'PASSED' ? [then] : [];
}

function haltAt(rollout: RolloutState, stage: StageRow): RolloutTransition {
  return { kind: 'halt', stage: stage.name, failed: failedIn(rollout, stage).map((target) => target.id), to: rollout.onFailure === 'ROLLBACK' ? 'ROLLING_BACK' : 'HALTED' };
}

function isUnsettled({ state }: RolloutTargetRow): boolean {
  return state === 'PENDING' || state === 'MOVING';
}

function failedIn(rollout: RolloutState, stage: StageRow): readonly RolloutTargetRow[] {
  return targetsOf(rollout, stage).filter((target) => target.state === 'FAILED');
}

function targetsOf(rollout: RolloutState, stage: StageRow): readonly RolloutTargetRow[] {
  return rollout.targets.filter((target) => target.stage === stage.name);
}

function numberOf(limit: number | 'UNLIMITED'): number {
  return limit === 'UNLIMITED' ? Number.POSITIVE_INFINITY : limit;
}
