import { formatGlobalId } from '#domain';
import { ArgsType, Field, ID, InputType, Int, ObjectType } from '@nestjs/graphql';
import { connectionType, DateTime, MutationInput, MutationPayload, NodeType, PageArgs } from '../../platform/api/index.js';
import type { ValidatorView } from './validators.read-model.js';

export const DEFAULT_PROJECT = 'default';

@ObjectType('Validator', { implements: () => [NodeType], description: 'A service of a project that gates of rollouts ask. Its key is told once, when it is made.' })
export class ValidatorType extends NodeType {
  @Field(() => String, { description: 'Unique in its project; gates name it.' }) name!: string;
  @Field(() => String, { description: 'Where questions go.' }) url!: string;
  @Field(() => DateTime, { description: 'Since when it has its key.' }) keyChangedAt!: Date;
  @Field(() => Int, { description: 'Rises with every change.' }) version!: number;
  @Field(() => DateTime, { description: 'When it was created.' }) createdAt!: Date;
  /** Not in the schema: what the field resolvers of this type start from. */
  key!: { readonly project: string };
}

@ObjectType({ description: 'A page of a list of Validator.' })
export class ValidatorConnection extends connectionType('Validator', () => ValidatorType) {}

@ArgsType()
export class ValidatorsArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Of this project only.' }) project?: string | null;
}

@InputType({ isAbstract: true })
export abstract class OfValidatorInput extends MutationInput {
  @Field(() => String, { nullable: true, defaultValue: DEFAULT_PROJECT, description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { description: 'Name of the validator.' }) name!: string;
}

@InputType({ description: 'A new validator.' })
export class CreateValidatorInput extends OfValidatorInput {
  @Field(() => String, { description: 'https, or http inside of a private network; without credentials: questions are signed.' }) url!: string;
}

@InputType({ description: 'Another address of a validator.' })
export class UpdateValidatorInput extends OfValidatorInput {
  @Field(() => String, { description: 'https, or http inside of a private network; without credentials.' }) url!: string;
  @Field(() => Int, { nullable: true, description: 'Refuse when the validator has another version by now.' }) version?: number | null;
}

@InputType({ description: 'Another key for a validator.' })
export class RotateValidatorKeyInput extends OfValidatorInput {}

@InputType({ description: 'Takes a validator away.' })
export class DeleteValidatorInput extends OfValidatorInput {}

@ObjectType({ description: 'The new validator.' })
export class CreateValidatorPayload extends MutationPayload {
  @Field(() => ValidatorType, { nullable: true, description: 'The validator; null when refused.' }) validator!: ValidatorType | null;
  @Field(() => String, { nullable: true, description: 'What its questions are signed with: `whsec_` and base64. It is told here and never again.' }) signingKey!: string | null;
}

@ObjectType({ description: 'The changed validator.' })
export class UpdateValidatorPayload extends MutationPayload {
  @Field(() => ValidatorType, { nullable: true, description: 'The validator; null when refused.' }) validator!: ValidatorType | null;
}

@ObjectType({ description: 'The validator with its new key.' })
export class RotateValidatorKeyPayload extends MutationPayload {
  @Field(() => ValidatorType, { nullable: true, description: 'The validator; null when refused.' }) validator!: ValidatorType | null;
  @Field(() => String, { nullable: true, description: 'The new key. It is told here and never again; the one before signs beside it for a day.' }) signingKey!: string | null;
}

@ObjectType({ description: 'What was taken away.' })
export class DeleteValidatorPayload extends MutationPayload {
  @Field(() => ID, { nullable: true, description: 'Id of the validator that was deleted; null when refused.' }) deletedId!: string | null;
}

export function toValidatorType({ id, name, url, keyChangedAt, version, createdAt, project }: ValidatorView): ValidatorType {
  return { id: formatGlobalId('Validator', id), name, url, keyChangedAt, version, createdAt, key: { project } };
}
