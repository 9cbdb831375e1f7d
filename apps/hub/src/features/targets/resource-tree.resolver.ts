import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
import { AgentQuestions } from './agent-questions.js';
import { ResourceTreeType, toResourceTreeType } from './resource-tree.graphql.js';
import { TargetArgs } from './target-args.graphql.js';

const DEADLINE_MS = 15_000;

@Resolver(() => ResourceTreeType)
export class ResourceTreeResolver {
  constructor(
    @Inject(AgentQuestions) private readonly questions: AgentQuestions,
    @Inject(AGENT_OBJECTS) private readonly agents: AgentObjects,
  ) {}

  @Query(() => ResourceTreeType, { nullable: true, description: 'Asks the agent what a target consists of now; null for "no such target, or not yours".' })
  @RequirePermission('object:describe')
  async resourceTree(@CurrentViewer() viewer: Viewer, @Args() args: TargetArgs): Promise<ResourceTreeType | null> {
    const target = await this.questions.target(viewer, args);
    if (target === undefined) return null;
    const tree = await this.questions.within(DEADLINE_MS, (signal) => this.agents.listResources(target.cluster, target.id, signal));
    if (tree.ok) return toResourceTreeType(tree.value);
    if (tree.error.code === 'NOT_FOUND') return { nodes: [], isTruncated: false, unread: [] }; // the agent has not taken it up yet
    throw await this.questions.explain(viewer, target, tree.error);
  }
}
