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
  const gates = stage.gates.filter((gate) => gate.side === side).map((gate) => ({ gate, to: judgeFor(rollout, stage, gate, now) }));
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
