import type { FailurePolicy, NewerReleasePolicy, RolloutStrategy, RolloutStrategyKind, StageOrder, StageSpec } from '#domain';
import { Field, ObjectType } from '@nestjs/graphql';
import { Duration, QuantityScalar } from '../../platform/api/index.js';
import { GateSpecType, toGateSpecType } from './gate.graphql.js';
import { SelectorType, toSelectorType } from './selector.graphql.js';
import { FailurePolicyEnum, NewerReleasePolicyEnum, StageOrderEnum, StrategyEnum } from './strategy-input.graphql.js';

@ObjectType('StageOrder', { description: 'In which order the targets of a stage are taken.' })
export class StageOrderType {
  @Field(() => StageOrderEnum, { description: 'By what.' }) by!: StageOrder['by'];
  @Field(() => String, { nullable: true, description: 'The label of clusters, for LABEL and SPREAD.' }) label!: string | null;
}

@ObjectType('StageSpec', { description: 'A stage as the application wants it.' })
export class StageSpecType {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => SelectorType, { description: 'Which clusters, of those that no earlier stage took.' }) selector!: SelectorType;
  @Field(() => QuantityScalar, { nullable: true, description: 'At most so many of all targets; null: all that match.' }) limit!: string | number | null;
  @Field(() => QuantityScalar, { nullable: true, description: 'How many move at once; null: all.' }) maxConcurrency!: string | number | null;
  @Field(() => QuantityScalar, { description: 'How many may fail before the rollout halts.' }) failureBudget!: string | number;
  @Field(() => Duration, { description: 'How long a target may take to become healthy.' }) deadline!: number;
  @Field(() => Duration, { description: 'How long all its targets must stay healthy before it ends.' }) soak!: number;
  @Field(() => StageOrderType, { description: 'In which order its targets are taken.' }) order!: StageOrderType;
  @Field(() => [GateSpecType], { description: 'Must be open before it begins.' }) before!: GateSpecType[];
  @Field(() => [GateSpecType], { description: 'Must be open before it ends.' }) after!: GateSpecType[];
}

@ObjectType('RolloutStrategy', { description: 'How a release moves over the targets.' })
export class RolloutStrategyType {
  @Field(() => StrategyEnum, { description: 'Which strategy.' }) kind!: RolloutStrategyKind;
  @Field(() => [StageSpecType], { description: 'The stages, in order; none for ALL_AT_ONCE.' }) stages!: StageSpecType[];
  @Field(() => FailurePolicyEnum, { nullable: true, description: 'What happens when too many fail; null for ALL_AT_ONCE.' }) onFailure!: FailurePolicy | null;
  @Field(() => NewerReleasePolicyEnum, { nullable: true, description: 'What a newer release does meanwhile; null for ALL_AT_ONCE.' }) newerRelease!: NewerReleasePolicy | null;
  @Field(() => Duration, { nullable: true, description: 'How long a cluster that is away is waited for before it is left out; null for ALL_AT_ONCE.' }) offlineWait!: number | null;
}

export function toStrategyType(strategy: RolloutStrategy): RolloutStrategyType {
  if (strategy.kind === 'ALL_AT_ONCE') return { kind: strategy.kind, stages: [], onFailure: null, newerRelease: null, offlineWait: null };
  const { kind, onFailure, newerRelease, offlineWaitSeconds } = strategy;
  return { kind, onFailure, newerRelease, offlineWait: offlineWaitSeconds * 1_000, stages: strategy.stages.map(toStageSpecType) };
}

function toStageSpecType(stage: StageSpec): StageSpecType {
  return {
    name: stage.name, selector: toSelectorType(stage.selector), limit: stage.limit ?? null, maxConcurrency: stage.maxConcurrency ?? null, failureBudget: stage.failureBudget,
    deadline: stage.deadlineSeconds * 1_000, soak: stage.soakSeconds * 1_000, order: { by: stage.order.by, label: stage.order.by === 'NAME' ? null : stage.order.label },
    before: stage.before.map(toGateSpecType), after: stage.after.map(toGateSpecType),
  };
}
