import type { JsonObject } from '#kernel';
import { selectorJson } from '../../selector/selector-json.js';
import type { GateSpec } from './gate-spec.js';
import type { RolloutStrategy, StageSpec } from './rollout-strategy.js';

/** A strategy as JSON, member by member: what is stored, compared and put into audit digests. */
export function strategyJson(strategy: RolloutStrategy): JsonObject {
  return strategy.kind === 'ALL_AT_ONCE' ? { kind: strategy.kind } : { ...strategy, stages: strategy.stages.map(stageJson) };
}

function stageJson({ selector, order, before, after, ...rest }: StageSpec): JsonObject {
  return { ...rest, selector: selectorJson(selector), order: { ...order }, before: before.map(gateJson), after: after.map(gateJson) };
}

function gateJson(gate: GateSpec): JsonObject {
  if (gate.kind === 'WINDOW') return { ...gate, windows: gate.windows.map((window) => ({ ...window })) };
  if (gate.kind !== 'ROLLOUT') return { ...gate };
  const { clusters, ...rest } = gate;
  return clusters === undefined ? rest : { ...rest, clusters: selectorJson(clusters) };
}
