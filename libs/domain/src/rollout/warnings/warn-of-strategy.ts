import { canonicalJson } from '#kernel';
import { matchesSelector } from '../../selector/match-selector.js';
import { resolveStages, type TargetToPlace } from '../resolve-stages.js';
import { quantityOf, type Quantity } from '../strategy/quantity.js';
import { DEFAULT_STRATEGY, type RolloutStrategy, type StageSpec } from '../strategy/rollout-strategy.js';
import { strategyJson } from '../strategy/strategy-json.js';
import type { KnownToGates } from './known-to-gates.js';
import { countOf, rolloutWarning, sayNames, type RolloutWarning } from './rollout-warning.js';
import { warnOfGates } from './warn-of-gates.js';

/**
 * What of a strategy is surely not meant, as the fleet is now. Pure; it refuses nothing. The stages of the default strategy are nobody's words, so that
 * nothing is said of them.
 * @param targets of the application, those that are being removed aside
 * @param known what the project has for gates
 */
export function warnOfStrategy(strategy: RolloutStrategy, targets: readonly TargetToPlace[], known: KnownToGates, now: Date): readonly RolloutWarning[] {
  const nobody = targets.length > 0 ? [] : [rolloutWarning('NO_CLUSTER', ['selector'], 'The selector of the application matches no cluster yet: a release goes nowhere until one comes to match.')];
  if (strategy.kind === 'ALL_AT_ONCE' || isDefault(strategy.stages)) return nobody;
  const gates = strategy.stages.flatMap((stage, index) => gatesOf(stage, index));
  return [...nobody, ...(targets.length === 0 ? [] : warnOfStages(strategy.stages, targets)), ...warnOfGates(gates, known, now)];
}

function isDefault(stages: readonly StageSpec[]): boolean {
  return canonicalJson(strategyJson({ ...DEFAULT_STRATEGY, stages })) === canonicalJson(strategyJson(DEFAULT_STRATEGY));
}

function gatesOf(stage: StageSpec, index: number): Parameters<typeof warnOfGates>[0] {
  const at = (side: 'before' | 'after', n: number): readonly string[] => [...pathOf(index), side, String(n)];
  return [
    ...stage.before.map((spec, n) => ({ spec, side: 'BEFORE' as const, stage: stage.name, path: at('before', n), approvals: 0 })),
    ...stage.after.map((spec, n) => ({ spec, side: 'AFTER' as const, stage: stage.name, path: at('after', n), approvals: 0 })),
  ];
}

/** A stage with the targets that it selects, and those of them that it gets. */
interface FilledStage {
  readonly spec: StageSpec;
  readonly path: readonly string[];
  readonly selected: readonly TargetToPlace[];
  readonly size: number;
}

function warnOfStages(stages: readonly StageSpec[], targets: readonly TargetToPlace[]): readonly RolloutWarning[] {
  const stageOf = new Map(resolveStages(stages, targets).map(({ id, stage }) => [id, stage]));
  const sizeOf = Map.groupBy(stageOf.values(), (stage) => stage);
  const filled = stages.map((spec, index): FilledStage => ({
    spec, path: pathOf(index), size: sizeOf.get(spec.name)?.length ?? 0, selected: targets.filter((target) => matchesSelector(spec.selector, target.labels, target.facts).matches),
  }));
  const positionOf = new Map(stages.map(({ name }, index) => [name, index]));
  const goesEarlier = (target: TargetToPlace, index: number): boolean => (positionOf.get(stageOf.get(target.id) ?? '') ?? Infinity) < index;
  return [
    ...filled.flatMap((stage, index) => [
      ...warnOfMembers(stage, targets.length, stage.selected.filter((target) => goesEarlier(target, index)), (target) => stageOf.get(target.id) ?? ''),
      ...warnOfNumbers(stage, targets.length),
    ]),
    ...leftOut(targets.filter((target) => stageOf.get(target.id) === undefined)),
  ];
}

function warnOfMembers({ spec: { name }, path, selected, size }: FilledStage, total: number, earlier: readonly TargetToPlace[], goesWith: (target: TargetToPlace) => string): readonly RolloutWarning[] {
  const at = [...path, 'selector'];
  if (selected.length === 0) {
    return [rolloutWarning('STAGE_MATCHES_NOTHING', at, `Stage ${name} selects none of the ${countOf(total, 'cluster')} of the application: it moves nobody and soaks nobody, and only its gates hold it up. Look at its selector, or at the labels of the clusters.`)];
  }
  const where = [...Map.groupBy(earlier, goesWith)].map(([stage, clusters]) => `${clusters.length} with ${stage} (${sayNames(clusters.map(({ cluster }) => cluster))})`).join(', ');
  const wayOut = `The first stage that selects a cluster takes it: put ${name} before them, or narrow their selectors, if that is not meant.`;
  if (size === 0) {
    return [rolloutWarning('STAGE_TAKEN', at, `Stage ${name} gets no cluster: of the ${selected.length} that it selects all go with earlier stages, ${where}. ${wayOut}`)];
  }
  // A stage that selects every cluster is meant to take the rest.
  if (earlier.length === 0 || selected.length === total) return [];
  return [rolloutWarning('STAGES_OVERLAP', at, `Of the ${countOf(selected.length, 'cluster')} that stage ${name} selects ${earlier.length} ${earlier.length === 1 ? 'goes' : 'go'} with earlier stages: ${where}. ${wayOut}`)];
}

function warnOfNumbers({ spec: { name, limit, maxConcurrency, failureBudget }, path, size }: FilledStage, total: number): readonly RolloutWarning[] {
  const warnings: RolloutWarning[] = [];
  const rounded = (written: Quantity, of: number): string => (typeof written === 'number' ? `${written} is no fewer` : `${written} of ${of}, rounded up, is ${quantityOf(written, of, 'UP')}`);
  if (limit !== undefined && limit !== '100%' && total > 1 && size === total) {
    warnings.push(rolloutWarning('LIMIT_IS_ALL', [...path, 'limit'], `Stage ${name} takes all ${total} clusters in spite of its limit: ${rounded(limit, total)}. Nothing is left for another stage; give a smaller limit.`));
  }
  if (typeof maxConcurrency === 'string' && maxConcurrency !== '100%' && size > 1 && quantityOf(maxConcurrency, size, 'UP') >= size) {
    warnings.push(rolloutWarning('CONCURRENCY_IS_ALL', [...path, 'maxConcurrency'], `All ${size} clusters of stage ${name} move at once: ${rounded(maxConcurrency, size)}. Give a number, or a smaller percentage, to move fewer.`));
  }
  if (size > 0 && quantityOf(failureBudget, size, 'DOWN') >= size) {
    warnings.push(rolloutWarning('BUDGET_IS_ALL', [...path, 'failureBudget'], sayBudget(name, quantityOf(failureBudget, size, 'DOWN'), size)));
  }
  return warnings;
}

/** The sentence for a stage that may fail as a whole without a halt. */
export function sayBudget(stage: string, budget: number, size: number): string {
  return `Stage ${stage} never halts: it has ${countOf(size, 'cluster')} and lets ${budget} fail, so that the next stage gets the release even if it worked nowhere. Give a budget below the size of the stage.`;
}

function leftOut(targets: readonly TargetToPlace[]): readonly RolloutWarning[] {
  if (targets.length === 0) return [];
  const clusters = targets.map(({ cluster }) => cluster).toSorted();
  const words = `${countOf(targets.length, 'cluster')} of the application ${targets.length === 1 ? 'is' : 'are'} in no stage and ${targets.length === 1 ? 'gets' : 'get'} no release: ${sayNames(clusters)}. Add a last stage with selector: { all: true } for the rest.`;
  return [rolloutWarning('NO_STAGE', ['strategy', 'stages'], words)];
}

function pathOf(index: number): readonly string[] {
  return ['strategy', 'stages', String(index)];
}
