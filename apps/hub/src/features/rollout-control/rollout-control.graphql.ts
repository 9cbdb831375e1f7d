import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { MutationInput, MutationPayload } from '../../platform/api/index.js';
import { RolloutType } from '../rollouts/index.js';

@InputType({ isAbstract: true })
export abstract class ControlRolloutInput extends MutationInput {
  @Field(() => ID, { description: 'Id of the rollout.' }) rollout!: string;
  @Field(() => String, { nullable: true, description: 'Why, for the record; at most 1000 characters.' }) reason?: string | null;
}

@InputType({ description: 'Which rollout assigns nothing more for now.' })
export class PauseRolloutInput extends ControlRolloutInput {}

@InputType({ description: 'Which rollout goes on.' })
export class ResumeRolloutInput extends ControlRolloutInput {}

@InputType({ description: 'Which rollout ends where it stands.' })
export class AbortRolloutInput extends ControlRolloutInput {}

@InputType({ description: 'Which rollout tries again what failed.' })
export class RetryRolloutInput extends ControlRolloutInput {}

@InputType({ description: 'Lets the stage at which a rollout stands pass what it waits for.' })
export class PromoteStageInput extends MutationInput {
  @Field(() => ID, { description: 'Id of the rollout.' }) rollout!: string;
  @Field(() => String, { description: 'Why, for the record; at most 1000 characters.' }) reason!: string;
}

@InputType({ description: 'A yes to a gate.' })
export class ApproveGateInput extends MutationInput {
  @Field(() => ID, { description: 'Id of the rollout.' }) rollout!: string;
  @Field(() => String, { description: 'Name of the stage.' }) stage!: string;
  @Field(() => String, { description: 'Name of the gate.' }) gate!: string;
  @Field(() => String, { nullable: true, description: 'A comment, for the record; at most 1000 characters.' }) comment?: string | null;
}

@InputType({ description: 'Which target goes ahead of its stage.' })
export class DeployTargetInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the application.' }) application!: string;
  @Field(() => String, { description: 'Name of the cluster.' }) cluster!: string;
  @Field(() => String, { description: 'Why, for the record; at most 1000 characters.' }) reason!: string;
}

@ObjectType({ description: 'The rollout as it is now.' })
export class RolloutPayload extends MutationPayload {
  @Field(() => RolloutType, { nullable: true, description: 'The rollout; null when refused.' }) rollout!: RolloutType | null;
  @Field(() => Boolean, { nullable: true, description: 'Whether this changed anything. False: it was so already, or there was nothing to do, and no record was made; or it was refused. Null only in an answer that an earlier version of the hub has remembered.' })
  hasChanged?: boolean | null;
}
