import type { TargetId } from '../ids.js';
import { resolveStages, stageForLateTarget, type TargetToPlace } from './resolve-stages.js';
import type { GateSpec } from './strategy/gate-spec.js';
import type { StageSpec } from './strategy/rollout-strategy.js';

/**
 * Behind which gates each target of an application stands in a rollout to all of them, as the position of the first stage that is behind all of these. Pure. Where only some
 * take part shares are of them, so that one alone would be the canary: without this it would go round what waits for people, for the time or for somebody else.
 */
export function stagesBehindGates(stages: readonly StageSpec[], all: readonly TargetToPlace[]): ReadonlyMap<TargetId, number> {
  const isGated = stages.map((stage, position) => stage.before.length > 0 || (stages[position - 1]?.after ?? []).some(holdsWithoutTargets));
  const behind = new Map(stages.map((stage, position) => [stage.name, Math.max(0, isGated.lastIndexOf(true, position))]));
  const byId = new Map(all.map((target) => [target.id, target]));
  // Who finds all stages full belongs behind the last that selects him, as who comes late does.
  const lastOf = (id: TargetId): string | undefined => {
    const target = byId.get(id);
    return target && stageForLateTarget(stages, target);
  };
  return new Map(resolveStages(stages, all).map(({ id, stage = lastOf(id) }) => [id, stage === undefined ? 0 : (behind.get(stage) ?? 0)]));
}

/** What measures in the clusters of its own stage is to be asked in the first ones that get the release: an empty stage would skip it. */
function holdsWithoutTargets({ kind }: GateSpec): boolean {
  return kind !== 'METRIC' && kind !== 'JOB';
}
