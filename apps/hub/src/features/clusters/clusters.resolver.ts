import { parseDigest } from '#kernel';
import type { Permission } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { CurrentViewer, NodeSources, PermissionEnum, RequirePermission, toConnection, userError, type Viewer } from '../../platform/api/index.js';
import type { ClusterId } from '#domain';
import { ClusterChanges } from './cluster-changes.js';
import { toClusterUserError } from './cluster-user-error.js';
import {
  ClusterChangedArgs, ClusterConnection, clusterPermissionsOf, ClustersArgs, ClusterType, CreateClusterInput, CreateClusterPayload, CreateJoinTokenInput, CreateJoinTokenPayload,
  LabelClusterInput, LabelClusterPayload, RemoveClusterInput, RemoveClusterPayload, toClusterType, toJoinPayload,
} from './clusters.graphql.js';
import { ClusterReadModel } from './clusters.read-model.js';
import { CreateCluster } from './create-cluster.js';
import { CreateJoinToken } from './create-join-token.js';
import { LabelCluster } from './label-cluster.js';
import { parseClusterChangesFilter, parseClustersQuery } from './parse-clusters-query.js';
import { RemoveCluster } from './remove-cluster.js';

@Resolver(() => ClusterType)
export class ClusterResolver {
  constructor(
    @Inject(ClusterReadModel) private readonly clusters: ClusterReadModel,
    @Inject(ClusterChanges) private readonly changes: ClusterChanges,
    @Inject(CreateCluster) private readonly create: CreateCluster,
    @Inject(LabelCluster) private readonly label: LabelCluster,
    @Inject(RemoveCluster) private readonly remove: RemoveCluster,
    @Inject(CreateJoinToken) private readonly invite: CreateJoinToken,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.register('Cluster', { permission: 'cluster:read', load: (viewer, id) => this.#load(viewer, id) });
  }

  @Query(() => ClusterType, { nullable: true, description: 'A cluster by name; null for "no such cluster or not yours".' })
  @RequirePermission('cluster:read')
  async cluster(@CurrentViewer() viewer: Viewer, @Args('name', { description: 'Its name.' }) name: string): Promise<ClusterType | null> {
    const cluster = await this.clusters.findByName(viewer, name);
    return cluster === undefined ? null : toClusterType(cluster);
  }

  @Query(() => ClusterConnection, { name: 'clusters', description: 'Clusters, by name unless sorted otherwise.' })
  @RequirePermission('cluster:read')
  async list(@CurrentViewer() viewer: Viewer, @Args() args: ClustersArgs): Promise<ClusterConnection> {
    const { filter, page } = parseClustersQuery(args);
    const rows = await this.clusters.list(viewer, filter, page);
    return toConnection(rows, page, ({ cluster, sortKey }) => ({ key: [sortKey], id: cluster.id }), ({ cluster }) => toClusterType(cluster));
  }

  @Mutation(() => CreateClusterPayload, { description: 'Registers a cluster. A removed one of that name comes back.' })
  @RequirePermission('cluster:write')
  async createCluster(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to register.' }) input: CreateClusterInput): Promise<CreateClusterPayload> {
    const result = await this.create.execute(viewer, { name: input.name, labels: input.labels ?? {} });
    return result.ok ? { cluster: await this.#view(viewer, result.value.id), userErrors: [] } : { cluster: null, userErrors: [toClusterUserError(result.error)] };
  }

  @Mutation(() => LabelClusterPayload, { description: 'Sets and removes labels of a cluster, and with them what runs there.' })
  @RequirePermission('cluster:write')
  async labelCluster(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to change.' }) input: LabelClusterInput): Promise<LabelClusterPayload> {
    const confirmRemovals = parseDigest(input.confirmRemovals ?? '');
    if (confirmRemovals === undefined && typeof input.confirmRemovals === 'string') {
      return { cluster: null, userErrors: [userError('DIGEST_MISMATCH', ['confirmRemovals'], 'This is not a digest: sha256:<64 hexadecimal digits>.')] };
    }
    const result = await this.label.execute(viewer, { name: input.name, set: input.set ?? {}, remove: input.remove ?? [], confirmRemovals, version: input.version ?? undefined });
    return result.ok ? { cluster: await this.#view(viewer, result.value.id), userErrors: [] } : { cluster: null, userErrors: [toClusterUserError(result.error, 'name', 'set')] };
  }

  @Mutation(() => RemoveClusterPayload, { description: 'Takes a cluster out of the fleet. What runs there goes on running, unmanaged.' })
  @RequirePermission('cluster:remove')
  async removeCluster(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to remove.' }) input: RemoveClusterInput): Promise<RemoveClusterPayload> {
    const result = await this.remove.execute(viewer, { name: input.name, force: input.force });
    return result.ok ? { cluster: await this.#view(viewer, result.value.id), userErrors: [] } : { cluster: null, userErrors: [toClusterUserError(result.error)] };
  }

  @Mutation(() => CreateJoinTokenPayload, { description: 'Mints a one-use right, good for ten minutes, to enrol an agent for a cluster.' })
  @RequirePermission('cluster:join')
  async createJoinToken(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'For which cluster.' }) input: CreateJoinTokenInput): Promise<CreateJoinTokenPayload> {
    const result = await this.invite.execute(viewer, { cluster: input.cluster, replace: input.replace });
    return result.ok ? toJoinPayload(result.value) : { joinToken: null, token: null, hub: null, userErrors: [toClusterUserError(result.error, 'cluster')] };
  }

  @Subscription(() => ClusterType, { description: 'Clusters as they change; one that no longer matches is told of once more. Events of one cluster that wait become one, the newest.' })
  @RequirePermission('cluster:read')
  clusterChanged(@CurrentViewer() viewer: Viewer, @Args() args: ClusterChangedArgs): AsyncIterableIterator<{ readonly clusterChanged: ClusterType }> {
    return this.changes.stream(viewer, parseClusterChangesFilter(args), (view) => ({ clusterChanged: toClusterType(view) }));
  }

  @ResolveField(() => [PermissionEnum], { description: 'What the viewer may do with it.' })
  @RequirePermission('cluster:read')
  viewerCan(@CurrentViewer() viewer: Viewer, @Parent() _cluster: ClusterType): Permission[] {
    return clusterPermissionsOf(viewer);
  }

  async #load(viewer: Viewer, id: string): Promise<ClusterType | undefined> {
    const [cluster] = await this.clusters.findByIds(viewer, [id]);
    return cluster && toClusterType(cluster);
  }

  async #view(viewer: Viewer, id: ClusterId): Promise<ClusterType> {
    const cluster = await this.#load(viewer, id);
    if (cluster === undefined) throw new Error(`cluster ${id} vanished inside its transaction`);
    return cluster;
  }
}
