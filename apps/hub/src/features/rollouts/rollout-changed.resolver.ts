import { parseGlobalId, rolloutId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, ID, Resolver, Subscription } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ApplicationReadModel } from '../applications/index.js';
import { RolloutChanges, type RolloutChangesOf } from './rollout-changes.js';
import { RolloutType, toRolloutType } from './rollouts.graphql.js';
import { RolloutReadModel } from './rollouts.read-model.js';

@ArgsType()
class RolloutChangedArgs {
  @Field(() => ID, { nullable: true, description: 'Of this rollout, until it is over.' }) rollout?: string | null;
  @Field(() => String, { nullable: true, description: 'Of every rollout of the application of this name, the newest first.' }) application?: string | null;
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project?: string | null;
}

@Resolver(() => RolloutType)
export class RolloutChangedResolver {
  constructor(
    @Inject(RolloutChanges) private readonly changes: RolloutChanges,
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
  ) {}

  @Subscription(() => RolloutType, {
    description: 'One rollout, or those of an application, as they move: first as they are now, then at most four times a second and at least every 15 seconds until it is over. It completes when the one rollout is over; before that, subscribe again.',
  })
  @RequirePermission('rollout:read')
  async rolloutChanged(@CurrentViewer() viewer: Viewer, @Args() args: RolloutChangedArgs): Promise<AsyncIterableIterator<{ readonly rolloutChanged: RolloutType }>> {
    return this.changes.stream(viewer, await this.#of(viewer, args), (view) => ({ rolloutChanged: toRolloutType(view) }));
  }

  /** @throws ApiError BAD_REQUEST for what is not there, as for what is not the viewer's: of that nothing would ever be heard */
  async #of(viewer: Viewer, { rollout, application, project }: RolloutChangedArgs): Promise<RolloutChangesOf> {
    if (typeof rollout === 'string' && typeof application === 'string') throw new ApiError('BAD_REQUEST', 'Name a rollout or an application, not both.');
    if (typeof rollout === 'string') {
      const key = parseGlobalId('Rollout', rollout);
      const [found] = key === undefined ? [] : await this.rollouts.findByIds(viewer, [key]);
      if (found === undefined) throw new ApiError('BAD_REQUEST', '"rollout" is no id of a rollout that you may see.');
      return { rollout: rolloutId(found.id) };
    }
    if (typeof application !== 'string') throw new ApiError('BAD_REQUEST', 'Name the rollout or the application to hear of.');
    const found = await this.applications.findByName(viewer, project ?? 'default', application);
    if (found === undefined) throw new ApiError('BAD_REQUEST', '"application" is no name of an application of the project that you may see.');
    return { application: found.id };
  }
}
