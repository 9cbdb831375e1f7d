import type { TargetChangeKind } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { ApiError, connectionType, CurrentViewer, DateTime, PageArgs, parsePage, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ALL_CHANGES, TargetChangeKindEnum, TargetReadModel, TargetTransitionType, toTransitionType } from '../targets/index.js';
import { PastTargetsReadModel } from './past-targets.read-model.js';

@ObjectType({ description: 'A page of what happened to a target.' })
export class TargetTransitionConnection extends connectionType('TargetTransition', () => TargetTransitionType) {
  @Field(() => DateTime, { nullable: true, description: 'What was before this moment is no longer kept; null: all is.' }) keptSince!: Date | null;
}

@ArgsType()
class TargetHistoryArgs extends PageArgs {
  @Field(() => String, { description: 'Name of the application.' }) application!: string;
  @Field(() => String, { description: 'Name of the cluster.' }) cluster!: string;
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project?: string | null;
  @Field(() => DateTime, { nullable: true, description: 'From this moment on.' }) since?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Before this moment.' }) until?: Date | null;
  @Field(() => [TargetChangeKindEnum], { nullable: true, description: 'These kinds only; all of them if left out.' }) kinds?: TargetChangeKind[] | null;
}

/** What happened to a target. */
@Resolver(() => TargetTransitionConnection)
export class TargetHistoryResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(PastTargetsReadModel) private readonly past: PastTargetsReadModel,
  ) {}

  @Query(() => TargetTransitionConnection, { nullable: true, description: 'Everything that happened to a target, newest first, also to one that is gone; null for "no such target or not yours".' })
  @RequirePermission('target:read')
  async targetHistory(@CurrentViewer() viewer: Viewer, @Args() args: TargetHistoryArgs): Promise<TargetTransitionConnection | null> {
    const { since, until } = args;
    if (since !== undefined && since !== null && until !== undefined && until !== null && since >= until) throw new ApiError('BAD_REQUEST', '"since" must be before "until".');
    const target = await this.targets.findByName(viewer, { project: args.project ?? 'default', application: args.application, cluster: args.cluster });
    if (target === undefined) return null;
    const kinds = args.kinds ?? ALL_CHANGES.kinds;
    const page = parsePage(args, ['history', target.id, since?.toISOString() ?? null, until?.toISOString() ?? null, [...kinds]], ['TIME']);
    const found = await this.targets.history(viewer, target.id, { kinds, since: since ?? undefined, until: until ?? undefined }, page);
    const keptSince = (await this.past.keptSince(viewer)) ?? null;
    return { ...toConnection(found, page, ({ exactAt, id }) => ({ key: [exactAt], id }), toTransitionType), keptSince };
  }
}
