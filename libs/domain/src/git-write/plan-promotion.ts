import type { ReleaseId, RepositoryId } from '../ids.js';
import type { RepositoryType } from '../source/repository-type.js';

/** A target of the application that is promoted from. */
export interface PromotingTarget {
  readonly name: string;
  readonly isHeld: boolean;
  /** Since when it runs the release and is healthy; undefined: it does not, or is not. */
  readonly wellSince: Date | undefined;
}

/** What is known of a promotion at one moment. */
export interface PromotionState {
  readonly soakMs: number;
  /** undefined: there is no such application. */
  readonly upstream: {
    readonly repository: RepositoryId;
    /** What it has now. `path` and `fullRef` are those that it came from. */
    readonly release: { readonly id: ReleaseId; readonly number: number; readonly path: string; readonly fullRef: string | undefined } | undefined;
    /** Whether the newest rollout to all of its targets was of that release, and succeeded. */
    readonly hasSucceeded: boolean;
    /** Where in the repository those are from which it is promoted itself, and so on up to where changes begin. */
    readonly origins: readonly { readonly path: string; readonly fullRef: string | undefined }[];
    readonly targets: readonly PromotingTarget[];
  } | undefined;
  readonly downstream: {
    readonly repository: { readonly id: RepositoryId; readonly type: RepositoryType; readonly hasWriteCredentials: boolean };
    readonly fullRef: string | undefined;
    readonly path: string;
    readonly hasHeldTargets: boolean;
    /** Number of the highest release that was promoted, or is being; undefined: none. */
    readonly promoted: number | undefined;
  };
}

/** Where a promotion stands. `DUE` is for the hub to act upon, all others for people. */
export const PROMOTION_STATES = [
  'DUE', 'PROMOTED', 'NEWER_PROMOTED', 'SOAK', 'ROLLOUT', 'TARGETS', 'NO_TARGETS', 'NO_RELEASE', 'UPSTREAM_HELD', 'HELD',
  'UPSTREAM_MISSING', 'NOT_GIT', 'OTHER_REPOSITORY', 'NEEDS_BRANCH', 'PATHS_OVERLAP', 'WRITE_CREDENTIALS_MISSING',
] as const;
export type PromotionPhase = (typeof PROMOTION_STATES)[number];

export interface PromotionDecision {
  readonly state: PromotionPhase;
  /** The release in question. */
  readonly release: number | undefined;
  /** Targets that are not well, or are held. */
  readonly targets: readonly string[];
  /** When the soak is over, if all stays well. */
  readonly until: Date | undefined;
}

const BRANCHES = 'refs/heads/';

/**
 * Whether the release that an application has is to be carried on, or what it waits for, or what is in its way. Only forward, and each release once: what a person took
 * back is not promoted again. Same state and time, same answer. Pure.
 */
export function planPromotion({ soakMs, upstream, downstream }: PromotionState, now: Date): PromotionDecision {
  const number = upstream?.release?.number;
  const say = (state: PromotionPhase, more: Partial<PromotionDecision> = {}): PromotionDecision => ({ state, release: number, targets: [], until: undefined, ...more });
  if (upstream === undefined) return say('UPSTREAM_MISSING');
  const { repository, fullRef, path } = downstream;
  if (repository.type !== 'GIT') return say('NOT_GIT');
  if (upstream.repository !== repository.id) return say('OTHER_REPOSITORY');
  if (fullRef === undefined || !fullRef.startsWith(BRANCHES)) return say('NEEDS_BRANCH');
  const { release, targets } = upstream;
  if (release === undefined) return say('NO_RELEASE');
  // Of the whole chain: what comes back to where it began is a release there, and would go round for ever.
  if ([release, ...upstream.origins].some((one) => one.fullRef === fullRef && (isWithin(one.path, path) || isWithin(path, one.path)))) return say('PATHS_OVERLAP');
  if (!repository.hasWriteCredentials) return say('WRITE_CREDENTIALS_MISSING');
  if (downstream.promoted === release.number) return say('PROMOTED');
  if (downstream.promoted !== undefined && downstream.promoted > release.number) return say('NEWER_PROMOTED');
  if (!upstream.hasSucceeded) return say('ROLLOUT');
  if (targets.length === 0) return say('NO_TARGETS');
  const held = targets.filter(({ isHeld }) => isHeld);
  if (held.length > 0) return say('UPSTREAM_HELD', { targets: held.map(({ name }) => name) });
  const unwell = targets.filter(({ wellSince }) => wellSince === undefined);
  if (unwell.length > 0) return say('TARGETS', { targets: unwell.map(({ name }) => name) });
  if (downstream.hasHeldTargets) return say('HELD');
  const until = new Date(Math.max(...targets.map(({ wellSince }) => wellSince?.getTime() ?? 0)) + soakMs);
  return until.getTime() > now.getTime() ? say('SOAK', { until }) : say('DUE');
}

function isWithin(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}
