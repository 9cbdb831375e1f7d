import { parseGlobalId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ApplicationType } from '../applications/index.js';
import { ClusterType } from '../clusters/index.js';
import { NO_TARGETS, TargetCountsReadModel, type TargetCounts } from './target-counts.read-model.js';
import { TargetConnection, TargetCountsType, toTargetType } from './targets.graphql.js';
import { TargetReadModel } from './targets.read-model.js';

const OF_APPLICATIONS = Symbol('target counts of applications');
const OF_CLUSTERS = Symbol('target counts of clusters');

/** What an application says of its targets. */
@Resolver(() => ApplicationType)
export class ApplicationTargetsResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(TargetCountsReadModel) private readonly counts: TargetCountsReadModel,
  ) {}

  @ResolveField('targets', () => TargetConnection, { description: 'Where it runs.' })
  @RequirePermission('target:read')
  async list(@CurrentViewer() viewer: Viewer, @Parent() { key }: ApplicationType, @Args() args: PageArgs): Promise<TargetConnection> {
    const page = parsePage(args, ['targets of application', key.application], []);
    return toConnection(await this.targets.list(viewer, { applicationId: key.application }, page), page, ({ id }) => ({ key: [], id }), toTargetType);
  }

  @ResolveField('targetCounts', () => TargetCountsType, { description: 'How its targets are.' })
  @RequirePermission('target:read')
  async count(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<TargetCountsType> {
    return (await loaders.get<TargetCounts>(OF_APPLICATIONS, (ids) => this.counts.ofApplications(viewer, ids)).load(key.application)) ?? NO_TARGETS;
  }
}

/** What a cluster says of its targets. */
@Resolver(() => ClusterType)
export class ClusterTargetsResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(TargetCountsReadModel) private readonly counts: TargetCountsReadModel,
  ) {}

  @ResolveField('targets', () => TargetConnection, { description: 'What runs on it.' })
  @RequirePermission('target:read')
  async list(@CurrentViewer() viewer: Viewer, @Parent() cluster: ClusterType, @Args() args: PageArgs): Promise<TargetConnection> {
    const clusterId = idOf(cluster);
    const page = parsePage(args, ['targets of cluster', clusterId], []);
    return toConnection(await this.targets.list(viewer, { clusterId }, page), page, ({ id }) => ({ key: [], id }), toTargetType);
  }

  @ResolveField('targetCounts', () => TargetCountsType, { description: 'How its targets are.' })
  @RequirePermission('target:read')
  async count(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() cluster: ClusterType): Promise<TargetCountsType> {
    return (await loaders.get<TargetCounts>(OF_CLUSTERS, (ids) => this.counts.ofClusters(viewer, ids)).load(idOf(cluster))) ?? NO_TARGETS;
  }
}

function idOf(cluster: ClusterType): string {
  const id = parseGlobalId('Cluster', cluster.id);
  if (id === undefined) throw new Error('a cluster without a global id of its type');
  return id;
}
