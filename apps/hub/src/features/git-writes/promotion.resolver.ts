import { planPromotion, sayPromotion } from '#domain';
import { Inject } from '@nestjs/common';
import { Parent, ResolveField, Resolver } from '@nestjs/graphql';
import { CurrentViewer, Loaders, RequestLoaders, RequirePermission, type Viewer } from '../../platform/api/index.js';
import { TransactionContext, viewerScope } from '../../platform/database/index.js';
import { ApplicationType } from '../applications/index.js';
import { toGitWriteType } from './git-writes.graphql.js';
import { GitWriteReadModel } from './git-writes.read-model.js';
import { loadPromotions, type LoadedPromotion } from './load-promotion.js';
import { PromotionStatusType } from './promotion.graphql.js';

const PROMOTIONS = Symbol('promotions of applications');

/** What an application says of the releases that are carried to it: the same decision that the hub acts upon. */
@Resolver(() => ApplicationType)
export class PromotionResolver {
  constructor(
    @Inject(TransactionContext) private readonly tx: TransactionContext,
    @Inject(GitWriteReadModel) private readonly writes: GitWriteReadModel,
  ) {}

  @ResolveField('promotion', () => PromotionStatusType, { nullable: true, description: 'Where the promotion from another application stands; null for one that has no `promoteFrom`.' })
  @RequirePermission('rollout:read')
  async promotion(@CurrentViewer() viewer: Viewer, @Loaders() loaders: RequestLoaders, @Parent() { key }: ApplicationType): Promise<PromotionStatusType | null> {
    const found = await loaders.get<LoadedPromotion>(PROMOTIONS, (ids) => this.#load(viewer, ids)).load(key.application);
    if (found === undefined) return null;
    const decision = planPromotion(found.state, found.now);
    const [write] = found.write === undefined ? [] : await this.writes.findByIds(viewer, [found.write]);
    return {
      from: found.spec.application, state: decision.state, message: sayPromotion(decision, found.spec.application), release: decision.release ?? null, targets: [...decision.targets], until: decision.until ?? null,
      gitWrite: write === undefined ? null : toGitWriteType(write),
    };
  }

  async #load(viewer: Viewer, ids: readonly string[]): Promise<readonly (LoadedPromotion | undefined)[]> {
    const loaded = await this.tx.run(viewerScope(viewer), () => loadPromotions(this.tx, ids));
    const byId = new Map<string, LoadedPromotion>(loaded.map((promotion) => [promotion.application, promotion]));
    return ids.map((id) => byId.get(id));
  }
}
