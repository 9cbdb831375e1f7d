import { applicationId, parseGlobalId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, NodeSources, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, userError, type UserError, type Viewer } from '../../platform/api/index.js';
import { ApplicationReadModel, ApplicationType, toApplicationType } from '../applications/index.js';
import { releaseLoader, ReleaseReadModel, ReleaseType, toReleaseType } from '../releases/index.js';
import { RolloutType } from '../rollouts/index.js';
import { GitWriteConnection, GitWriteType, RetryGitWriteInput, RetryGitWritePayload, toGitWriteType } from './git-writes.graphql.js';
import { GitWriteReadModel, type GitWriteView } from './git-writes.read-model.js';
import { RetryGitWrite, type RetryFailure } from './retry-git-write.js';

const OF_ROLLOUTS = Symbol('git writes of rollouts');

@Resolver(() => GitWriteType)
export class GitWriteResolver {
  constructor(
    @Inject(GitWriteReadModel) private readonly writes: GitWriteReadModel,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
    @Inject(RetryGitWrite) private readonly retry: RetryGitWrite,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('GitWrite', 'rollout:read', writes, toGitWriteType);
  }

  @Query(() => GitWriteType, { nullable: true, description: 'A commit that the hub writes, by its id; null for "no such thing or not yours".' })
  @RequirePermission('rollout:read')
  async gitWrite(@CurrentViewer() viewer: Viewer, @Args('id', { type: () => ID, description: 'Its id.' }) id: string): Promise<GitWriteType | null> {
    const key = parseGlobalId('GitWrite', id);
    const [found] = key === undefined ? [] : await this.writes.findByIds(viewer, [key]);
    return found === undefined ? null : toGitWriteType(found);
  }

  @Query(() => GitWriteConnection, { name: 'gitWrites', description: 'Commits that the hub wrote or writes for an application, newest first; none for one that is not there or not yours.' })
  @RequirePermission('rollout:read')
  async list(
    @CurrentViewer() viewer: Viewer,
    @Args() args: PageArgs,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Its project.' }) project: string | null,
  ): Promise<GitWriteConnection> {
    const found = await this.applications.findByName(viewer, project ?? 'default', application);
    const page = parsePage(args, ['gitWrites', found?.id ?? null], []);
    return toConnection(found === undefined ? [] : await this.writes.list(viewer, applicationId(found.id), page), page, ({ id }) => ({ key: [], id }), toGitWriteType);
  }

  @Mutation(() => RetryGitWritePayload, { description: 'Has a commit that failed tried once more: the newest of its application.' })
  @RequirePermission('rollout:rollback')
  async retryGitWrite(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which one.' }) input: RetryGitWriteInput): Promise<RetryGitWritePayload> {
    const result = await this.retry.execute(viewer, parseGlobalId('GitWrite', input.id));
    if (!result.ok) return { gitWrite: null, userErrors: [toRetryError(result.error)] };
    const [found] = await this.writes.findByIds(viewer, [result.value]);
    return { gitWrite: found === undefined ? null : toGitWriteType(found), userErrors: [] };
  }

  @ResolveField('application', () => ApplicationType, { description: 'Whose files it puts in place.' })
  @RequirePermission('application:read')
  async ofApplication(@CurrentViewer() viewer: Viewer, @Parent() { key }: GitWriteType): Promise<ApplicationType> {
    const [found] = await this.applications.findByIds(viewer, [key.application]);
    if (found === undefined) throw new Error(`application ${key.application} of a git write is missing`);
    return toApplicationType(found);
  }

  @ResolveField('release', () => ReleaseType, { description: 'Whose content it carries.' })
  @RequirePermission('release:read')
  async release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: GitWriteType): Promise<ReleaseType> {
    const found = await releaseLoader(loaders, this.releases, viewer).load(key.release);
    if (found === undefined) throw new Error(`release ${key.release} of a git write is missing`);
    return toReleaseType(found);
  }
}

/** What a rollout says of the commit that follows it. */
@Resolver(() => RolloutType)
export class RolloutGitWriteResolver {
  constructor(@Inject(GitWriteReadModel) private readonly writes: GitWriteReadModel) {}

  @ResolveField('gitWrite', () => GitWriteType, { nullable: true, description: 'The commit with which the branch follows a rollback; null when Git was left alone.' })
  @RequirePermission('rollout:read')
  async gitWrite(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutType): Promise<GitWriteType | null> {
    const found = await loaders.get<GitWriteView>(OF_ROLLOUTS, (ids) => this.writes.ofRollouts(viewer, ids)).load(key.id);
    return found === undefined ? null : toGitWriteType(found);
  }
}

function toRetryError(failure: RetryFailure): UserError {
  return failure.code === 'NOT_FOUND'
    ? userError('GIT_WRITE_NOT_FOUND', ['id'], 'There is no such commit that is owed.', 'See which there are: capstan get git-writes -a APP')
    : userError('NOTHING_TO_RETRY', ['id'], failure.state === 'FAILED' ? 'A later one of the application took its place.' : `It is ${failure.state}.`, failure.state === 'PENDING' ? 'It is tried by itself: see nextAt.' : 'Roll back again if the branch has moved on.');
}
