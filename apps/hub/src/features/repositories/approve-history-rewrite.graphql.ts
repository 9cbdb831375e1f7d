import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { GitSha, MutationPayload } from '../../platform/api/index.js';
import { OfRepositoryInput, RepositoryType } from './repositories.graphql.js';

@InputType({ description: 'Lets a ref go on from the commit where it is held.' })
export class ApproveHistoryRewriteInput extends OfRepositoryInput {
  @Field(() => String, { description: 'The ref, as applications write it.' }) ref!: string;
  @Field(() => GitSha, { description: 'The commit that was looked at: `toCommit` of the rewrite.' }) commit!: string;
  @Field(() => GitSha, { nullable: true, description: 'Refuse when the ref was followed up to another commit than this one: `fromCommit` of the rewrite.' }) fromCommit?: string | null;
}

@ObjectType({ description: 'The repository whose ref goes on.' })
export class ApproveHistoryRewritePayload extends MutationPayload {
  @Field(() => RepositoryType, { nullable: true, description: 'The repository; null when refused.' }) repository!: RepositoryType | null;
}
