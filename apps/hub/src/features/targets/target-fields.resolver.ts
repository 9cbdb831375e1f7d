import { targetId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, Loaders, RequestLoaders, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ApplicationReadModel, ApplicationType, toApplicationType, type ApplicationView } from '../applications/index.js';
import { ClusterReadModel, ClusterType, toClusterType, type ClusterView } from '../clusters/index.js';
import { releaseLoader, ReleaseReadModel, ReleaseType, toReleaseType } from '../releases/index.js';
import { AssignedTargetType, ObservedTargetType, TargetTransitionType, TargetType, toTransitionType } from './targets.graphql.js';
import { ALL_CHANGES, TargetReadModel } from './targets.read-model.js';

const APPLICATIONS = Symbol('applications of targets');
const CLUSTERS = Symbol('clusters of targets');
const MAX_HISTORY = 200;

/** What a target refers to: each read once in a request. */
@Resolver(() => TargetType)
export class TargetFieldsResolver {
  constructor(
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ClusterReadModel) private readonly clusters: ClusterReadModel,
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
  ) {}

  @ResolveField('application', () => ApplicationType, { description: 'What runs.' })
  @RequirePermission('application:read')
  async application(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetType): Promise<ApplicationType> {
    const found = await loaders.get<ApplicationView>(APPLICATIONS, (ids) => this.applications.findByIds(viewer, ids)).load(key.application);
    if (found === undefined) throw new Error(`application ${key.application} of a target is missing`);
    return toApplicationType(found);
  }

  @ResolveField('cluster', () => ClusterType, { description: 'Where it runs.' })
  @RequirePermission('cluster:read')
  async cluster(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetType): Promise<ClusterType> {
    const found = await loaders.get<ClusterView>(CLUSTERS, (ids) => this.clusters.findByIds(viewer, ids)).load(key.cluster);
    if (found === undefined) throw new Error(`cluster ${key.cluster} of a target is missing`);
    return toClusterType(found);
  }

  @ResolveField('history', () => [TargetTransitionType], { description: 'What happened to it, newest first.' })
  @RequirePermission('target:read')
  async history(
    @CurrentViewer() viewer: Viewer,
    @Parent() { key }: TargetType,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 20, description: `How many, 1 to ${MAX_HISTORY}.` }) first: number | null,
  ): Promise<TargetTransitionType[]> {
    const limit = first ?? 20;
    if (limit < 1 || limit > MAX_HISTORY) throw new ApiError('BAD_REQUEST', `"first" must be 1 to ${MAX_HISTORY}.`);
    return (await this.targets.history(viewer, targetId(key.id), ALL_CHANGES, { limit, after: undefined })).slice(0, limit).map(toTransitionType);
  }
}

/** A `releaseId` beside the fields of the schema. */
interface OfRelease {
  readonly releaseId: string | undefined;
}

abstract class ReleaseOf {
  constructor(@Inject(ReleaseReadModel) protected readonly releases: ReleaseReadModel) {}

  protected async find(viewer: Viewer, loaders: RequestLoaders, { releaseId }: OfRelease): Promise<ReleaseType | null> {
    const found = releaseId === undefined ? undefined : await releaseLoader(loaders, this.releases, viewer).load(releaseId);
    return found === undefined ? null : toReleaseType(found);
  }
}

@Resolver(() => AssignedTargetType)
export class AssignedReleaseResolver extends ReleaseOf {
  @ResolveField('release', () => ReleaseType, { description: 'What it shall run.' })
  @RequirePermission('release:read')
  async release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() assigned: AssignedTargetType): Promise<ReleaseType> {
    const found = await this.find(viewer, loaders, assigned);
    if (found === null) throw new Error(`release ${assigned.releaseId} of a target is missing`);
    return found;
  }
}

@Resolver(() => ObservedTargetType)
export class ObservedReleaseResolver extends ReleaseOf {
  @ResolveField('release', () => ReleaseType, { nullable: true, description: 'What it runs.' })
  @RequirePermission('release:read')
  release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() observed: ObservedTargetType): Promise<ReleaseType | null> {
    return this.find(viewer, loaders, observed);
  }
}

@Resolver(() => TargetTransitionType)
export class TransitionReleaseResolver extends ReleaseOf {
  @ResolveField('release', () => ReleaseType, { nullable: true, description: 'The release that it is about.' })
  @RequirePermission('release:read')
  release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: TargetTransitionType): Promise<ReleaseType | null> {
    return this.find(viewer, loaders, { releaseId: key.release });
  }
}
