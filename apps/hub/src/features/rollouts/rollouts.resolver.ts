import { assertNever } from '#kernel';
import { applicationId, parseGlobalId, parseSelectorString, rolloutId, type RolloutHurdle } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import {
  ApiError, CurrentViewer, Loaders, NodeSources, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, UserError, userError, type Viewer,
} from '../../platform/api/index.js';
import { ApplicationReadModel, ApplicationType, toApplicationType } from '../applications/index.js';
import { releaseLoader, ReleaseReadModel, ReleaseType, toReleaseType } from '../releases/index.js';
import { TargetReadModel, TargetType, toTargetType, type TargetView } from '../targets/index.js';
import type { ClusterChoice } from './choose-clusters.js';
import { HurdleReadModel } from './hurdles.read-model.js';
import {
  RolloutConnection, RolloutHurdleType, RolloutTargetType, RolloutType, SyncApplicationInput, SyncApplicationPayload, toHurdleType, toRolloutTargetType, toRolloutType,
} from './rollouts.graphql.js';
import { RolloutReadModel, type RolloutView } from './rollouts.read-model.js';
import { StageType, toStageType } from './stages.graphql.js';
import { StageReadModel, type StageView } from './stages.read-model.js';
import { SyncApplication, type SyncApplicationFailure } from './sync-application.js';

const HURDLES = Symbol('hurdles of rollouts');
const STAGES = Symbol('stages of rollouts');
const ACTIVE = Symbol('active rollouts of applications');
const TARGETS = Symbol('targets of rollouts');
const MAX_TARGETS = 1_000;
const MAX_CLUSTERS = 500;

@Resolver(() => RolloutType)
export class RolloutResolver {
  constructor(
    @Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel,
    @Inject(HurdleReadModel) private readonly hurdlesModel: HurdleReadModel,
    @Inject(StageReadModel) private readonly stagesModel: StageReadModel,
    @Inject(ApplicationReadModel) private readonly applications: ApplicationReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
    @Inject(SyncApplication) private readonly sync: SyncApplication,
    @Inject(NodeSources) nodes: NodeSources,
  ) {
    nodes.registerRead('Rollout', 'rollout:read', rollouts, toRolloutType);
  }

  @Query(() => RolloutType, { nullable: true, description: 'A rollout by its id; null for "no such rollout or not yours".' })
  @RequirePermission('rollout:read')
  async rollout(@CurrentViewer() viewer: Viewer, @Args('id', { type: () => ID, description: 'Its id.' }) id: string): Promise<RolloutType | null> {
    const key = parseGlobalId('Rollout', id);
    const [found] = key === undefined ? [] : await this.rollouts.findByIds(viewer, [key]);
    return found === undefined ? null : toRolloutType(found);
  }

  @Query(() => RolloutConnection, { name: 'rollouts', description: 'Rollouts of an application, newest first; none for an application that is not there or not yours.' })
  @RequirePermission('rollout:read')
  async list(
    @CurrentViewer() viewer: Viewer,
    @Args() args: PageArgs,
    @Args('application', { type: () => String, description: 'Name of the application.' }) application: string,
    @Args('project', { type: () => String, nullable: true, defaultValue: 'default', description: 'Its project.' }) project: string | null,
  ): Promise<RolloutConnection> {
    const found = await this.applications.findByName(viewer, project ?? 'default', application);
    const page = parsePage(args, ['rollouts', found?.id ?? null], ['NUMBER']);
    return toConnection(found === undefined ? [] : await this.rollouts.list(viewer, found.id, page), page, ({ number, id }) => ({ key: [number], id }), toRolloutType);
  }

  @Mutation(() => SyncApplicationPayload, { description: 'Lets a waiting rollout run, or sends the newest release to every target once more; or to some clusters only, through the same stages.' })
  @RequirePermission('application:sync')
  async syncApplication(@CurrentViewer() viewer: Viewer, @Args('input', { description: 'Which application.' }) input: SyncApplicationInput): Promise<SyncApplicationPayload> {
    const application = await this.applications.findByName(viewer, input.project ?? 'default', input.name);
    const choice = choiceOf(input);
    if (choice instanceof UserError) return { application: null, rollout: null, userErrors: [choice] };
    const result = await this.sync.execute(viewer, { application, name: input.name.slice(0, 80), choice });
    if (!result.ok) return { application: null, rollout: null, userErrors: [toUserError(result.error)] };
    const [rollout] = await this.rollouts.findByIds(viewer, [result.value]);
    const after = await this.applications.findByName(viewer, input.project ?? 'default', input.name);
    return { application: after === undefined ? null : toApplicationType(after), rollout: rollout === undefined ? null : toRolloutType(rollout), userErrors: [] };
  }

  @ResolveField('release', () => ReleaseType, { description: 'What moves.' })
  @RequirePermission('release:read')
  async release(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutType): Promise<ReleaseType> {
    const found = await releaseLoader(loaders, this.releases, viewer).load(key.release);
    if (found === undefined) throw new Error(`release ${key.release} of a rollout is missing`);
    return toReleaseType(found);
  }

  @ResolveField('hurdles', () => [RolloutHurdleType], { description: 'What it waits for now, the nearest first; empty when it is over or about to move.' })
  @RequirePermission('rollout:read')
  async hurdles(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutType): Promise<RolloutHurdleType[]> {
    const hurdles = await loaders.get<readonly RolloutHurdle[]>(HURDLES, (ids) => this.#hurdles(viewer, ids)).load(key.id);
    return (hurdles ?? []).map(toHurdleType);
  }

  async #hurdles(viewer: Viewer, ids: readonly string[]): Promise<readonly (readonly RolloutHurdle[] | undefined)[]> {
    const views = (await this.rollouts.findByIds(viewer, ids)).filter((view) => view !== undefined);
    const hurdles = await this.hurdlesModel.ofMany(viewer, views);
    const byId = new Map<string, readonly RolloutHurdle[] | undefined>(views.map(({ id }, index) => [id, hurdles[index]]));
    return ids.map((id) => byId.get(id));
  }

  @ResolveField('stages', () => [StageType], { description: 'Its stages, in order.' })
  @RequirePermission('rollout:read')
  async stages(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutType): Promise<StageType[]> {
    const stages = await loaders.get<readonly StageView[]>(STAGES, (ids) => this.stagesModel.stagesOf(viewer, ids)).load(key.id);
    return (stages ?? []).map(toStageType);
  }

  @ResolveField('targets', () => [RolloutTargetType], { description: 'Its targets: what failed first, then what is under way.' })
  @RequirePermission('rollout:read')
  async targets(
    @CurrentViewer() viewer: Viewer,
    @Parent() { key }: RolloutType,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 200, description: `How many, 1 to ${MAX_TARGETS}.` }) first: number | null,
  ): Promise<RolloutTargetType[]> {
    const limit = first ?? 200;
    if (limit < 1 || limit > MAX_TARGETS) throw new ApiError('BAD_REQUEST', `"first" must be 1 to ${MAX_TARGETS}.`);
    return (await this.rollouts.targetsOf(viewer, rolloutId(key.id), limit)).map(toRolloutTargetType);
  }
}

/** What a target of a rollout refers to. */
@Resolver(() => RolloutTargetType)
export class RolloutTargetResolver {
  constructor(
    @Inject(TargetReadModel) private readonly targets: TargetReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
  ) {}

  @ResolveField('target', () => TargetType, { description: 'The target.' })
  @RequirePermission('target:read')
  async target(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutTargetType): Promise<TargetType> {
    const found = await loaders.get<TargetView>(TARGETS, (ids) => this.targets.findByIds(viewer, ids)).load(key.target);
    if (found === undefined) throw new Error(`target ${key.target} of a rollout is missing`);
    return toTargetType(found);
  }

  @ResolveField('toRelease', () => ReleaseType, { description: 'Where it goes.' })
  @RequirePermission('release:read')
  async toRelease(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutTargetType): Promise<ReleaseType> {
    const found = await releaseLoader(loaders, this.releases, viewer).load(key.toRelease);
    if (found === undefined) throw new Error(`release ${key.toRelease} of a rollout is missing`);
    return toReleaseType(found);
  }

  @ResolveField('fromRelease', () => ReleaseType, { nullable: true, description: 'What it was to run before.' })
  @RequirePermission('release:read')
  async fromRelease(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: RolloutTargetType): Promise<ReleaseType | null> {
    const found = key.fromRelease === undefined ? undefined : await releaseLoader(loaders, this.releases, viewer).load(key.fromRelease);
    return found === undefined ? null : toReleaseType(found);
  }
}

/** What an application says of its rollouts. */
@Resolver(() => ApplicationType)
export class ApplicationRolloutsResolver {
  constructor(@Inject(RolloutReadModel) private readonly rollouts: RolloutReadModel) {}

  @ResolveField('activeRollout', () => RolloutType, { nullable: true, description: 'The newest rollout that is not over; null when all are.' })
  @RequirePermission('rollout:read')
  async activeRollout(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<RolloutType | null> {
    const found = await loaders.get<RolloutView>(ACTIVE, (ids) => this.rollouts.activeOf(viewer, ids)).load(key.application);
    return found === undefined ? null : toRolloutType(found);
  }

  @ResolveField('rollouts', () => RolloutConnection, { description: 'Its rollouts, newest first.' })
  @RequirePermission('rollout:read')
  async list(@CurrentViewer() viewer: Viewer, @Parent() { key }: ApplicationType, @Args() args: PageArgs): Promise<RolloutConnection> {
    const page = parsePage(args, ['rollouts', key.application], ['NUMBER']);
    return toConnection(await this.rollouts.list(viewer, applicationId(key.application), page), page, ({ number, id }) => ({ key: [number], id }), toRolloutType);
  }
}

/** undefined: to all. */
function choiceOf({ clusters, clusterSelector }: SyncApplicationInput): ClusterChoice | UserError | undefined {
  const isNarrowed = Array.isArray(clusters) || typeof clusterSelector === 'string';
  if (!isNarrowed) return undefined;
  if (clusters?.length === 0 || (clusters?.length ?? 0) > MAX_CLUSTERS) return invalid('clusters', `Name 1 to ${MAX_CLUSTERS} clusters, or leave it out.`);
  const selector = typeof clusterSelector === 'string' ? parseSelectorString(clusterSelector) : undefined;
  if (selector?.ok === false) return invalid('clusterSelector', `It does not parse at character ${selector.error.position}: ${selector.error.expected}.`);
  return { clusters: Array.isArray(clusters) ? new Set(clusters) : undefined, selector: selector?.value };
}

function invalid(field: string, message: string): UserError {
  return Object.assign(new UserError(), userError('INVALID_VALUE', [field], message));
}

function toUserError(failure: SyncApplicationFailure): UserError {
  switch (failure.code) {
    case 'APPLICATION_NOT_FOUND':
      return userError(failure.code, ['name'], `There is no application ${JSON.stringify(failure.name)} in the project.`, 'See which there are: capstan get apps');
    case 'APPLICATION_DELETING':
      return userError(failure.code, ['name'], `Application ${failure.name} is being deleted.`, 'Wait until it is gone; a new one may take its name then.');
    case 'NOTHING_TO_SYNC':
      return userError(failure.code, ['name'], `Application ${failure.name} has no release yet.`, 'See its reason, or wait for the first look into its repository.');
    case 'ROLLOUT_IN_PROGRESS':
      return userError(failure.code, ['name'], `A rollout of ${failure.name} is ${failure.phase}: ${failure.isPartial ? 'the newest release goes to some clusters only when that has ended.' : 'the newest release is on its way already.'}`,
        failure.isPartial ? `Wait, or abort it; to send one target its release now: capstan deploy ${failure.name}@CLUSTER --reason WHY` : `See what it waits for: capstan rollout show ${failure.name}. To begin anew, abort it first.`);
    case 'TARGET_NOT_FOUND':
      return failure.clusters.length === 0
        ? userError(failure.code, ['clusterSelector'], `No target of ${failure.name} is on such a cluster.`, 'See which clusters have which labels: capstan get clusters')
        : userError(failure.code, ['clusters'], `${failure.name} has no target on ${failure.clusters.slice(0, 5).map((name) => name.slice(0, 80)).join(', ')}${failure.clusters.length > 5 ? ` and ${failure.clusters.length - 5} more` : ''}.`, `${failure.near === undefined ? '' : `Did you mean ${failure.near}? `}Why not says: capstan explain ${failure.name}@${failure.clusters[0]?.slice(0, 80) ?? 'CLUSTER'}`);
    default:
      return assertNever(failure);
  }
}
