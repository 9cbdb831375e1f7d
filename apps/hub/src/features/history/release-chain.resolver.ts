import { parseGlobalId } from '#domain';
import { Inject } from '@nestjs/common';
import { Args, Int, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { ApiError, CurrentViewer, Loaders, PageArgs, parsePage, RequestLoaders, RequirePermission, toConnection, type Viewer } from '../../platform/api/index.js';
import { ApplicationType } from '../applications/index.js';
import { releaseLoader, ReleaseReadModel, ReleaseType, toReleaseType } from '../releases/index.js';
import { RolloutType, toRolloutType, type RolloutView } from '../rollouts/index.js';
import { TargetReadModel, TargetType, toTargetType, type TargetView } from '../targets/index.js';
import { ReleaseApprovalType, ReleaseResultConnection, ReleaseResultType, toResultType } from './release-chain.graphql.js';
import { MAX_APPROVALS_SHOWN, ReleaseChainReadModel, type ReleaseApprovalView, type ReleaseResultView } from './release-chain.read-model.js';

const ROLLOUTS = Symbol('rollouts of releases');
const APPROVALS = Symbol('approvals of releases');
const RESULTS = Symbol('results of releases');
const TARGETS = Symbol('targets of results');
const MAX_ROLLOUTS = 20;

/** What followed from a release: who let it pass, how it moved, and what became of it. */
@Resolver(() => ReleaseType)
export class ReleaseChainResolver {
  constructor(@Inject(ReleaseChainReadModel) private readonly chain: ReleaseChainReadModel) {}

  @ResolveField('rollouts', () => [RolloutType], { description: 'How it moved, newest first.' })
  @RequirePermission('rollout:read')
  async rollouts(
    @CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() release: ReleaseType,
    @Args('first', { type: () => Int, nullable: true, defaultValue: MAX_ROLLOUTS, description: `How many, 1 to ${MAX_ROLLOUTS}.` }) first: number | null,
  ): Promise<RolloutType[]> {
    const limit = first ?? MAX_ROLLOUTS;
    if (limit < 1 || limit > MAX_ROLLOUTS) throw new ApiError('BAD_REQUEST', `"first" must be 1 to ${MAX_ROLLOUTS}.`);
    const found = await loaders.get<readonly RolloutView[]>(ROLLOUTS, (ids) => this.chain.rollouts(viewer, ids, MAX_ROLLOUTS)).load(idOf(release));
    return (found ?? []).slice(0, limit).map(toRolloutType);
  }

  @ResolveField('approvals', () => [ReleaseApprovalType], { description: `Who has let it pass at which gate, the first one first; at most ${MAX_APPROVALS_SHOWN}.` })
  @RequirePermission('rollout:read')
  async approvals(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() release: ReleaseType): Promise<ReleaseApprovalType[]> {
    const found = await loaders.get<readonly ReleaseApprovalView[]>(APPROVALS, (ids) => this.chain.approvals(viewer, ids)).load(idOf(release));
    return (found ?? []).map((approval) => ({ ...approval }));
  }

  @ResolveField('results', () => ReleaseResultConnection, { description: 'What became of it on each target, in order of creation.' })
  @RequirePermission('target:read')
  async results(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() release: ReleaseType, @Args() args: PageArgs): Promise<ReleaseResultConnection> {
    const id = idOf(release);
    const page = parsePage(args, ['results of release', id], []);
    // Only first pages of the same length are asked for of many releases at once.
    const found = page.after === undefined
      ? await loaders.get<readonly ReleaseResultView[]>(RESULTS, (keys) => this.#firstPages(viewer, keys)).load(`${page.limit} ${id}`)
      : (await this.chain.results(viewer, [id], page))[0];
    return toConnection(found ?? [], page, ({ target }) => ({ key: [], id: target }), toResultType);
  }

  /** Keys are `<limit> <release>`. */
  async #firstPages(viewer: Viewer, keys: readonly string[]): Promise<readonly (readonly ReleaseResultView[] | undefined)[]> {
    const found = new Map<string, readonly ReleaseResultView[]>();
    for (const [limit, group] of Map.groupBy(keys, (key) => Number.parseInt(key, 10))) {
      const results = await this.chain.results(viewer, group.map((key) => key.slice(key.indexOf(' ') + 1)), { after: undefined, limit });
      for (const [index, key] of group.entries()) found.set(key, results[index] ?? []);
    }
    return keys.map((key) => found.get(key));
  }
}

@Resolver(() => ReleaseResultType)
export class ReleaseResultResolver {
  constructor(@Inject(TargetReadModel) private readonly targets: TargetReadModel) {}

  @ResolveField('target', () => TargetType, { description: 'The target as it is now.' })
  @RequirePermission('target:read')
  async target(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ReleaseResultType): Promise<TargetType> {
    const found = await loaders.get<TargetView>(TARGETS, (ids) => this.targets.findByIds(viewer, ids)).load(key.target);
    if (found === undefined) throw new Error(`target ${key.target} of a result is missing`);
    return toTargetType(found);
  }
}

/** A release by the number that people know it by. */
@Resolver(() => ApplicationType)
export class ApplicationReleaseResolver {
  constructor(
    @Inject(ReleaseChainReadModel) private readonly chain: ReleaseChainReadModel,
    @Inject(ReleaseReadModel) private readonly releases: ReleaseReadModel,
  ) {}

  @ResolveField('release', () => ReleaseType, { nullable: true, description: 'The release of this number; null: there is none.' })
  @RequirePermission('release:read')
  async release(
    @CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType,
    @Args('number', { type: () => Int, description: 'Its number.' }) number: number,
  ): Promise<ReleaseType | null> {
    const id = await this.chain.findByNumber(viewer, key.application, number);
    const found = id === undefined ? undefined : await releaseLoader(loaders, this.releases, viewer).load(id);
    return found === undefined ? null : toReleaseType(found);
  }
}

function idOf(release: ReleaseType): string {
  const id = parseGlobalId('Release', release.id);
  if (id === undefined) throw new Error('a release without a global id of its type');
  return id;
}
