import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
import { AgentQuestions } from './agent-questions.js';
import { DescribedObjectType } from './described-object.graphql.js';
import { ObjectRefInput } from './targets.graphql.js';

const DEADLINE_MS = 15_000;

@Resolver(() => DescribedObjectType)
export class DescribedObjectResolver {
  constructor(
    @Inject(AgentQuestions) private readonly questions: AgentQuestions,
    @Inject(AGENT_OBJECTS) private readonly agents: AgentObjects,
  ) {}

  @Query(() => DescribedObjectType, { nullable: true, description: 'Asks the agent for one object of a target; null for "no such target or object, or not yours".' })
  @RequirePermission('object:describe')
  async describeObject(
    @CurrentViewer() viewer: Viewer,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('cluster', { type: () => String, description: 'Name of the cluster.' }) cluster: string,
    @Args('object', { description: 'Which object.' }) object: ObjectRefInput,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project: string | null,
  ): Promise<DescribedObjectType | null> {
    const target = await this.questions.target(viewer, { project, application, cluster });
    if (target === undefined) return null;
    const { group, kind, namespace, name } = object;
    const described = await this.questions.within(DEADLINE_MS, (signal) => this.agents.describeObject(target.cluster, target.id, { group, kind, namespace, name }, signal));
    if (described.ok) {
      const { objectJson, health, healthMessage, events } = described.value;
      return { object: parseObject(objectJson), health, healthMessage, events: events.map((event) => ({ ...event })) };
    }
    if (described.error.code === 'NOT_FOUND') return null;
    throw await this.questions.explain(viewer, target, described.error);
  }
}

/** Text of an agent: another shape is its failure, not ours. */
function parseObject(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('UNAVAILABLE', 'The agent answered with something that is no object.');
  }
}
