import type { Facts } from '../cluster/facts.js';
import type { Labels } from '../cluster/validate-labels.js';
import type { TargetId } from '../ids.js';
import { matchesSelector } from '../selector/match-selector.js';
import { quantityOf } from './strategy/quantity.js';
import type { StageOrder, StageSpec } from './strategy/rollout-strategy.js';

/** A target with what stages look at. */
export interface TargetToPlace {
  readonly id: TargetId;
  /** Of its cluster. */
  readonly cluster: string;
  readonly labels: Labels;
  /** undefined: the cluster has not reported any yet. */
  readonly facts: Facts | undefined;
  /** Whether the agent of the cluster is connected. */
  readonly isOnline: boolean;
}

/**
 * Why a target is where it is. MATCHED: the first stage that selects it. SPILLED: an earlier stage selects it too and was full.
 * NO_STAGE: no stage selects it, or all that do are full; it does not take part.
 */
export const PLACEMENT_REASONS = ['MATCHED', 'SPILLED', 'NO_STAGE', 'JOINED_LATE'] as const;
export type PlacementReason = (typeof PLACEMENT_REASONS)[number];

export interface PlacedInStage {
  readonly id: TargetId;
  /** undefined: NO_STAGE. */
  readonly stage: string | undefined;
  readonly reason: PlacementReason;
}

/**
 * The targets of every stage, in the order in which they are taken. Pure: the same fleet gives the same stages, whatever order it comes in.
 * Where stages overlap the first takes a target. A stage with a limit takes the first ones of its order, and prefers clusters that are connected: a
 * canary that is away proves nothing.
 * @param earliest the position of the first stage that may take a target; absent: any
 */
export function resolveStages(stages: readonly StageSpec[], targets: readonly TargetToPlace[], earliest: ReadonlyMap<TargetId, number> = new Map()): readonly PlacedInStage[] {
  const placed: PlacedInStage[] = [];
  let left = targets.toSorted((a, b) => compare(a.cluster, b.cluster) || compare(a.id, b.id));
  const spilled = new Set<TargetId>();
  for (const [position, stage] of stages.entries()) {
    const matching = inOrder(left.filter((target) => matchesSelector(stage.selector, target.labels, target.facts).matches), stage.order);
    const room = stage.limit === undefined ? matching.length : quantityOf(stage.limit, targets.length, 'UP');
    const allowed = matching.filter((target) => (earliest.get(target.id) ?? 0) <= position);
    const taken = new Set(allowed.toSorted((a, b) => Number(b.isOnline) - Number(a.isOnline)).slice(0, room));
    for (const target of matching) {
      if (taken.has(target)) placed.push({ id: target.id, stage: stage.name, reason: spilled.has(target.id) ? 'SPILLED' : 'MATCHED' });
      else spilled.add(target.id);
    }
    left = left.filter((target) => !taken.has(target));
  }
  return [...placed, ...left.map((target): PlacedInStage => ({ id: target.id, stage: undefined, reason: 'NO_STAGE' }))];
}

/**
 * Where a cluster goes that came to match while a rollout runs: into the last stage that selects it, limits aside, so that a newcomer is never
 * among the first to get a release.
 */
export function stageForLateTarget(stages: readonly StageSpec[], target: Pick<TargetToPlace, 'labels' | 'facts'>): string | undefined {
  return stages.findLast((stage) => matchesSelector(stage.selector, target.labels, target.facts).matches)?.name;
}

function inOrder(targets: readonly TargetToPlace[], order: StageOrder): readonly TargetToPlace[] {
  if (order.by === 'NAME') return targets;
  const valueOf = ({ labels }: TargetToPlace): string => (Object.hasOwn(labels, order.label) ? (labels[order.label] ?? '') : '');
  const byValue = targets.toSorted((a, b) => compare(valueOf(a), valueOf(b)));
  if (order.by === 'LABEL') return byValue;
  // The first of every value, then the second of every value, and so on.
  const rounds = [...Map.groupBy(byValue, valueOf).values()].flatMap((group) => group.map((target, round) => ({ target, round })));
  return rounds.toSorted((a, b) => a.round - b.round).map(({ target }) => target);
}

/** By code units, as every other order of names here: no locale. */
function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
