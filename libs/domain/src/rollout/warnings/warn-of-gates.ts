import { judgeWindows } from '../../window/judge-windows.js';
import { sayWindows } from '../../window/say-windows.js';
import type { GateRow } from '../rollout.types.js';
import type { ApprovalGateSpec, WindowGateSpec } from '../strategy/gate-spec.js';
import { countOf, rolloutWarning, type RolloutWarning } from './rollout-warning.js';

/** A window that opens within a week is waited for; one that opens later is told. */
const LATE_MS = 7 * 24 * 3_600_000;
/** Of one strategy so many gates are looked at: each costs up to 25 ms. */
export const MOST_WINDOWS_JUDGED = 16;

export interface GateInStage extends Pick<GateRow, 'spec' | 'side'> {
  readonly stage: string;
  readonly path: readonly string[];
  /** How many people have said yes already. */
  readonly approvals: number;
}

/** Gates that nobody can open, or that time opens late or never. Pure. @param approvers how many people may approve now */
export function warnOfGates(gates: readonly GateInStage[], approvers: number, now: Date): readonly RolloutWarning[] {
  const judged = new Set(gates.filter((gate) => gate.spec.kind === 'WINDOW').slice(0, MOST_WINDOWS_JUDGED));
  return gates.flatMap((gate) => {
    if (gate.spec.kind === 'APPROVAL') return warnOfApproval(gate, gate.spec, approvers);
    return gate.spec.kind === 'WINDOW' && judged.has(gate) ? warnOfWindow(gate, gate.spec, now) : [];
  });
}

function warnOfApproval(gate: GateInStage, { approvals }: ApprovalGateSpec, approvers: number): readonly RolloutWarning[] {
  if (approvals <= approvers || gate.approvals >= approvals) return [];
  const may = approvers === 0 ? 'nobody has' : approvers === 1 ? 'only 1 person has' : `only ${approvers} people have`;
  const words = `${nameOf(gate)} waits for ${countOf(approvals, 'approval')}, and ${may} the permission rollout:approve: it stays closed until more do, or until promoteStage lets the stage pass.`;
  return [rolloutWarning('TOO_FEW_APPROVERS', [...gate.path, 'approval', 'approvals'], words)];
}

function warnOfWindow(gate: GateInStage, { windows }: WindowGateSpec, now: Date): readonly RolloutWarning[] {
  const judgement = judgeWindows(windows, now);
  if (judgement.isOpen) return [];
  const path = [...gate.path, 'window'];
  const says = sayWindows(judgement);
  const opens = judgement.changesAt ?? judgement.knownUntil;
  if (opens === undefined) return [rolloutWarning('WINDOW_NEVER_OPENS', path, `${nameOf(gate)} never opens, it is ${says}: change its windows, or only promoteStage lets the stage pass.`)];
  if (opens.getTime() - now.getTime() <= LATE_MS) return [];
  const first = judgement.changesAt === undefined ? 'does not open before' : 'opens next at';
  return [rolloutWarning('WINDOW_OPENS_LATE', path, `${nameOf(gate)} ${first} ${opens.toISOString()}, it is ${says}: until then only promoteStage lets the stage pass.`, opens)];
}

function nameOf({ spec, side, stage }: GateInStage): string {
  return `Gate ${spec.name} ${side === 'BEFORE' ? 'before' : 'at the end of'} stage ${stage}`;
}
