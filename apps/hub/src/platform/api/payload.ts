import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { UserError } from './user-error.js';

/** What every mutation answers beside its object. Extend it: `@ObjectType() class CreateClusterPayload extends MutationPayload`. */
@ObjectType({ isAbstract: true })
export abstract class MutationPayload {
  @Field(() => String, { nullable: true, description: 'What the input gave.' }) clientMutationId?: string | null;
  @Field(() => [UserError], { description: 'Why nothing was changed; empty on success.' }) userErrors!: UserError[];
}

/** What every mutation takes beside its own fields. */
@InputType({ isAbstract: true })
export abstract class MutationInput {
  @Field(() => String, { nullable: true, description: 'Makes the mutation idempotent: the same id and input within 24 hours answer what the first one did.' })
  clientMutationId?: string | null;
}
