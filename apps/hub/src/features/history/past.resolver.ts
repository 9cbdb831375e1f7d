import { applicationId, clusterId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, DateTime, PageArgs, parsePage, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { pastOrThrow } from './past-or-throw.js';
import { ApplicationSnapshotType, ClusterSnapshotType, TargetSnapshotConnection, TargetSnapshotType, toSnapshotType } from './past.graphql.js';
import { PastTargetsReadModel } from './past-targets.read-model.js';

@ArgsType()
class MomentArgs {
  @Field(() => DateTime, { description: 'The moment. A time that a list shows may be asked for: what happened then has happened.' }) at!: Date;
}

/** What ran where at a moment. */
@Resolver(() => TargetSnapshotType)
export class TargetAtResolver {
  constructor(@Inject(PastTargetsReadModel) private readonly past: PastTargetsReadModel) {}

  @Query(() => TargetSnapshotType, { nullable: true, description: 'One application on one cluster as it was at a moment; null for "it was not there then, no such target, or not yours".' })
  @RequirePermission('target:read')
  async targetAt(
    @CurrentViewer() viewer: Viewer,
    @Args() { at }: MomentArgs,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('cluster', { type: () => String, description: 'Name of the cluster.' }) cluster: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project: string | null,
  ): Promise<TargetSnapshotType | null> {
    const found = pastOrThrow(await this.past.findByName(viewer, { project: project ?? 'default', application, cluster }, at));
    return found === undefined ? null : toSnapshotType(found);
  }
}

@Resolver(() => ApplicationSnapshotType)
export class ApplicationAtResolver {
  constructor(@Inject(PastTargetsReadModel) private readonly past: PastTargetsReadModel) {}

  @Query(() => ApplicationSnapshotType, { nullable: true, description: 'The application that had this name at a moment, also one that was deleted since; null for "none had, or not yours".' })
  @RequirePermission('target:read')
  async applicationAt(
    @CurrentViewer() viewer: Viewer,
    @Args() { at }: MomentArgs,
    @Args('name', { type: () => String, description: 'Its name.' }) name: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Its project.' }) project: string | null,
  ): Promise<ApplicationSnapshotType | null> {
    const found = pastOrThrow(await this.past.application(viewer, project ?? 'default', name, at));
    return found === undefined ? null : { name: found.name, project: found.project, at, key: { application: found.id } };
  }

  @ResolveField('targets', () => TargetSnapshotConnection, { description: 'Where it was then, in order of creation.' })
  @RequirePermission('target:read')
  async targets(@CurrentViewer() viewer: Viewer, @Parent() { key, at }: ApplicationSnapshotType, @Args() args: PageArgs): Promise<TargetSnapshotConnection> {
    const page = parsePage(args, ['targets of application at', key.application, at.toISOString()], []);
    const found = pastOrThrow(await this.past.list(viewer, { application: applicationId(key.application) }, at, page));
    return toConnection(found, page, ({ id }) => ({ key: [], id }), toSnapshotType);
  }
}

@Resolver(() => ClusterSnapshotType)
export class ClusterAtResolver {
  constructor(@Inject(PastTargetsReadModel) private readonly past: PastTargetsReadModel) {}

  @Query(() => ClusterSnapshotType, { nullable: true, description: 'A cluster at a moment, also one that was removed since; null for "not there then, or not yours".' })
  @RequirePermission('target:read')
  async clusterAt(@CurrentViewer() viewer: Viewer, @Args() { at }: MomentArgs, @Args('name', { type: () => String, description: 'Its name.' }) name: string): Promise<ClusterSnapshotType | null> {
    const found = pastOrThrow(await this.past.cluster(viewer, name, at));
    return found === undefined ? null : { name: found.name, at, key: { cluster: found.id } };
  }

  @ResolveField('targets', () => TargetSnapshotConnection, { description: 'What was on it then, in order of creation.' })
  @RequirePermission('target:read')
  async targets(@CurrentViewer() viewer: Viewer, @Parent() { key, at }: ClusterSnapshotType, @Args() args: PageArgs): Promise<TargetSnapshotConnection> {
    const page = parsePage(args, ['targets of cluster at', key.cluster, at.toISOString()], []);
    const found = pastOrThrow(await this.past.list(viewer, { cluster: clusterId(key.cluster) }, at, page));
    return toConnection(found, page, ({ id }) => ({ key: [], id }), toSnapshotType);
  }
}
