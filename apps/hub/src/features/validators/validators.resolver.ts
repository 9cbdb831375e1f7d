import { formatGlobalId, type ValidatorId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, NodeSources, parsePage, RequestLoaders, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ProjectReadModel, ProjectType, toProjectType, type Project } from '../projects/index.js';
import { ChangeValidator, type ChangeValidatorCommand } from './change-validator.js';
import { CreateValidator } from './create-validator.js';
import { toValidatorUserError } from './validator-user-error.js';
import {
  CreateValidatorInput, CreateValidatorPayload, DEFAULT_PROJECT, DeleteValidatorInput, DeleteValidatorPayload, RotateValidatorKeyInput, RotateValidatorKeyPayload, toValidatorType, UpdateValidatorInput, UpdateValidatorPayload,
  ValidatorConnection, ValidatorsArgs, ValidatorType,
} from './validators.graphql.js';
import { ValidatorReadModel } from './validators.read-model.js';

const PROJECTS = Symbol('projects of validators');

@Resolver(() => ValidatorType)
export class ValidatorResolver {
  constructor(
    @Inject(CreateValidator) private readonly create: CreateValidator,
    @Inject(ChangeValidator) private readonly change: ChangeValidator,
    @Inject(ValidatorReadModel) private readonly validators: ValidatorReadModel,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Validator', 'validator:read', validators, toValidatorType);
  }

  @Query(() => ValidatorType, { nullable: true, description: 'A validator by name; null for "no such validator or not yours".' })
  @RequirePermission('validator:read')
  async validator(
    @CurrentViewer() viewer: Viewer,
    @Args('name', { type: () => String, description: 'Its name.' }) name: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: DEFAULT_PROJECT, description: 'Its project.' }) project: string | null,
  ): Promise<ValidatorType | null> {
    const found = await this.validators.findByName(viewer, project ?? DEFAULT_PROJECT, name);
    return found === undefined ? null : toValidatorType(found);
  }

  @Query(() => ValidatorConnection, { name: 'validators', description: 'Validators by name.' })
  @RequirePermission('validator:read')
  async list(@CurrentViewer() viewer: Viewer, @Args() args: ValidatorsArgs): Promise<ValidatorConnection> {
    const page = parsePage(args, ['validators', args.project ?? null], ['TEXT']);
    return toConnection(await this.validators.list(viewer, args.project ?? undefined, page), page, ({ name, id }) => ({ key: [name], id }), toValidatorType);
  }

  @ResolveField('project', () => ProjectType, { description: 'The tenant that owns it.' })
  @RequirePermission('project:read')
  async ofProject(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ValidatorType): Promise<ProjectType> {
    const project = await loaders.get<Project>(PROJECTS, (ids) => this.projects.findByIds(viewer, ids)).load(key.project);
    if (project === undefined) throw new Error(`project ${key.project} of a validator is missing`);
    return toProjectType(project);
  }

  @Mutation(() => CreateValidatorPayload, { description: 'Adds a validator.' })
  @RequirePermission('validator:write')
  async createValidator(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to add.' }) input: CreateValidatorInput): Promise<CreateValidatorPayload> {
    const result = await this.create.execute(viewer, { ...(await this.#named(viewer, input)), url: input.url });
    return result.ok ? { validator: await this.#view(viewer, result.value.id), signingKey: result.value.key, userErrors: [] } : { validator: null, signingKey: null, userErrors: [toValidatorUserError(result.error)] };
  }

  @Mutation(() => UpdateValidatorPayload, { description: 'Gives a validator another address.' })
  @RequirePermission('validator:write')
  async updateValidator(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to change.' }) input: UpdateValidatorInput): Promise<UpdateValidatorPayload> {
    const result = await this.change.update(viewer, await this.#named(viewer, input), { url: input.url, version: input.version ?? undefined });
    return result.ok ? { validator: await this.#view(viewer, result.value), userErrors: [] } : { validator: null, userErrors: [toValidatorUserError(result.error)] };
  }

  @Mutation(() => RotateValidatorKeyPayload, { description: 'Gives a validator another key. The one before signs beside it for a day.' })
  @RequirePermission('validator:write')
  async rotateValidatorKey(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which one.' }) input: RotateValidatorKeyInput): Promise<RotateValidatorKeyPayload> {
    const result = await this.change.rotateKey(viewer, await this.#named(viewer, input));
    return result.ok ? { validator: await this.#view(viewer, result.value.id), signingKey: result.value.key, userErrors: [] } : { validator: null, signingKey: null, userErrors: [toValidatorUserError(result.error)] };
  }

  @Mutation(() => DeleteValidatorPayload, { description: 'Takes a validator away. Gates that name it wait, and fail at their deadline.' })
  @RequirePermission('validator:write')
  async deleteValidator(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which one.' }) input: DeleteValidatorInput): Promise<DeleteValidatorPayload> {
    const result = await this.change.remove(viewer, await this.#named(viewer, input));
    return result.ok ? { deletedId: formatGlobalId('Validator', result.value), userErrors: [] } : { deletedId: null, userErrors: [toValidatorUserError(result.error)] };
  }

  async #named(viewer: Viewer, { project, name }: { readonly project?: string | null; readonly name: string }): Promise<ChangeValidatorCommand> {
    const projectName = project ?? DEFAULT_PROJECT;
    return { project: await this.projects.findByName(viewer, projectName), projectName, name };
  }

  async #view(viewer: Viewer, id: ValidatorId): Promise<ValidatorType | null> {
    const [view] = await this.validators.findByIds(viewer, [id]);
    return view === undefined ? null : toValidatorType(view);
  }
}
