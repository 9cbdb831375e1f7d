import { currentStage } from './control-rollout.js';
import { explainGate } from './explain-gate.js';
import { maintenanceHurdles } from './explain-maintenance.js';
import { isInWindow, judgeGate, unaskedOf } from './judge-gates.js';
import { isReachable } from './judge-rollout-target.js';
import { outOfSight, provesNothing } from './judge-stage.js';
import type { RolloutHurdle } from './rollout-hurdle.js';
import type { GateRow, RolloutState, RolloutTargetRow, StageRow } from './rollout.types.js';
import type { RolloutWait } from './start-rollout.js';

/**
 * What a rollout waits for, the nearest first. Pure, by the same rules as `planRollout`; none for one that is over, or that the planner is about to move.
 * @param waitsFor of a PENDING rollout
 */
export function explainRollout(rollout: RolloutState, waitsFor: RolloutWait | undefined, now: Date): readonly RolloutHurdle[] {
  switch (rollout.phase) {
    case 'PENDING':
      return [waitsFor === 'ROLLOUT' ? hurdle('ROLLOUT', 'It begins when the rollout before it has ended.') : hurdle('SYNC', 'It waits for a person: run syncApplication.')];
    case 'PAUSED':
      return [hurdle('PAUSED', 'It was paused: resume or abort it.'), ...inStage(rollout, now)];
    case 'HALTED':
      return [hurdle('HALTED', 'It has halted and assigns nothing more: retry what failed, abort it, or release a fix.')];
    case 'ROLLING_BACK':
      return [hurdle('REVERTING', `It takes back what it moved: ${count(rollout.targets.filter((target) => target.state === 'REVERTING').length, 'target')} under way.`)];
    case 'RUNNING':
      return inStage(rollout, now);
    default:
      return [];
  }
}

function inStage(rollout: RolloutState, now: Date): readonly RolloutHurdle[] {
  const stage = currentStage(rollout.stages);
  if (stage === undefined) return [...stragglers(rollout), ...maintenanceHurdles(rollout, now), ...rollout.stages.flatMap((closed) => unasked(rollout, closed, now))];
  if (stage.state === 'PENDING') return gates(rollout, stage, 'BEFORE', now);
  const targets = rollout.targets.filter((target) => target.stage === stage.name);
  const open = targets.filter((target) => target.state === 'PENDING' || target.state === 'MOVING');
  if (open.length > 0) return [atWork(rollout, stage, open), ...maintenanceHurdles(rollout, now), ...(isInWindow(stage, now) ? unasked(rollout, stage, now) : gates(rollout, stage, 'BEFORE', now))];
  if (provesNothing(rollout, stage)) return leftOut(stage, targets);
  return [...soakOf(stage, now), ...gates(rollout, stage, 'AFTER', now), ...gone(rollout, stage)];
}

function soakOf(stage: StageRow, now: Date): readonly RolloutHurdle[] {
  const until = stage.settledAt === undefined ? undefined : new Date(stage.settledAt.getTime() + stage.soakMs);
  if (stage.isPromoted || until === undefined || until <= now) return [];
  return [{ ...hurdle('SOAK', `All of stage ${stage.name} must stay healthy; promoteStage skips the rest of it.`, stage), until }];
}

function gone(rollout: RolloutState, stage: StageRow): readonly RolloutHurdle[] {
  const dark = outOfSight(rollout, stage).length;
  return dark === 0 ? [] : [hurdle('CLUSTERS_AWAY', `${count(dark, 'cluster')} of stage ${stage.name} went away after becoming healthy: it goes on when ${dark === 1 ? 'it is' : 'they are'} back or left out, or when a person promotes the stage.`, stage)];
}

function atWork(rollout: RolloutState, stage: StageRow, open: readonly RolloutTargetRow[]): RolloutHurdle {
  const moving = open.filter((target) => target.state === 'MOVING');
  const away = open.filter((target) => !isReachable(target, rollout)).length;
  const last = moving.flatMap((target) => (target.startedAt === undefined || stage.deadlineMs === undefined ? [] : [target.startedAt.getTime() + stage.deadlineMs]));
  const words = `${count(moving.length, 'target')} under way and ${open.length - moving.length} to come in stage ${stage.name}${away === 0 ? '' : `; ${count(away, 'cluster')} of them away`}.`;
  return { ...hurdle('TARGETS', words, stage), until: last.length === 0 ? undefined : new Date(Math.max(...last)) };
}

/** Nobody of the stage has shown whether the release works. */
function leftOut(stage: StageRow, left: readonly RolloutTargetRow[]): readonly RolloutHurdle[] {
  const away = left.filter((target) => target.reason === 'CLUSTER_OFFLINE').length;
  const held = left.filter((target) => target.reason === 'HELD').length;
  return [
    ...(away === 0 ? [] : [hurdle('CLUSTERS_AWAY', `Every cluster of stage ${stage.name} that could take the release is away (${away}): it goes on when one is back, or when a person promotes the stage.`, stage)]),
    ...(held === 0 ? [] : [hurdle('HELD', `${count(held, 'target')} of stage ${stage.name} ${held === 1 ? 'is' : 'are'} held after a rollback: lift the hold, or promote the stage to leave ${held === 1 ? 'it' : 'them'} out.`, stage)]),
  ];
}

function stragglers({ targets }: RolloutState): readonly RolloutHurdle[] {
  const open = targets.filter((target) => target.state === 'PENDING' || target.state === 'MOVING').length;
  return open === 0 ? [] : [hurdle('TARGETS', `${count(open, 'target')} being caught up.`)];
}

function gates(rollout: RolloutState, stage: StageRow, side: GateRow['side'], now: Date): readonly RolloutHurdle[] {
  return waitingOf(rollout, stage, stage.gates.filter((gate) => gate.side === side), now);
}

/** Those before a stage that has begun, which had nobody to ask then and hold back who is to move now. */
function unasked(rollout: RolloutState, stage: StageRow, now: Date): readonly RolloutHurdle[] {
  return waitingOf(rollout, stage, unaskedOf(stage), now);
}

function waitingOf(rollout: RolloutState, stage: StageRow, asked: readonly GateRow[], now: Date): readonly RolloutHurdle[] {
  if (stage.isPromoted) return [];
  return asked.filter((gate) => judgeGate(rollout, stage, gate, now) === 'WAITING').map((gate) => ({ ...explainGate(rollout, stage, gate, now), stage: stage.name, gate: gate.spec.name }));
}

function hurdle(kind: RolloutHurdle['kind'], message: string, stage?: StageRow): RolloutHurdle {
  return { kind, message, stage: stage?.name, gate: undefined, until: undefined };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
