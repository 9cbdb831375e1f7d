import { ArgsType, Field } from '@nestjs/graphql';

/** Which target, by the names of its parts. */
@ArgsType()
export class TargetArgs {
  @Field(() => String, { description: 'Name of the application.' }) application!: string;
  @Field(() => String, { description: 'Name of the cluster.' }) cluster!: string;
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project!: string | null;
}
