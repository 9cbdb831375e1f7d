import { didYouMean } from '#kernel';
import { judgeWindows } from '../../window/judge-windows.js';
import { sayWindows } from '../../window/say-windows.js';
import type { GateRow } from '../rollout.types.js';
import type { ApprovalGateSpec, RolloutGateSpec, ValidatorGateSpec, WindowGateSpec } from '../strategy/gate-spec.js';
import type { KnownToGates } from './known-to-gates.js';
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

/** Gates that nobody can open, that time opens late or never, or that ask for what is not there. Pure. */
export function warnOfGates(gates: readonly GateInStage[], known: KnownToGates, now: Date): readonly RolloutWarning[] {
  const judged = new Set(gates.filter((gate) => gate.spec.kind === 'WINDOW').slice(0, MOST_WINDOWS_JUDGED));
  return gates.flatMap((gate) => {
    if (gate.spec.kind === 'APPROVAL') return warnOfApproval(gate, gate.spec, known);
    if (gate.spec.kind === 'VALIDATOR') return known.validators.includes(gate.spec.validator) ? [] : [unknownValidator(gate, gate.spec, known.validators)];
    if (gate.spec.kind === 'ROLLOUT') return known.applications.includes(gate.spec.application) ? [] : [unknownApplication(gate, gate.spec, known.applications)];
    return gate.spec.kind === 'WINDOW' && judged.has(gate) ? warnOfWindow(gate, gate.spec, now) : [];
  });
}

function warnOfApproval(gate: GateInStage, { approvals }: ApprovalGateSpec, { approvers, isNotByAuthor }: KnownToGates): readonly RolloutWarning[] {
  if (gate.approvals >= approvals) return [];
  const path = [...gate.path, 'approval', 'approvals'];
  if (approvals <= approvers) return isNotByAuthor && approvals === approvers ? [rolloutWarning('TOO_FEW_APPROVERS', path, sayAuthors(gate, approvals))] : [];
  const may = approvers === 0 ? 'nobody has' : approvers === 1 ? 'only 1 person has' : `only ${approvers} people have`;
  const words = `${nameOf(gate)} waits for ${countOf(approvals, 'approval')}, and ${may} the permission rollout:approve${isNotByAuthor ? ' and an e-mail address on the token, which the project asks for' : ''}: it stays closed until more do, or until promoteStage lets the stage pass.`;
  return [rolloutWarning('TOO_FEW_APPROVERS', path, words)];
}

/** As many may approve as must, and any of them may be the author. */
function sayAuthors(gate: GateInStage, approvals: number): string {
  const who = approvals === 1 ? 'only 1 person' : `only ${approvals} people`;
  return `${nameOf(gate)} waits for ${countOf(approvals, 'approval')}, and ${who} may give ${approvals === 1 ? 'it' : 'them'}: the project lets nobody approve what he wrote (approvals.notByAuthor), so what one of them writes stays there until one more has the permission rollout:approve, or until promoteStage lets the stage pass.`;
}

function unknownValidator(gate: GateInStage, { validator }: ValidatorGateSpec, validators: readonly string[]): RolloutWarning {
  const wayOut = didYouMean(validator, validators, `The validators of a project are listed by: capstan validator list`);
  return rolloutWarning('VALIDATOR_UNKNOWN', [...gate.path, 'validator'], `${nameOf(gate)} asks validator ${validator}, which the project does not have: it waits until there is one of that name, and fails at its deadline. ${wayOut}`);
}

function unknownApplication(gate: GateInStage, { application, deadlineSeconds }: RolloutGateSpec, applications: readonly string[]): RolloutWarning {
  const wayOut = didYouMean(application, applications, 'The applications are listed by: capstan get apps');
  const end = deadlineSeconds === undefined ? 'and has no deadline' : 'and fails at its deadline';
  return rolloutWarning('APPLICATION_UNKNOWN', [...gate.path, 'rollout', 'application'], `${nameOf(gate)} waits for application ${application}, which the project does not have: it waits until there is one of that name, ${end}. ${wayOut}`);
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
