import type { Timers } from '#kernel';
import type { ClusterId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { TIMERS } from '../../platform/tokens.js';
import { ClusterReadModel } from '../clusters/index.js';
import { AGENT_OBJECTS, type AgentObjects } from './agent-objects.js';
import { DescribedObjectType } from './described-object.graphql.js';
import { ObjectRefInput } from './targets.graphql.js';
import { TargetReadModel } from './targets.read-model.js';

const DEADLINE_MS = 15_000;

@Resolver(() => DescribedObjectType)
export class DescribedObjectResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(AGENT_OBJECTS) private readonly agents: AgentObjects,
    @Inject(ClusterReadModel) private readonly clusters: ClusterReadModel,
    @Inject(TIMERS) private readonly timers: Timers,
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
    const target = await this.targets.findByName(viewer, { project: project ?? 'default', application, cluster });
    if (target === undefined || target.state === 'REMOVED') return null;
    const { group, kind, namespace, name } = object;
    const late = new AbortController();
    const deadline = this.timers.after(DEADLINE_MS, () => late.abort());
    const described = await this.agents.describeObject(target.cluster, target.id, { group, kind, namespace, name }, late.signal).finally(() => deadline.cancel());
    if (described.ok) {
      const { objectJson, health, healthMessage, events } = described.value;
      return { object: parseObject(objectJson), health, healthMessage, events: events.map((event) => ({ ...event })) };
    }
    if (described.error.code === 'NOT_FOUND') return null;
    if (described.error.code === 'AGENT_NOT_CONNECTED') throw await this.#notHere(viewer, target.cluster);
    throw toApiError(described.error.code);
  }

  async #notHere(viewer: Viewer, id: ClusterId): Promise<ApiError> {
    const [cluster] = await this.clusters.findByIds(viewer, [id]);
    return cluster?.connection === 'CONNECTED'
      ? new ApiError('AGENT_ON_OTHER_REPLICA', 'The agent of the cluster is connected to another replica of the hub: ask again until that one answers.', true)
      : new ApiError('UNAVAILABLE', 'The agent of the cluster is not connected.', true);
  }
}

function toApiError(code: string): ApiError {
  switch (code) {
    case 'TIMEOUT':
    case 'ABORTED':
      return new ApiError('TIMEOUT', 'The agent did not answer in time.', true);
    case 'FORBIDDEN':
      return new ApiError('UNAVAILABLE', 'The agent may not read this object in its cluster.');
    case 'TOO_LARGE':
      return new ApiError('UNAVAILABLE', 'The object is too large to be shown.');
    default:
      return new ApiError('UNAVAILABLE', 'The agent could not answer.', true);
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
