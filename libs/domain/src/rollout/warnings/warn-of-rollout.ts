import { tellSkippedGate } from '../judge-checked-gate.js';
import { isRolloutOver, type RolloutState, type RolloutTargetRow, type StageRow } from '../rollout.types.js';
import type { KnownToGates } from './known-to-gates.js';
import { countOf, rolloutWarning, type RolloutWarning } from './rollout-warning.js';
import { warnOfGates, type GateInStage } from './warn-of-gates.js';
import { sayBudget } from './warn-of-strategy.js';

/**
 * What of a rollout that is under way is surely not meant, by the rows that it was resolved to. Pure. What is past is told no
 * more, except that a stage had nobody, which is past at once; a rollout all at once has no strategy to warn of.
 * @param known what the project has for gates
 */
export function warnOfRollout(rollout: RolloutState, known: KnownToGates, now: Date): readonly RolloutWarning[] {
  if (isRolloutOver(rollout.phase) || rollout.phase === 'ROLLING_BACK' || rollout.offlineWaitMs === undefined) return [];
  const stages = rollout.stages.map((stage, index) => ({ stage, path: ['stages', String(index)], targets: rollout.targets.filter((target) => target.stage === stage.name) }));
  const gates = stages.filter(({ stage }) => stage.state !== 'CLOSED').flatMap(({ stage, path }) => openGatesOf(stage, path));
  return [...stages.flatMap(({ stage, path, targets }) => [...warnOfStage(stage, path, targets), ...skippedGatesOf(stage, path)]), ...leftOut(rollout.targets), ...warnOfGates(gates, known, now)];
}

function warnOfStage({ name, failureBudget, state }: StageRow, path: readonly string[], targets: readonly RolloutTargetRow[]): readonly RolloutWarning[] {
  if (targets.length === 0) return [rolloutWarning('STAGE_MATCHES_NOTHING', path, `Stage ${name} has no targets: it ${state === 'CLOSED' ? 'moved nobody and soaked nobody' : 'moves nobody and soaks nobody, and only its gates hold it up'}.`)];
  return state !== 'CLOSED' && failureBudget !== 'UNLIMITED' && failureBudget >= targets.length ? [rolloutWarning('BUDGET_IS_ALL', path, sayBudget(name, failureBudget, targets.length))] : [];
}

/** Told as long as the rollout runs: what looks like a check has looked at nothing. */
function skippedGatesOf({ name, gates }: StageRow, path: readonly string[]): readonly RolloutWarning[] {
  return gates.flatMap((gate, index) => {
    const told = tellSkippedGate(name, gate);
    return told === undefined ? [] : [rolloutWarning('GATE_ASKS_NOBODY', [...path, 'gates', String(index)], told)];
  });
}

function openGatesOf({ name, gates, isPromoted }: StageRow, path: readonly string[]): readonly GateInStage[] {
  if (isPromoted) return [];
  return gates.flatMap(({ spec, side, state, approvals }, index) => (state === 'PENDING' || state === 'WAITING' ? [{ spec, side, approvals, stage: name, path: [...path, 'gates', String(index)] }] : []));
}

function leftOut(targets: readonly RolloutTargetRow[]): readonly RolloutWarning[] {
  const left = targets.filter((target) => target.stage === undefined).length;
  return left === 0 ? [] : [rolloutWarning('NO_STAGE', ['targets'], `${countOf(left, 'target')} ${left === 1 ? 'is' : 'are'} in no stage and ${left === 1 ? 'takes' : 'take'} no part: a last stage with selector: { all: true } takes the rest, from the next rollout on.`)];
}
