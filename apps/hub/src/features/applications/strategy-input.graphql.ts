import { FAILURE_POLICIES, NEWER_RELEASE_POLICIES, STRATEGY_KINDS, type FailurePolicy, type NewerReleasePolicy, type RolloutStrategyKind, type StageOrder } from '#domain';
import { Field, InputType } from '@nestjs/graphql';
import { Duration, graphqlEnum, QuantityScalar } from '../../platform/api/index.js';
import { GateInput } from './gate-input.graphql.js';
import { SelectorSpecInput } from './selector-input.graphql.js';

const KIND_MEANING: Readonly<Record<RolloutStrategyKind, string>> = { ALL_AT_ONCE: 'Every target at once, in the one stage `all`.', STAGED: 'Stage after stage.' };
const FAILURE_MEANING: Readonly<Record<FailurePolicy, string>> = {
  HALT: 'Nothing more is assigned; what was moved stays.', ROLLBACK: 'Nothing more is assigned; what was moved goes back, the last stage first, and is held there.',
};
const NEWER_MEANING: Readonly<Record<NewerReleasePolicy, string>> = { REPLACE: 'It takes the place of the rollout.', WAIT: 'It begins when the rollout has ended.', SKIP: 'It waits for `syncApplication`.' };
const ORDER_MEANING: Readonly<Record<StageOrder['by'], string>> = { NAME: 'By the name of the cluster.', LABEL: 'By the value of a label.', SPREAD: 'One of each value of a label in turn.' };

export const StrategyEnum = graphqlEnum('RolloutStrategyKind', 'How a release moves over the targets.', STRATEGY_KINDS, (kind) => KIND_MEANING[kind]);
export const FailurePolicyEnum = graphqlEnum('FailurePolicy', 'What happens when more targets fail than the budget of a stage allows.', FAILURE_POLICIES, (policy) => FAILURE_MEANING[policy]);
export const NewerReleasePolicyEnum = graphqlEnum('NewerReleasePolicy', 'What a newer release does while a rollout is under way.', NEWER_RELEASE_POLICIES, (policy) => NEWER_MEANING[policy]);
export const StageOrderEnum = graphqlEnum('StageOrderBy', 'In which order the targets of a stage are taken.', ['NAME', 'LABEL', 'SPREAD'] as const, (by) => ORDER_MEANING[by]);

@InputType({ description: 'In which order the targets of a stage are taken.' })
export class StageOrderInput {
  @Field(() => StageOrderEnum, { description: 'By what.' }) by!: StageOrder['by'];
  @Field(() => String, { nullable: true, description: 'The label of clusters, for LABEL and SPREAD.' }) label?: string | null;
}

@InputType({ description: 'A stage: a group of targets that moves together. Of several that select a target the first takes it.' })
export class StageSpecInput {
  @Field(() => String, { description: 'Its name.' }) name!: string;
  @Field(() => SelectorSpecInput, { description: 'Which clusters, of those that no earlier stage took.' }) selector!: SelectorSpecInput;
  @Field(() => QuantityScalar, { nullable: true, description: 'At most so many of all targets; absent: all that match.' }) limit?: string | number | null;
  @Field(() => QuantityScalar, { nullable: true, description: 'How many move at once; absent: all.' }) maxConcurrency?: string | number | null;
  @Field(() => QuantityScalar, { nullable: true, description: 'How many may fail before the rollout halts; absent: none.' }) failureBudget?: string | number | null;
  @Field(() => Duration, { nullable: true, description: 'How long a target may take to become healthy; absent: 10m.' }) deadline?: number | null;
  @Field(() => Duration, { nullable: true, description: 'How long all its targets must stay healthy before it ends; absent: not at all.' }) soak?: number | null;
  @Field(() => StageOrderInput, { nullable: true, description: 'In which order its targets are taken; absent: by name.' }) order?: StageOrderInput | null;
  @Field(() => [GateInput], { nullable: true, description: 'Must be open before it begins.' }) before?: GateInput[] | null;
  @Field(() => [GateInput], { nullable: true, description: 'Must be open before it ends.' }) after?: GateInput[] | null;
}

@InputType({ description: 'How a release moves over the targets. STAGED without stages: one cluster, then 20 %, then the rest.' })
export class RolloutStrategyInput {
  @Field(() => StrategyEnum, { description: 'Which strategy.' }) kind!: RolloutStrategyKind;
  @Field(() => [StageSpecInput], { nullable: true, description: 'For STAGED: the stages, in order.' }) stages?: StageSpecInput[] | null;
  @Field(() => FailurePolicyEnum, { nullable: true, description: 'For STAGED: what happens when too many fail; absent: HALT.' }) onFailure?: FailurePolicy | null;
  @Field(() => NewerReleasePolicyEnum, { nullable: true, description: 'For STAGED: what a newer release does meanwhile; absent: REPLACE.' }) newerRelease?: NewerReleasePolicy | null;
  @Field(() => Duration, { nullable: true, description: 'For STAGED: how long a cluster that is away is waited for before it is left out; absent: it is left out at once, and caught up when it is back.' }) offlineWait?: number | null;
}
