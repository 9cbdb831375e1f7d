import { assertNever } from '#kernel';
import { judgeWindows } from '../window/judge-windows.js';
import { sayWindows } from '../window/say-windows.js';
import { gateDeadline, subjectsOf } from './judge-checked-gate.js';
import type { RolloutHurdle } from './rollout-hurdle.js';
import type { GateRow, RolloutState, StageRow } from './rollout.types.js';
import type { CheckedGateSpec } from './strategy/gate-spec.js';

/** What opens a gate that waits, and when that is, where it is known. Pure. */
export function explainGate(rollout: RolloutState, stage: StageRow, gate: GateRow, now: Date): Pick<RolloutHurdle, 'kind' | 'message' | 'until'> {
  const { spec, side, approvals } = gate;
  const where = `Gate ${spec.name} ${side === 'BEFORE' ? 'before' : 'at the end of'} stage ${stage.name}`;
  if (spec.kind === 'APPROVAL') {
    const missing = spec.approvals - approvals;
    const uncounted = gate.uncounted ?? 0;
    const others = uncounted === 0 ? '' : uncounted === 1 ? ' 1 more does not count: it is by an author of what the rollout brings, or by somebody who may be one.' : ` ${uncounted} more do not count: they are by authors of what the rollout brings, or by people who may be.`;
    return { kind: spec.kind, message: `${where} waits for ${missing} more approval${missing === 1 ? '' : 's'}: approveGate.${others}`, until: undefined };
  }
  if (spec.kind === 'WINDOW') {
    const judgement = judgeWindows(spec.windows, now);
    return { kind: spec.kind, message: `${where} is ${sayWindows(judgement)}.`, until: judgement.changesAt };
  }
  const until = gateDeadline(rollout, gate, spec);
  return { kind: spec.kind === 'ROLLOUT' ? 'DEPENDENCE' : spec.kind, message: `${where} waits for ${whatOf(spec)}${progressOf(rollout, stage, gate)}.`, until };
}

function whatOf(spec: CheckedGateSpec): string {
  switch (spec.kind) {
    case 'METRIC':
      return 'its measurements';
    case 'JOB':
      return `Job ${spec.job}`;
    case 'VALIDATOR':
      return `validator ${spec.validator}`;
    case 'ROLLOUT':
      return `application ${spec.application} to have ${spec.release === undefined ? 'its newest release' : `release ${spec.release} or a later one`}`;
    default:
      return assertNever(spec);
  }
}

/** How far it is, and what was said last by somebody who has not passed. */
function progressOf(rollout: RolloutState, stage: StageRow, gate: GateRow): string {
  const subjects = subjectsOf(rollout, stage, gate);
  const checkOf = new Map((gate.checks ?? []).map((check) => [check.subject, check]));
  const open = subjects.filter((subject) => checkOf.get(subject)?.verdict !== 'PASSED');
  const said = open.map((subject) => checkOf.get(subject)?.message ?? '').find((message) => message !== '');
  const nobody = gate.side === 'BEFORE' ? ', and every cluster that could be asked is away' : ', and no target of the stage is well with the release';
  const count = subjects.length > 1 ? `, ${subjects.length - open.length} of ${subjects.length} have passed` : '';
  return `${subjects.length === 0 ? nobody : count}${said === undefined ? '' : `: ${said.replace(/\.$/, '')}`}`;
}
