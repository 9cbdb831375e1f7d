import { Field, InputType, Int, ObjectType } from '@nestjs/graphql';
import { MutationInput, MutationPayload } from '../../platform/api/index.js';
import { RolloutType } from '../rollouts/index.js';
import { TargetType } from '../targets/index.js';

@InputType({ isAbstract: true })
abstract class ScopedInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Of this application only.' }) application?: string | null;
  @Field(() => String, { nullable: true, description: 'On this cluster only.' }) cluster?: string | null;
  @Field(() => Boolean, { nullable: true, defaultValue: false, description: 'Everything in the project: needed where neither application nor cluster is named.' }) all?: boolean | null;
  @Field(() => String, { description: 'Why, for the record; at most 1000 characters.' }) reason!: string;
}

@InputType({ description: 'What goes back. It is held there until `liftHold`.' })
export class RollbackInput extends ScopedInput {
  @Field(() => String, { nullable: true, description: 'Of this stage of the newest rollout only; needs the application.' }) stage?: string | null;
  @Field(() => Int, { nullable: true, description: 'Number of a release that all of them have run; needs the application. Absent: each to what it was well with before.' }) release?: number | null;
}

@InputType({ description: 'What shall follow its application again.' })
export class LiftHoldInput extends ScopedInput {}

@ObjectType({ description: 'What was set in motion.' })
export class RollbackPayload extends MutationPayload {
  @Field(() => [RolloutType], { description: 'One for each application; empty when refused.' }) rollouts!: RolloutType[];
  @Field(() => [String], { description: 'Targets that stay, since they were never well with anything else, as `application@cluster`; at most 100.' }) staying!: string[];
}

@ObjectType({ description: 'What is held no longer.' })
export class LiftHoldPayload extends MutationPayload {
  @Field(() => [TargetType], { description: 'The targets, at most 200; empty when refused.' }) targets!: TargetType[];
}
