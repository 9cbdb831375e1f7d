import type { ReasonCode, RolloutTargetState } from '#domain';
import { Field, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime } from '../../platform/api/index.js';
import { ReasonCodeEnum } from '../applications/index.js';
import { RolloutTargetStateEnum } from '../rollouts/index.js';
import type { ReleaseResultView } from './release-chain.read-model.js';

@ObjectType('ReleaseApproval', { description: 'The yes of a person to a release.' })
export class ReleaseApprovalType {
  @Field(() => String, { description: 'Who.' }) by!: string;
  @Field(() => String, { description: 'What they said; empty: nothing.' }) comment!: string;
  @Field(() => DateTime, { description: 'When.' }) at!: Date;
  @Field(() => Int, { description: 'Number of the rollout.' }) rollout!: number;
  @Field(() => String, { description: 'Name of its stage.' }) stage!: string;
  @Field(() => String, { description: 'Name of the gate.' }) gate!: string;
}

@ObjectType('ReleaseResult', { description: 'What became of a release on a target, in the newest of its rollouts that the target took part in.' })
export class ReleaseResultType {
  @Field(() => Int, { description: 'Number of the rollout.' }) rollout!: number;
  @Field(() => RolloutTargetStateEnum, { description: 'Where the target stands in it.' }) state!: RolloutTargetState;
  @Field(() => ReasonCodeEnum, { nullable: true, description: 'Why.' }) reason!: ReasonCode | null;
  @Field(() => DateTime, { nullable: true, description: 'When it was done or failed, or else was assigned; null: not yet.' }) at!: Date | null;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly target: string };
}

@ObjectType({ description: 'A page of a list of ReleaseResult.' })
export class ReleaseResultConnection extends connectionType('ReleaseResult', () => ReleaseResultType) {}

export function toResultType({ rollout, state, reason, at, target }: ReleaseResultView): ReleaseResultType {
  return { rollout, state, reason: reason ?? null, at: at ?? null, key: { target } };
}
