import { assertNever } from '#kernel';
import { judgeWindows } from '../window/judge-windows.js';
import { judgeCheckedGate } from './judge-checked-gate.js';
import type { GateRow, GateState, RolloutState, RolloutTransition, StageRow } from './rollout.types.js';

/** What a gate answers to somebody who stands before it. Pure. */
export function judgeGate(rollout: RolloutState, stage: StageRow, gate: GateRow, now: Date): Exclude<GateState, 'PENDING'> {
  if (gate.state === 'FAILED' || gate.state === 'WAIVED') return gate.state;
  const { spec } = gate;
  switch (spec.kind) {
    case 'APPROVAL':
      return gate.approvals >= spec.approvals ? 'PASSED' : 'WAITING';
    case 'WINDOW':
      return judgeWindows(spec.windows, now).isOpen ? 'PASSED' : 'WAITING';
    case 'METRIC':
    case 'JOB':
    case 'VALIDATOR':
    case 'ROLLOUT':
      return judgeCheckedGate(rollout, stage, gate, spec, now);
    default:
      return assertNever(spec);
  }
}

export interface GatesVerdict {
  /** What has changed since it was written down. */
  readonly changes: readonly RolloutTransition[];
  readonly answer: 'WAITING' | 'PASSED' | 'FAILED';
}

/** All gates of one side of a stage together: one that failed fails it, one that waits holds it up. A promoted stage waits for none, then and later. */
export function judgeGates(rollout: RolloutState, stage: StageRow, side: GateRow['side'], now: Date): GatesVerdict {
  return judgeAll(rollout, stage, stage.gates.filter((gate) => gate.side === side), now);
}

/**
 * The gates before a stage that found nobody to ask, in a stage that has begun. They are asked as soon as somebody is to move after all, who comes late, is tried again, or is held
 * no more: else nobody ever asks about him. What was passed is passed.
 */
export function judgeUnasked(rollout: RolloutState, stage: StageRow, now: Date): GatesVerdict {
  return judgeAll(rollout, stage, unaskedOf(stage), now);
}

/** Empty where a stage has not begun. */
export function unaskedOf(stage: StageRow): readonly GateRow[] {
  return stage.state === 'PENDING' ? [] : stage.gates.filter(({ side, spec, state }) => side === 'BEFORE' && spec.kind !== 'APPROVAL' && spec.kind !== 'WINDOW' && state !== 'PASSED' && state !== 'WAIVED');
}

function judgeAll(rollout: RolloutState, stage: StageRow, asked: readonly GateRow[], now: Date): GatesVerdict {
  const gates = asked.map((gate) => ({ gate, to: judgeFor(rollout, stage, gate, now) }));
  const changes = gates.filter(({ gate, to }) => gate.state !== to).map(({ gate, to }): RolloutTransition => ({ kind: 'judge-gate', stage: stage.name, gate: gate.spec.name, to }));
  const worst = (['FAILED', 'WAITING'] as const).find((state) => gates.some(({ to }) => to === state));
  return { changes, answer: worst ?? 'PASSED' };
}

function judgeFor(rollout: RolloutState, stage: StageRow, gate: GateRow, now: Date): Exclude<GateState, 'PENDING'> {
  const answer = judgeGate(rollout, stage, gate, now);
  return stage.isPromoted && (answer === 'WAITING' || answer === 'FAILED') ? 'WAIVED' : answer;
}

/** Whether the time is right for another order in a stage: its windows hold for every order, not for the first alone. */
export function isInWindow(stage: StageRow, now: Date): boolean {
  return stage.isPromoted || stage.gates.every((gate) => gate.side === 'AFTER' || gate.spec.kind !== 'WINDOW' || gate.state === 'WAIVED' || judgeWindows(gate.spec.windows, now).isOpen);
}
