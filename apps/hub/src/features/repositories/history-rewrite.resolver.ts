import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, RequestLoaders, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { ApplicationType } from '../applications/index.js';
import { ProjectReadModel } from '../projects/index.js';
import { ApproveHistoryRewrite } from './approve-history-rewrite.js';
import { ApproveHistoryRewriteInput, ApproveHistoryRewritePayload } from './approve-history-rewrite.graphql.js';
import { HistoryRewriteType, toHistoryRewriteType } from './history-rewrite.graphql.js';
import type { HistoryRewriteView } from './history-rewrite-view.js';
import { HistoryRewriteReadModel } from './history-rewrites.read-model.js';
import { DEFAULT_PROJECT, toRepositoryType } from './repositories.graphql.js';
import { RepositoryReadModel } from './repositories.read-model.js';
import { toRepositoryUserError } from './repository-user-error.js';

@Resolver(() => HistoryRewriteType)
export class HistoryRewriteResolver {
  constructor(
    @Inject(ApproveHistoryRewrite) private readonly approve: ApproveHistoryRewrite,
    @Inject(RepositoryReadModel) private readonly repositories: RepositoryReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
  ) {}

  @Mutation(() => ApproveHistoryRewritePayload, { description: 'Lets a ref go on from the commit where it is held, and from no other.' })
  @RequirePermission('history:approve')
  async approveHistoryRewrite(
    @CurrentViewer() viewer: Viewer,
    @Args('input', { description: 'Which ref, and which commit.' }) { project, name, ref, commit, fromCommit }: ApproveHistoryRewriteInput,
  ): Promise<ApproveHistoryRewritePayload> {
    const projectName = project ?? DEFAULT_PROJECT;
    const found = await this.projects.findByName(viewer, projectName);
    const result = await this.approve.execute(viewer, { project: found, projectName, name, ref, commit, fromCommit: fromCommit ?? undefined });
    if (!result.ok) return { repository: null, userErrors: [toRepositoryUserError(result.error)] };
    const [view] = await this.repositories.findByIds(viewer, [result.value]);
    return { repository: view === undefined ? null : toRepositoryType(view), userErrors: [] };
  }
}

const REWRITES = Symbol('history rewrites of applications');

/** What applications say of the ref that they follow. */
@Resolver(() => ApplicationType)
export class ApplicationHistoryResolver {
  constructor(@Inject(HistoryRewriteReadModel) private readonly rewrites: HistoryRewriteReadModel) {}

  @ResolveField('historyRewrite', () => HistoryRewriteType, { nullable: true, description: 'How the ref that it follows left its history; null while it is in order.' })
  @RequirePermission('application:read')
  async historyRewrite(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<HistoryRewriteType | null> {
    const found = await loaders.get<HistoryRewriteView>(REWRITES, (ids) => this.rewrites.ofApplications(viewer, ids)).load(key.application);
    return found === undefined ? null : toHistoryRewriteType(found);
  }
}
