import { parseDigest, type Digest, type Result } from '#kernel';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  CurrentViewer, Loaders, NodeSources, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, userError, type UserError, type Viewer,
} from '../../platform/api/index.js';
import { ProjectReadModel, ProjectType, toProjectType, type Project } from '../projects/index.js';
import type { Application } from './application.js';
import type { CreateApplicationFailure, DeleteApplicationFailure, UpdateApplicationFailure } from './application.errors.js';
import { CreateApplicationInput, DeleteApplicationInput, UpdateApplicationInput } from './application-input.graphql.js';
import { applicationUserErrors } from './application-user-errors.js';
import {
  ApplicationConnection, ApplicationType, CreateApplicationPayload, DeleteApplicationPayload, toApplicationType, toRevisionType, UpdateApplicationPayload,
} from './applications.graphql.js';
import { ApplicationReadModel } from './applications.read-model.js';
import { CreateApplication } from './create-application.js';
import { DeleteApplication } from './delete-application.js';
import { parseApplicationInput } from './parse-application-input.js';
import { UpdateApplication } from './update-application.js';

type Failure = CreateApplicationFailure | UpdateApplicationFailure | DeleteApplicationFailure;
const DEFAULT_PROJECT = 'default';
const PROJECTS = Symbol('projects of applications');

@Resolver(() => ApplicationType)
export class ApplicationResolver {
  constructor(
    @Inject(CreateApplication) private readonly create: CreateApplication,
    @Inject(UpdateApplication) private readonly update: UpdateApplication,
    @Inject(DeleteApplication) private readonly remove: DeleteApplication,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.register('Application', {
      permission: 'application:read',
      load: async (viewer, id) => {
        const [found] = await applications.findByIds(viewer, [id]);
        return found === undefined || found.state === 'DELETED' ? undefined : toApplicationType(found);
      },
    });
    nodes.register('ApplicationRevision', {
      permission: 'application:read',
      load: async (viewer, id) => {
        const [found] = await applications.findRevisions(viewer, [id]);
        return found && toRevisionType(found);
      },
    });
  }

  @Query(() => ApplicationType, { nullable: true, description: 'An application by name; null for "no such application or not yours".' })
  @RequirePermission('application:read')
  async application(
    @CurrentViewer() viewer: Viewer,
    @Args('name', { type: () => String, description: 'Its name.' }) name: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: DEFAULT_PROJECT, description: 'Its project.' }) project: string | null,
  ): Promise<ApplicationType | null> {
    const found = await this.applications.findByName(viewer, project ?? DEFAULT_PROJECT, name);
    return found === undefined ? null : toApplicationType(found);
  }

  @Query(() => ApplicationConnection, { name: 'applications', description: 'Applications by name.' })
  @RequirePermission('application:read')
  async list(
    @CurrentViewer() viewer: Viewer,
    @Args() args: PageArgs,
    @Args('project', { type: () => String, nullable: true, description: 'Of this project only.' }) project: string | null,
    @Args('search', { type: () => String, nullable: true, description: 'Part of the name.' }) search: string | null,
  ): Promise<ApplicationConnection> {
    const page = parsePage(args, ['applications', project ?? null, search ?? null], ['TEXT']);
    const found = await this.applications.list(viewer, { project: project ?? undefined, search: search ?? undefined }, page);
    return toConnection(found, page, ({ name, id }) => ({ key: [name], id }), toApplicationType);
  }

  @ResolveField('project', () => ProjectType, { description: 'The tenant that owns it.' })
  @RequirePermission('project:read')
  async ofProject(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<ProjectType> {
    const project = await loaders.get<Project>(PROJECTS, (ids) => this.projects.findByIds(viewer, ids)).load(key.project);
    if (project === undefined) throw new Error(`project ${key.project} of an application is missing`);
    return toProjectType(project);
  }

  @Mutation(() => CreateApplicationPayload, { description: 'Adds an application.' })
  @RequirePermission('application:write')
  async createApplication(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to add.' }) input: CreateApplicationInput): Promise<CreateApplicationPayload> {
    const spec = parseApplicationInput(input.spec);
    if (!spec.ok) return this.#payload(viewer, { ok: false, error: { code: 'INVALID_APPLICATION', issues: spec.error } });
    return this.#payload(viewer, await this.create.execute(viewer, { ...(await this.#projectOf(viewer, input)), name: input.name, spec: spec.value }));
  }

  @Mutation(() => UpdateApplicationPayload, { description: 'Gives an application a new revision.' })
  @RequirePermission('application:write')
  async updateApplication(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to change.' }) input: UpdateApplicationInput): Promise<UpdateApplicationPayload> {
    const spec = parseApplicationInput(input.spec);
    if (!spec.ok) return this.#payload(viewer, { ok: false, error: { code: 'INVALID_APPLICATION', issues: spec.error } });
    const confirmRemovals = digestOf(input.confirmRemovals);
    if (confirmRemovals === 'INVALID') return { application: null, userErrors: [badDigest()] };
    const command = { ...(await this.#projectOf(viewer, input)), name: input.name, spec: spec.value, version: input.version ?? undefined, confirmRemovals };
    return this.#payload(viewer, await this.update.execute(viewer, command));
  }

  @Mutation(() => DeleteApplicationPayload, { description: 'Removes an application from every cluster, then forgets it.' })
  @RequirePermission('application:delete')
  async deleteApplication(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to delete.' }) input: DeleteApplicationInput): Promise<DeleteApplicationPayload> {
    return this.#payload(viewer, await this.remove.execute(viewer, { ...(await this.#projectOf(viewer, input)), name: input.name, mode: input.mode }));
  }

  async #projectOf(viewer: Viewer, input: { readonly project?: string | null }): Promise<{ readonly project: Project | undefined; readonly projectName: string }> {
    const projectName = input.project ?? DEFAULT_PROJECT;
    return { project: await this.projects.findByName(viewer, projectName), projectName };
  }

  async #payload(viewer: Viewer, result: Result<Application, Failure>): Promise<{ application: ApplicationType | null; userErrors: UserError[] }> {
    if (!result.ok) return { application: null, userErrors: applicationUserErrors(result.error) };
    const [view] = await this.applications.findByIds(viewer, [result.value.id]);
    return { application: view === undefined ? null : toApplicationType(view), userErrors: [] };
  }
}

function digestOf(text: string | null | undefined): Digest | 'INVALID' | undefined {
  return text === undefined || text === null ? undefined : (parseDigest(text) ?? 'INVALID');
}

function badDigest(): UserError {
  return userError('DIGEST_MISMATCH', ['confirmRemovals'], 'This is not a digest: sha256:<64 hexadecimal digits>.');
}
