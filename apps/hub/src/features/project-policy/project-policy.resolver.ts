import { parseGlobalId, type FieldIssue } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Int, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, RequestLoaders, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { HealthRuleType, IgnoreRuleType, toHealthRuleType, toIgnoreRuleType } from '../applications/index.js';
import { ProjectReadModel, ProjectType, toProjectType } from '../projects/index.js';
import { ApprovalPolicyType, approvalPolicyIn } from './approval-policy.graphql.js';
import { maintenanceIn, MaintenanceWindowType, toMaintenanceWindowType } from './maintenance-window.graphql.js';
import { CreateProject } from './create-project.js';
import { CreateProjectInput, CreateProjectPayload, UpdateProjectInput, UpdateProjectPayload } from './project-policy.graphql.js';
import { ProjectPolicyStore, type StoredPolicy } from './project-policy.store.js';
import { projectUserErrors } from './project-user-errors.js';
import { UpdateProject } from './update-project.js';

const POLICIES = Symbol('policies of projects');

@Resolver(() => ProjectType)
export class ProjectPolicyResolver {
  constructor(
    @Inject(CreateProject) private readonly create: CreateProject,
    @Inject(UpdateProject) private readonly update: UpdateProject,
    @Inject(ProjectReadModel) private readonly projects: ProjectReadModel,
    @Inject(ProjectPolicyStore) private readonly policies: ProjectPolicyStore,
    @Inject(TransactionContext) private readonly tx: TransactionContext,
  ) {}

  @ResolveField('version', () => Int, { description: 'Rises with every change of its rules.' })
  @RequirePermission('project:read')
  async version(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() project: ProjectType): Promise<number> {
    return (await this.#policyOf(viewer, loaders, project)).version;
  }

  @ResolveField('health', () => [HealthRuleType], { description: 'How the health of kinds is told in all its applications; their own rules go before.' })
  @RequirePermission('project:read')
  async health(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() project: ProjectType): Promise<HealthRuleType[]> {
    return (await this.#policyOf(viewer, loaders, project)).policy.health.map(toHealthRuleType);
  }

  @ResolveField('ignore', () => [IgnoreRuleType], { description: 'Differences that are not drift in all its applications.' })
  @RequirePermission('project:read')
  async ignore(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() project: ProjectType): Promise<IgnoreRuleType[]> {
    return (await this.#policyOf(viewer, loaders, project)).policy.ignore.map(toIgnoreRuleType);
  }

  @ResolveField('maintenanceWindows', () => [MaintenanceWindowType], { description: 'When clusters may be given new orders by rollouts of any of its applications.' })
  @RequirePermission('project:read')
  async maintenanceWindows(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() project: ProjectType): Promise<MaintenanceWindowType[]> {
    return (await this.#policyOf(viewer, loaders, project)).policy.maintenanceWindows.map(toMaintenanceWindowType);
  }

  @ResolveField('approvals', () => ApprovalPolicyType, { description: 'Whose approvals of gates count.' })
  @RequirePermission('project:read')
  async approvals(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() project: ProjectType): Promise<ApprovalPolicyType> {
    return { ...(await this.#policyOf(viewer, loaders, project)).policy.approvals };
  }

  @Mutation(() => CreateProjectPayload, { description: 'Makes a project.' })
  @RequirePermission('project:write')
  async createProject(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to make.' }) input: CreateProjectInput): Promise<CreateProjectPayload> {
    const { name } = input;
    const issues: FieldIssue[] = [];
    const maintenanceWindows = maintenanceIn(input.maintenanceWindows, issues);
    if (issues.length > 0) return { project: null, userErrors: projectUserErrors({ code: 'INVALID_PROJECT', issues }) };
    const result = await this.create.execute(viewer, { name, health: input.health ?? [], ignore: input.ignore ?? [], maintenanceWindows: maintenanceWindows ?? [], approvals: approvalPolicyIn(input.approvals) });
    if (!result.ok) return { project: null, userErrors: projectUserErrors(result.error) };
    const project = await this.projects.findByName(viewer, name);
    return { project: project === undefined ? null : toProjectType(project), userErrors: [] };
  }

  @Mutation(() => UpdateProjectPayload, { description: 'Changes the rules of a project. Targets whose orders say something else by now get new ones.' })
  @RequirePermission('project:write')
  async updateProject(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'What to change.' }) input: UpdateProjectInput): Promise<UpdateProjectPayload> {
    const { name } = input;
    const issues: FieldIssue[] = [];
    const maintenanceWindows = maintenanceIn(input.maintenanceWindows, issues);
    if (issues.length > 0) return { project: null, userErrors: projectUserErrors({ code: 'INVALID_PROJECT', issues }) };
    const project = await this.projects.findByName(viewer, name);
    const result = await this.update.execute(viewer, { project, name, health: input.health ?? undefined, ignore: input.ignore ?? undefined, maintenanceWindows, approvals: approvalPolicyIn(input.approvals), version: input.version ?? undefined });
    if (!result.ok) return { project: null, userErrors: projectUserErrors(result.error) };
    return { project: project === undefined ? null : toProjectType(project), userErrors: [] };
  }

  async #policyOf(viewer: Viewer, loaders: RequestLoaders, { id }: ProjectType): Promise<StoredPolicy> {
    const key = parseGlobalId('Project', id);
    const load = (ids: readonly string[]): Promise<readonly (StoredPolicy | undefined)[]> => this.tx.run(viewerScope(viewer), () => this.policies.findByIds(ids));
    const policy = key === undefined ? undefined : await loaders.get<StoredPolicy>(POLICIES, load).load(key);
    if (policy === undefined) throw new Error(`project ${id} is gone while it is shown`);
    return policy;
  }
}
