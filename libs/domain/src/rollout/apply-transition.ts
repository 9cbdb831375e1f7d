import { assertNever } from '#kernel';
import type { TargetId } from '../ids.js';
import type { OrderVersion } from '../target/assignment.js';
import type { RolloutState, RolloutTargetRow, RolloutTransition, StageState } from './rollout.types.js';

/**
 * The rows as they are once a transition is written. Pure: the planner's caller and the simulations share it.
 * @param assignAs the version that an assigned target gets
 */
export function applyRolloutTransition(rollout: RolloutState, transition: RolloutTransition, assignAs: (target: TargetId) => OrderVersion): RolloutState {
  switch (transition.kind) {
    case 'open-stage':
      return withStage(rollout, transition.stage, 'OPEN');
    case 'close-stage':
      return withStage(rollout, transition.stage, 'CLOSED');
    case 'assign':
      return withTarget(rollout, transition.target, { state: 'MOVING', assignedAs: assignAs(transition.target) });
    case 'mark-target':
      return withTarget(rollout, transition.target, { state: transition.to });
    case 'halt':
      return { ...rollout, phase: 'HALTED' };
    case 'finish':
      return { ...rollout, phase: transition.phase };
    default:
      return assertNever(transition);
  }
}

function withStage(rollout: RolloutState, name: string, state: StageState): RolloutState {
  return { ...rollout, stages: rollout.stages.map((stage) => (stage.name === name ? { ...stage, state } : stage)) };
}

function withTarget(rollout: RolloutState, id: TargetId, change: Partial<RolloutTargetRow>): RolloutState {
  return { ...rollout, targets: rollout.targets.map((target) => (target.id === id ? { ...target, ...change } : target)) };
}
