import { GIT_WRITE_FORMS, type GitWriteForm, type PromotionSpec } from '#domain';
import { Field, InputType, ObjectType } from '@nestjs/graphql';
import { Duration, graphqlEnum } from '../../platform/api/index.js';

export const GitWriteFormEnum = graphqlEnum<GitWriteForm>('GitWriteForm', 'How a commit comes to a branch.', GIT_WRITE_FORMS, (form) =>
  ({ COMMIT: 'On top of the branch.', BRANCH: 'On a branch of its own, for a pull request.' })[form],
);

@InputType({ description: 'Releases of another application that are carried to the path of this one.' })
export class PromotionSourceInput {
  @Field(() => String, { description: 'Name of an application of the same project, in the same repository.' }) application!: string;
  @Field(() => Duration, { nullable: true, description: 'How long all of its targets must have been well with a release: 0s to 720h, 10m if absent.' }) soak?: number | null;
  @Field(() => GitWriteFormEnum, { nullable: true, defaultValue: 'COMMIT', description: 'On top of the branch, or on a branch of its own for a pull request.' }) as?: GitWriteForm | null;
  @Field(() => [String], { nullable: true, description: 'Files and directories below the path that stay as they are.' }) keep?: string[] | null;
}

@ObjectType('PromotionSource', { description: 'Releases of another application that are carried to the path of this one.' })
export class PromotionSourceType {
  @Field(() => String, { description: 'Name of the application that they come from.' }) application!: string;
  @Field(() => Duration, { description: 'How long all of its targets must have been well with a release.' }) soak!: number;
  @Field(() => GitWriteFormEnum, { description: 'How the commit comes to the branch.' }) as!: GitWriteForm;
  @Field(() => [String], { description: 'Files and directories below the path that stay as they are.' }) keep!: string[];
}

export function toPromotionSourceType({ application, soakMs, as, keep }: PromotionSpec): PromotionSourceType {
  return { application, soak: soakMs, as, keep: [...keep] };
}
