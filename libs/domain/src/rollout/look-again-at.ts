import { judgeWindows } from '../window/judge-windows.js';
import type { TimeWindow } from '../window/time-window.js';
import { gateDeadline } from './judge-checked-gate.js';
import { OFFLINE_GRACE_MS } from './judge-rollout-target.js';
import { passesMaintenance, windowsOf } from './outside-maintenance.js';
import type { GateRow, RolloutState, RolloutTargetRow, StageRow } from './rollout.types.js';
import { DEFAULT_DEADLINE_SECONDS } from './strategy/rollout-strategy.js';

/**
 * The first moment after `now` at which time alone can change what `planRollout` says of a rollout that has come to rest; undefined: something must happen first. Pure. It may name one
 * at which nothing changes after all, and never passes over one at which something does.
 */
export function lookAgainAt(rollout: RolloutState, now: Date): Date | undefined {
  const { phase } = rollout;
  if (phase !== 'RUNNING' && phase !== 'PAUSED' && phase !== 'HALTED' && phase !== 'ROLLING_BACK') return undefined;
  const stageOf = new Map(rollout.stages.map((stage) => [stage.name, stage]));
  const ofTargets = rollout.targets.flatMap((target) => momentsOfTarget(rollout, target, target.stage === undefined ? undefined : stageOf.get(target.stage)));
  const others = phase === 'RUNNING' ? [...stagesAhead(rollout).flatMap((stage) => momentsOfStage(rollout, stage, now)), ...momentsOfMaintenance(rollout, stageOf, now)] : [];
  // Nothing of a target is over while the hub has only just begun to listen.
  const earliest = rollout.hearsSince === undefined ? 0 : rollout.hearsSince.getTime() + OFFLINE_GRACE_MS;
  return soonest([...ofTargets.map((ms) => Math.max(ms, earliest)), ...others], now);
}

/** Its deadline, and when its cluster counts as away. */
function momentsOfTarget({ phase, offlineWaitMs }: RolloutState, { state, startedAt, offlineSince }: RolloutTargetRow, stage: StageRow | undefined): readonly number[] {
  if (state !== 'PENDING' && state !== 'MOVING' && state !== 'HEALTHY' && state !== 'REVERTING') return [];
  const deadlineMs = stage?.deadlineMs ?? (phase === 'ROLLING_BACK' ? DEFAULT_DEADLINE_SECONDS * 1_000 : undefined);
  const isTimed = (state === 'MOVING' || state === 'REVERTING') && startedAt !== undefined && deadlineMs !== undefined;
  const away = offlineSince === undefined ? undefined : offlineSince === 'NEVER' ? 0 : offlineSince.getTime();
  return [
    ...(isTimed ? [startedAt.getTime() + deadlineMs] : []),
    ...(away === undefined ? [] : [away + OFFLINE_GRACE_MS]),
    ...(away === undefined || offlineWaitMs === undefined || offlineSince === 'NEVER' ? [] : [away + offlineWaitMs]),
  ];
}

/** The open ones, those that still give orders, and the one that comes next. */
function stagesAhead({ stages, targets }: RolloutState): readonly StageRow[] {
  const giving = new Set(targets.filter(({ state }) => state === 'PENDING').map(({ stage }) => stage));
  const next = stages.filter(({ state }) => state === 'PENDING').toSorted((a, b) => a.position - b.position)[0];
  return stages.filter((stage) => stage.state === 'OPEN' || (stage.state === 'CLOSED' && giving.has(stage.name)) || stage === next);
}

/** The end of its soak, the deadlines of its gates, and when windows open or close. */
function momentsOfStage(rollout: RolloutState, stage: StageRow, now: Date): readonly number[] {
  return [...(stage.settledAt === undefined ? [] : [stage.settledAt.getTime() + stage.soakMs]), ...stage.gates.flatMap((gate) => momentsOfGate(rollout, gate, now))];
}

function momentsOfGate(rollout: RolloutState, gate: GateRow, now: Date): readonly number[] {
  const { spec, state } = gate;
  if (state === 'FAILED' || state === 'WAIVED' || spec.kind === 'APPROVAL') return [];
  if (spec.kind === 'WINDOW') return momentsOfWindows(spec.windows, now);
  const until = gateDeadline(rollout, gate, spec);
  return until === undefined ? [] : [until.getTime()];
}

/** When one of those that keep targets waiting opens. */
function momentsOfMaintenance(rollout: RolloutState, stageOf: ReadonlyMap<string, StageRow>, now: Date): readonly number[] {
  const closing = new Map<string, readonly number[]>();
  for (const target of rollout.targets) {
    const stage = target.stage === undefined ? undefined : stageOf.get(target.stage);
    if (target.state !== 'PENDING' || stage === undefined || stage.state === 'PENDING' || passesMaintenance(stage)) continue;
    for (const { name, windows } of windowsOf(rollout, target)) if (!closing.has(name)) closing.set(name, momentsOfWindows(windows, now));
  }
  return [...closing.values()].flat();
}

function momentsOfWindows(windows: readonly TimeWindow[], now: Date): readonly number[] {
  const { changesAt, knownUntil } = judgeWindows(windows, now);
  const at = changesAt ?? knownUntil;
  return at === undefined ? [] : [at.getTime()];
}

function soonest(moments: readonly number[], now: Date): Date | undefined {
  const first = moments.reduce((least, ms) => (ms > now.getTime() && ms < least ? ms : least), Infinity);
  return first === Infinity ? undefined : new Date(first);
}
