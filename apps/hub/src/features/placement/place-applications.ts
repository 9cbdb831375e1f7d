import { err, ok, type Digest, type Result } from '#kernel';
import { diffTargets, guardRemovals, type ApplicationId, type ClusterToMatch, type PlannedRemoval, type TargetDiff } from '#domain';
import type { RemovalNeedsConfirmation } from '../applications/index.js';
import type { ApplicationToPlace, NewTarget, PlacedTarget, PlacementScope, PlacementStore } from './placement.store.js';

const SHOWN_TARGETS = 20;

interface Placement {
  readonly application: ApplicationToPlace;
  readonly diff: TargetDiff;
}

/**
 * Brings targets in line with what applications select. Level-triggered: asked again it changes nothing more. Runs inside the transaction of
 * the change that makes it necessary.
 */
export class PlaceApplications {
  constructor(private readonly store: PlacementStore) {}

  /**
   * Creates targets and tombstones, or refuses when more would go than go without a confirmation. A refusal has written nothing.
   * @param scope the applications and clusters that may have changed
   */
  async place(scope: PlacementScope, confirmation: Digest | undefined): Promise<Result<void, RemovalNeedsConfirmation>> {
    await this.store.lock();
    const placements = await this.#diff(scope);
    const removals = placements.flatMap(removalsOf);
    const guarded = await this.#guard(removals, confirmation);
    if (!guarded.ok) return guarded;
    await this.store.tombstone(removals, 'SELECTOR');
    await this.#arrange(placements);
    return ok(undefined);
  }

  /** The same, without ever removing anything: what facts say, or fail to say, removes nothing. */
  async placeWithoutRemovals(scope: PlacementScope): Promise<void> {
    await this.store.lock();
    await this.#arrange(await this.#diff(scope));
  }

  async #diff(scope: PlacementScope): Promise<readonly Placement[]> {
    const applications = await this.store.applications(scope);
    if (applications.length === 0) return [];
    const clusters = await this.store.clusters(scope);
    const targets = Map.groupBy(await this.store.targets(scope), (target) => target.application);
    return applications.map((application) => ({ application, diff: diffOne(application, clusters, targets) }));
  }

  async #guard(removals: readonly PlannedRemoval[], confirmation: Digest | undefined): Promise<Result<void, RemovalNeedsConfirmation>> {
    if (removals.length === 0) return ok(undefined);
    const counts = await this.store.removalCounts([...new Set(removals.map((one) => one.application))], [...new Set(removals.map((one) => one.cluster))]);
    const guarded = guardRemovals({ removals, confirmation, ...counts });
    if (guarded.ok) return guarded;
    const { code, count, digest, targets } = guarded.error;
    return err({ code, count, digest, targets: await this.store.namesOf(targets.map((one) => one.target), SHOWN_TARGETS) });
  }

  async #arrange(placements: readonly Placement[]): Promise<void> {
    await this.store.create(placements.flatMap(({ application, diff }) => diff.create.map(({ cluster }): NewTarget => ({ project: application.project, application: application.id, cluster }))));
    const factMismatch = placements.flatMap(({ diff }) => diff.factMismatch);
    const mismatching = new Set(factMismatch);
    await this.store.flag({
      factMismatch,
      matching: placements.flatMap(({ diff }) => diff.keep.filter((target) => !mismatching.has(target))),
      rematch: placements.flatMap(({ diff }) => diff.rematchAfterRemoval.map(({ target }) => target)),
    });
  }
}

function diffOne(application: ApplicationToPlace, clusters: readonly ClusterToMatch[], targets: ReadonlyMap<ApplicationId, readonly PlacedTarget[]>): TargetDiff {
  return diffTargets({ selector: application.selector, prune: application.prune, clusters, targets: targets.get(application.id) ?? [] });
}

function removalsOf({ application, diff }: Placement): readonly PlannedRemoval[] {
  // A cluster that leaves has its own tombstones, made when it was told to go.
  return diff.tombstone.filter((one) => one.because === 'LABELS').map(({ target, cluster, mode }) => ({ target, cluster, mode, application: application.id }));
}
