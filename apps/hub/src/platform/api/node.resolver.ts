import { Inject } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, type Viewer } from '../access/index.js';
import { NodeSources, NodeType } from './node.js';

const MAX_NODES = 100;

@Resolver()
export class NodeResolver {
  constructor(@Inject(NodeSources) private readonly sources: NodeSources) {}

  @Query(() => NodeType, { nullable: true, description: 'Anything by its global id; null for "no such thing or not yours".' })
  @RequirePermission('viewer:read')
  async node(@CurrentViewer() viewer: Viewer, @Args('id', { type: () => ID, description: 'The global id.' }) id: string): Promise<object | null> {
    return (await this.sources.load(viewer, id)) ?? null;
  }

  @Query(() => [NodeType], { nullable: 'items', description: `Up to ${MAX_NODES} things by their global ids, in that order, null for what is not there or not yours.` })
  @RequirePermission('viewer:read')
  async nodes(@CurrentViewer() viewer: Viewer, @Args('ids', { type: () => [ID], description: 'The global ids.' }) ids: string[]): Promise<(object | null)[]> {
    if (ids.length > MAX_NODES) throw new ApiError('BAD_REQUEST', `At most ${MAX_NODES} ids at once.`);
    return Promise.all(ids.map(async (id) => (await this.sources.load(viewer, id)) ?? null));
  }
}
