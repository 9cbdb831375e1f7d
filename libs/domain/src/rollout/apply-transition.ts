import { assertNever } from '#kernel';
import type { TargetId } from '../ids.js';
import type { OrderVersion } from '../target/assignment.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { RolloutState, RolloutTargetRow, RolloutTargetState, RolloutTransition, StageRow } from './rollout.types.js';

type OfTarget = Extract<RolloutTransition, { readonly target: TargetId }>;

/**
 * The rows as they are once transitions are written, in time by their number and that of the rows. Pure: the planner's caller and the simulations
 * share it.
 * @param assignAs the version that an assigned target gets
 * @param now database time of the transaction
 */
export function applyRolloutTransitions(rollout: RolloutState, transitions: readonly RolloutTransition[], assignAs: (target: TargetId) => OrderVersion, now: Date): RolloutState {
  const ofTargets = Map.groupBy(transitions.filter(isOfTarget), (transition) => transition.target);
  const changed = (target: RolloutTargetRow): RolloutTargetRow => (ofTargets.get(target.id) ?? []).reduce((row, transition) => ({ ...row, ...changeOf(row, transition, assignAs, now) }), target);
  const targets = ofTargets.size === 0 ? rollout.targets : rollout.targets.map(changed);
  return transitions.reduce((rows, transition) => applyToRest(rows, transition, now), { ...rollout, targets });
}

/** The same for one transition. */
export function applyRolloutTransition(rollout: RolloutState, transition: RolloutTransition, assignAs: (target: TargetId) => OrderVersion, now: Date): RolloutState {
  return applyRolloutTransitions(rollout, [transition], assignAs, now);
}

function isOfTarget(transition: RolloutTransition): transition is OfTarget {
  return transition.kind === 'assign' || transition.kind === 'mark-target' || transition.kind === 'forget-name';
}

function changeOf(target: RolloutTargetRow, transition: OfTarget, assignAs: (target: TargetId) => OrderVersion, now: Date): Partial<RolloutTargetRow> {
  if (transition.kind === 'forget-name') return { isNamed: false };
  if (transition.kind === 'mark-target') return { ...marked(target, transition.to, transition.reason, now), isNamed: false };
  return { isNamed: false, state: transition.to, assignedAs: assignAs(transition.target), startedAt: now, reason: undefined };
}

/** What goes with a new state: who begins again has a time of its own, and who waits again has no order, but for one that still waits to be tried again. */
function marked(target: RolloutTargetRow, state: RolloutTargetState, reason: ReasonCode, now: Date): Partial<RolloutTargetRow> {
  const says = state === 'SKIPPED' || state === 'FAILED' || state === 'REVERT_FAILED' ? reason : undefined;
  if (state === 'PENDING') return { state, reason: says, assignedAs: target.reason === 'CLUSTER_OFFLINE' ? target.assignedAs : undefined, startedAt: undefined };
  return { state, reason: says, startedAt: state === 'MOVING' ? now : target.startedAt };
}

/** Stages, gates and the rollout itself. */
function applyToRest(rollout: RolloutState, transition: RolloutTransition, now: Date): RolloutState {
  switch (transition.kind) {
    case 'assign':
    case 'mark-target':
    case 'forget-name':
      return rollout;
    case 'judge-gate':
      return withStage(rollout, transition.stage, (stage) => ({ gates: stage.gates.map((gate) => (gate.spec.name === transition.gate ? { ...gate, state: transition.to, since: now, missedMs: undefined } : gate)) }));
    case 'open-stage':
      return withStage(rollout, transition.stage, () => ({ state: 'OPEN', isPromoted: false }));
    case 'settle-stage':
      return withStage(rollout, transition.stage, () => ({ settledAt: transition.at }));
    case 'close-stage':
      return withStage(rollout, transition.stage, () => ({ state: 'CLOSED' }));
    case 'halt':
      return { ...rollout, phase: transition.to };
    case 'finish':
      return { ...rollout, phase: transition.phase };
    default:
      return assertNever(transition);
  }
}

function withStage(rollout: RolloutState, name: string, change: (stage: StageRow) => Partial<StageRow>): RolloutState {
  return { ...rollout, stages: rollout.stages.map((stage) => (stage.name === name ? { ...stage, ...change(stage) } : stage)) };
}
