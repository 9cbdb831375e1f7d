import type { Clock } from '#kernel';
import { Inject } from '@nestjs/common';
import { Args, ArgsType, Field, Query, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, DateTime, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { CLOCK } from '../../platform/tokens.js';
import { ApplicationReadModel } from '../applications/index.js';
import { ProjectReadModel } from '../projects/index.js';
import { ProjectMeasuresType, toProjectMeasuresType } from './deployment-measures.graphql.js';
import { DeploymentMeasuresReadModel } from './deployment-measures.read-model.js';

const DAY_MS = 86_400_000;
const LONGEST_DAYS = 400;

@ArgsType()
class MeasuresArgs {
  @Field(() => String, { nullable: true, defaultValue: 'default', description: 'Name of the project.' }) project?: string | null;
  @Field(() => String, { nullable: true, description: 'Name of an application of it; all of them if left out.' }) application?: string | null;
  @Field(() => DateTime, { nullable: true, description: `Where the window begins; 30 days before its end if left out. At most ${LONGEST_DAYS} days are measured.` }) since?: Date | null;
  @Field(() => DateTime, { nullable: true, description: 'Where it ends; now if left out.' }) until?: Date | null;
}

/** The four measures of DORA. */
@Resolver(() => ProjectMeasuresType)
export class DeploymentMeasuresResolver {
  constructor(
    @Inject(DeploymentMeasuresReadModel) private readonly measures: DeploymentMeasuresReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Query(() => ProjectMeasuresType, { nullable: true, description: 'Lead time, deployment frequency, change failure rate and time to restore, of a project or of one application; null for "no such project or application, or not yours".' })
  @RequirePermission('rollout:read')
  async deploymentMeasures(@CurrentViewer() viewer: Viewer, @Args() args: MeasuresArgs): Promise<ProjectMeasuresType | null> {
    const until = args.until ?? this.clock.now();
    const since = args.since ?? new Date(until.getTime() - 30 * DAY_MS);
    const days = (until.getTime() - since.getTime()) / DAY_MS;
    if (days <= 0) throw new ApiError('BAD_REQUEST', '"since" must be before "until".');
    if (days > LONGEST_DAYS) throw new ApiError('BAD_REQUEST', `"since" and "until" are ${Math.ceil(days)} days apart: at most ${LONGEST_DAYS} are measured.`);
    const project = await this.projects.findByName(viewer, args.project ?? 'default');
    if (project === undefined) return null;
    const name = args.application ?? undefined;
    const application = name === undefined ? undefined : await this.applications.findByName(viewer, project.name, name);
    if (name !== undefined && application === undefined) return null;
    const found = await this.measures.measure(viewer, { project: project.id, application: application?.id }, { since, until });
    if (!found.ok) throw new ApiError('BAD_REQUEST', `There were more than ${found.error.most} rollouts about that time: narrow "since" and "until", or name an "application".`);
    return toProjectMeasuresType(found.value, { since, until });
  }
}
