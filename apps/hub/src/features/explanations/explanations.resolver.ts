import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { CurrentViewer, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ExplanationReadModel } from './explanation.read-model.js';
import { ExplanationType, toExplanationType } from './explanations.graphql.js';

@Resolver(() => ExplanationType)
export class ExplanationsResolver {
  constructor(@Inject(ExplanationReadModel) private readonly explanations: ExplanationReadModel) {}

  @Query(() => ExplanationType, { nullable: true, description: 'Why an application is on a cluster as it is, or is not there; null for "no such application or cluster, or not yours".' })
  @RequirePermission('target:read')
  async explain(
    @CurrentViewer() viewer: Viewer,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('cluster', { type: () => String, description: 'Name of the cluster.' }) cluster: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Project of the application.' }) project: string | null,
  ): Promise<ExplanationType | null> {
    const found = await this.explanations.explain(viewer, { project: project ?? 'default', application, cluster });
    return found === undefined ? null : toExplanationType(found);
  }
}
