import { isReachable, OFFLINE_GRACE_MS } from './judge-rollout-target.js';
import type { CheckSubject, GateRow, GateState, RolloutState, RolloutTargetRow, StageRow } from './rollout.types.js';
import type { CheckedGateSpec } from './strategy/gate-spec.js';

/**
 * In whose cluster, or by whom, a gate is checked. Pure. Before its stage the targets that are to move and can be asked, behind it those that are
 * well with the release. A cluster that is away is left out of the question as it is left out of the stage.
 */
export function subjectsOf(rollout: RolloutState, stage: StageRow, { side, spec }: Pick<GateRow, 'side' | 'spec'>): readonly CheckSubject[] {
  if (spec.kind === 'VALIDATOR' || (spec.kind === 'ROLLOUT' && spec.clusters !== undefined)) return ['HUB'];
  const asked = side === 'AFTER'
    ? rollout.targets.filter((target) => target.stage === stage.name && target.isActive && target.state === 'HEALTHY')
    : awaited(rollout, stage).filter((target) => isReachable(target, rollout));
  return asked.map((target) => target.id);
}

function awaited(rollout: RolloutState, stage: StageRow): readonly RolloutTargetRow[] {
  return rollout.targets.filter((target) => target.stage === stage.name && target.isActive && !target.isHeld && target.state === 'PENDING');
}

function hasFailed(rollout: RolloutState, stage: StageRow): boolean {
  return rollout.targets.some((target) => target.stage === stage.name && target.isActive && target.state === 'FAILED');
}

/**
 * What the checks of a gate come to. Pure. All subjects must have passed, and one that failed fails it. No answer is no answer: it waits until its
 * deadline, and then it fails; so it is behind a stage in which somebody has failed and nobody is well. Where all that are to move are away nobody can be asked,
 * and the gate waits for one of them. Where nobody takes part there is nothing to ask about, and the gate says so: it is SKIPPED, not PASSED.
 */
export function judgeCheckedGate(rollout: RolloutState, stage: StageRow, gate: GateRow, spec: CheckedGateSpec, now: Date): Exclude<GateState, 'PENDING' | 'WAIVED'> {
  const verdictOf = new Map((gate.checks ?? []).map((check) => [check.subject, check.verdict]));
  const verdicts = subjectsOf(rollout, stage, gate).map((subject) => verdictOf.get(subject));
  if (verdicts.length === 0 && gate.side === 'BEFORE') return awaited(rollout, stage).length > 0 ? 'WAITING' : 'SKIPPED';
  if (verdicts.length === 0 && !hasFailed(rollout, stage)) return 'SKIPPED';
  if (verdicts.includes('FAILED')) return 'FAILED';
  if (verdicts.length > 0 && verdicts.every((verdict) => verdict === 'PASSED')) return 'PASSED';
  const until = gateDeadline(rollout, gate, spec);
  return until !== undefined && until <= now ? 'FAILED' : 'WAITING';
}

/**
 * When a gate that waits fails; undefined: never, or it does not wait yet. It is counted from a moment of the gate itself, without the time in which no hub was there; and
 * never is it while the hub has only just begun to listen.
 */
export function gateDeadline(rollout: RolloutState, gate: GateRow, { deadlineSeconds }: CheckedGateSpec): Date | undefined {
  if (deadlineSeconds === undefined || gate.state !== 'WAITING' || gate.since === undefined) return undefined;
  const counted = gate.since.getTime() + (gate.missedMs ?? 0) + deadlineSeconds * 1_000;
  return new Date(Math.max(counted, rollout.hearsSince === undefined ? 0 : rollout.hearsSince.getTime() + OFFLINE_GRACE_MS));
}

/** The same with the name of the gate: what looks like a check has looked at nothing. */
export function tellSkippedGate(stage: string, gate: Pick<GateRow, 'side' | 'state' | 'spec'>): string | undefined {
  const why = saySkippedGate(stage, gate);
  return why === undefined ? undefined : `Gate ${gate.spec.name} ${gate.side === 'BEFORE' ? 'before' : 'at the end of'} stage ${stage} is skipped, not passed. ${why}`;
}

/** Why a gate that is SKIPPED has asked nobody, as a sentence; undefined in every other state. Pure. */
export function saySkippedGate(stage: string, { side, state }: Pick<GateRow, 'side' | 'state'>): string | undefined {
  if (state !== 'SKIPPED') return undefined;
  return side === 'BEFORE' ? `It has asked nobody: when it was come to no target of stage ${stage} was to move.` : `It has asked nobody: no target of stage ${stage} has taken the release.`;
}
