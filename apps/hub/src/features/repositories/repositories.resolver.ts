import type { Result } from '#kernel';
import { formatGlobalId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, NodeSources, parsePage, RequestLoaders, RequirePermission, toConnection, type UserError, type Viewer } from '../../platform/api/index.js';
import { ProjectReadModel, ProjectType, toProjectType, type Project } from '../projects/index.js';
import { CreateRepository } from './create-repository.js';
import { DeleteRepository } from './delete-repository.js';
import {
  CreateRepositoryInput, CreateRepositoryPayload, DEFAULT_PROJECT, DeleteRepositoryInput, DeleteRepositoryPayload, RepositoriesArgs, RepositoryConnection, RepositoryRefType,
  RepositoryType, toRepositoryRefType, toRepositoryType, UpdateRepositoryInput, UpdateRepositoryPayload,
} from './repositories.graphql.js';
import { RepositoryReadModel, type RepositoryRefView } from './repositories.read-model.js';
import type { Repository } from './repository.js';
import type { CreateRepositoryFailure, UpdateRepositoryFailure } from './repository.errors.js';
import { toRepositoryUserError } from './repository-user-error.js';
import { UpdateRepository } from './update-repository.js';

const PROJECTS = Symbol('projects of repositories');
const REFS = Symbol('refs of repositories');

@Resolver(() => RepositoryType)
export class RepositoryResolver {
  constructor(
    @Inject(CreateRepository) private readonly create: CreateRepository,
    @Inject(UpdateRepository) private readonly update: UpdateRepository,
    @Inject(DeleteRepository) private readonly remove: DeleteRepository,
    @Inject(RepositoryReadModel) private readonly repositories: RepositoryReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Repository', 'repository:read', repositories, toRepositoryType);
  }

  @Query(() => RepositoryType, { nullable: true, description: 'A repository by name; null for "no such repository or not yours".' })
  @RequirePermission('repository:read')
  async repository(
    @CurrentViewer() viewer: Viewer,
    @Args('name', { type: () => String, description: 'Its name.' }) name: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: DEFAULT_PROJECT, description: 'Its project.' }) project: string | null,
  ): Promise<RepositoryType | null> {
    const found = await this.repositories.findByName(viewer, project ?? DEFAULT_PROJECT, name);
    return found === undefined ? null : toRepositoryType(found);
  }

  @Query(() => RepositoryConnection, { name: 'repositories', description: 'Repositories by name.' })
  @RequirePermission('repository:read')
  async list(@CurrentViewer() viewer: Viewer, @Args() args: RepositoriesArgs): Promise<RepositoryConnection> {
    const filter = { project: args.project ?? undefined, search: args.search ?? undefined };
    const page = parsePage(args, ['repositories', filter.project ?? null, filter.search ?? null], ['TEXT']);
    return toConnection(await this.repositories.list(viewer, filter, page), page, ({ name, id }) => ({ key: [name], id }), toRepositoryType);
  }

  @ResolveField('project', () => ProjectType, { description: 'The tenant that owns it.' })
  @RequirePermission('project:read')
  async ofProject(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RepositoryType): Promise<ProjectType> {
    const project = await loaders.get<Project>(PROJECTS, (ids) => this.projects.findByIds(viewer, ids)).load(key.project);
    if (project === undefined) throw new Error(`project ${key.project} of a repository is missing`);
    return toProjectType(project);
  }

  @ResolveField('refs', () => [RepositoryRefType], { description: 'The refs that applications follow, by name.' })
  @RequirePermission('repository:read')
  async refs(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RepositoryType): Promise<RepositoryRefType[]> {
    const refs = await loaders.get<readonly RepositoryRefView[]>(REFS, (ids) => this.repositories.refsOf(viewer, ids)).load(key.repository);
    return (refs ?? []).map(toRepositoryRefType);
  }

  @Mutation(() => CreateRepositoryPayload, { description: 'Adds a repository.' })
  @RequirePermission('repository:write')
  async createRepository(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to add.' }) input: CreateRepositoryInput): Promise<CreateRepositoryPayload> {
    const { name, url } = input;
    const result = await this.create.execute(viewer, {
      ...(await this.#projectOf(viewer, input)), name, type: input.type ?? undefined, url, pollMs: input.poll ?? undefined, credentials: input.ssh ?? input.credentials ?? undefined,
      writeCredentials: input.writeSsh ?? input.writeCredentials ?? undefined, webhookSecret: input.webhookSecret ?? undefined,
    });
    return this.#payload(viewer, result);
  }

  @Mutation(() => UpdateRepositoryPayload, { description: 'Changes the settings of a repository.' })
  @RequirePermission('repository:write')
  async updateRepository(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to change.' }) input: UpdateRepositoryInput): Promise<UpdateRepositoryPayload> {
    const result = await this.update.execute(viewer, {
      ...(await this.#projectOf(viewer, input)), name: input.name, type: input.type ?? undefined, url: input.url ?? undefined, pollMs: input.poll ?? undefined,
      credentials: input.ssh ?? input.credentials ?? undefined, removeCredentials: input.removeCredentials ?? false,
      writeCredentials: input.writeSsh ?? input.writeCredentials ?? undefined, removeWriteCredentials: input.removeWriteCredentials ?? false,
      webhookSecret: input.webhookSecret ?? undefined, removeWebhookSecret: input.removeWebhookSecret ?? false, version: input.version ?? undefined,
    });
    return this.#payload(viewer, result);
  }

  @Mutation(() => DeleteRepositoryPayload, { description: 'Takes a repository away. Refused while an application uses it.' })
  @RequirePermission('repository:delete')
  async deleteRepository(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which one.' }) input: DeleteRepositoryInput): Promise<DeleteRepositoryPayload> {
    const result = await this.remove.execute(viewer, { ...(await this.#projectOf(viewer, input)), name: input.name });
    return result.ok ? { deletedId: formatGlobalId('Repository', result.value.id), userErrors: [] } : { deletedId: null, userErrors: [toRepositoryUserError(result.error)] };
  }

  async #projectOf(viewer: Viewer, input: { readonly project?: string | null }): Promise<{ readonly project: Project | undefined; readonly projectName: string }> {
    const projectName = input.project ?? DEFAULT_PROJECT;
    return { project: await this.projects.findByName(viewer, projectName), projectName };
  }

  async #payload(viewer: Viewer, result: Result<Repository, CreateRepositoryFailure | UpdateRepositoryFailure>): Promise<{ repository: RepositoryType | null; userErrors: UserError[] }> {
    if (!result.ok) return { repository: null, userErrors: [toRepositoryUserError(result.error)] };
    const [view] = await this.repositories.findByIds(viewer, [result.value.id]);
    return { repository: view === undefined ? null : toRepositoryType(view), userErrors: [] };
  }
}
