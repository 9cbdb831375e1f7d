import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { MutationInput, MutationPayload } from '../../platform/api/index.js';
import { TargetType } from './targets.graphql.js';

@InputType({ description: 'Which target shall go.' })
export class ConfirmFactMismatchInput extends MutationInput {
  @Field(() => String, { description: '`project/application@cluster`; without a project: `default`.' }) target!: string;
}

@ObjectType({ description: 'The target that goes.' })
export class ConfirmFactMismatchPayload extends MutationPayload {
  @Field(() => TargetType, { nullable: true, description: 'The target, REMOVING or REMOVED; null when refused.' }) target!: TargetType | null;
}
