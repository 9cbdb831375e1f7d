import { digestOfJson, err, ok, type Digest, type Result } from '#kernel';
import type { ApplicationId, ClusterId, TargetId } from '../ids.js';
import type { RemovalMode } from './assignment.js';

/** How far back removals count together with a new one. The caller measures it in database time. */
export const REMOVAL_WINDOW_MS = 10 * 60 * 1000;
/** Of an application's targets: more than one, and more than one in this many. */
const APPLICATION_ONE_IN = 20;
/** Of the targets on one cluster. */
const CLUSTER_ONE_IN = 5;

export interface PlannedRemoval {
  readonly target: TargetId;
  readonly application: ApplicationId;
  readonly cluster: ClusterId;
  readonly mode: RemovalMode;
}

export interface RemovalsToGuard {
  /** What this change would tombstone; targets that are already being removed are not among them. */
  readonly removals: readonly PlannedRemoval[];
  /** Every tombstone of the last ten minutes, confirmed or not, of the applications and clusters concerned. */
  readonly recent: readonly Omit<PlannedRemoval, 'mode'>[];
  /** Targets that are not being removed now, this change's included. */
  readonly activeByApplication: ReadonlyMap<ApplicationId, number>;
  readonly activeByCluster: ReadonlyMap<ClusterId, number>;
  /** The digest that a person gave, if one did. */
  readonly confirmation: Digest | undefined;
}

/** One limit that the removals exceed: `count` of `total`, the last ten minutes included. */
export type ExceededRemovalLimit =
  | { readonly scope: 'APPLICATION'; readonly application: ApplicationId; readonly count: number; readonly total: number }
  | { readonly scope: 'CLUSTER'; readonly cluster: ClusterId; readonly count: number; readonly total: number };

export interface RemovalNeedsConfirmation {
  readonly code: 'REMOVAL_NEEDS_CONFIRMATION';
  readonly count: number;
  /** To be given back as the confirmation of exactly these removals. */
  readonly digest: Digest;
  readonly targets: readonly PlannedRemoval[];
  /** Empty when only the given confirmation does not fit. */
  readonly exceeded: readonly ExceededRemovalLimit[];
}

/**
 * Whether a change may tombstone what it would tombstone. Pure. A person must confirm when, with those of the last ten minutes, more
 * than max(1, 5 %) of an application's targets go, or all of them (the only target of an application counts as all), or more
 * than max(1, 20 %) of the targets on one cluster. A confirmation counts for exactly the removals and modes that it was shown for; one that
 * does not fit is refused even where none was needed, since the person meant something else.
 */
export function guardRemovals(input: RemovalsToGuard): Result<void, RemovalNeedsConfirmation> {
  if (input.removals.length === 0) return ok(undefined);
  const digest = removalsDigest(input.removals);
  if (input.confirmation === digest) return ok(undefined);
  const exceeded = exceededLimits(input);
  if (exceeded.length === 0 && input.confirmation === undefined) return ok(undefined);
  return err({ code: 'REMOVAL_NEEDS_CONFIRMATION', count: input.removals.length, digest, targets: input.removals.toSorted(byTarget), exceeded });
}

/** Digest over the target ids and modes, whatever their order. */
export function removalsDigest(removals: readonly PlannedRemoval[]): Digest {
  return digestOfJson({ format: 1, removals: removals.toSorted(byTarget).map(({ target, mode }) => [target, mode]) });
}

function exceededLimits({ removals, recent, activeByApplication, activeByCluster }: RemovalsToGuard): readonly ExceededRemovalLimit[] {
  // A target may have been removed, created again and be removed now: it counts once.
  const planned = new Set(removals.map((removal) => removal.target));
  const earlier = new Map(recent.filter(({ target }) => !planned.has(target)).map((removal) => [removal.target, removal]));
  const exceeded: ExceededRemovalLimit[] = [];
  for (const application of new Set(removals.map((removal) => removal.application))) {
    const before = countWhere(earlier.values(), (removal) => removal.application === application);
    const count = before + countWhere(removals, (removal) => removal.application === application);
    const total = before + (activeByApplication.get(application) ?? 0);
    if (isMoreThan(count, total, APPLICATION_ONE_IN) || count >= total) exceeded.push({ scope: 'APPLICATION', application, count, total });
  }
  for (const cluster of new Set(removals.map((removal) => removal.cluster))) {
    const before = countWhere(earlier.values(), (removal) => removal.cluster === cluster);
    const count = before + countWhere(removals, (removal) => removal.cluster === cluster);
    const total = before + (activeByCluster.get(cluster) ?? 0);
    if (isMoreThan(count, total, CLUSTER_ONE_IN)) exceeded.push({ scope: 'CLUSTER', cluster, count, total });
  }
  return exceeded;
}

/** More than one, and more than one in `oneIn`; in whole numbers, so that 5 of 100 is exactly 5 %. */
function isMoreThan(count: number, total: number, oneIn: number): boolean {
  return count > 1 && count * oneIn > total;
}

function countWhere<T>(items: Iterable<T>, test: (item: T) => boolean): number {
  let count = 0;
  for (const item of items) if (test(item)) count += 1;
  return count;
}

function byTarget(a: PlannedRemoval, b: PlannedRemoval): number {
  return a.target < b.target ? -1 : a.target > b.target ? 1 : 0;
}
