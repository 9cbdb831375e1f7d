import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, ID, Resolver, Subscription } from '@nestjs/graphql';
import { CurrentViewer, parseIds, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ApplicationChanges } from './application-changes.js';
import { ApplicationType, toApplicationType } from './applications.graphql.js';

@ArgsType()
class ApplicationChangedArgs {
  @Field(() => [ID], { nullable: true, description: 'Of these only, at most 500.' }) ids?: string[] | null;
  @Field(() => String, { nullable: true, description: 'Of this project only.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Of this name only.' }) name?: string | null;
}

@Resolver(() => ApplicationType)
export class ApplicationChangedResolver {
  constructor(@Inject(ApplicationChanges) private readonly changes: ApplicationChanges) {}

  @Subscription(() => ApplicationType, {
    description: 'Applications as they change: revisions, releases, rollouts, the state of their targets, and their end. Events of one application that wait become one, the newest.',
  })
  @RequirePermission('application:read')
  applicationChanged(@CurrentViewer() viewer: Viewer, @Args() args: ApplicationChangedArgs): AsyncIterableIterator<{ readonly applicationChanged: ApplicationType }> {
    const filter = { ids: parseIds('Application', args.ids), project: args.project ?? undefined, name: args.name ?? undefined };
    return this.changes.stream(viewer, filter, (view) => ({ applicationChanged: toApplicationType(view) }));
  }
}
