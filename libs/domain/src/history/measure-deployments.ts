import type { ReleaseId } from '../ids.js';
import type { RolloutCause, RolloutPhase } from '../rollout/rollout.types.js';

/** A rollout of one application, as far as deployments are measured by it. */
export interface MeasuredRollout {
  readonly number: number;
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly phase: RolloutPhase;
  /** When the content of the release was committed. */
  readonly committedAt: Date;
  readonly createdAt: Date;
  /** When its first stage opened; undefined: none has. */
  readonly begunAt: Date | undefined;
  /** When the last of its targets was healthy; undefined: not known. */
  readonly healthyAt: Date | undefined;
  /** When it halted, began to go back, or ended with failed targets, for the first time. */
  readonly failedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  /** Of a ROLLBACK: the releases that its targets come from. */
  readonly takesBack: readonly ReleaseId[];
}

/** Half and nine tenths of them took at most so long. */
export interface Spread {
  readonly count: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
}

export interface DeploymentMeasures {
  readonly deployments: number;
  readonly perDay: number;
  readonly leadTime: Spread | undefined;
  readonly failed: number;
  /** Of all deployments; undefined without one. */
  readonly changeFailureRate: number | undefined;
  readonly timeToRestore: Spread | undefined;
  /** Failed, and nothing has gone well since. */
  readonly notRestored: number;
}

/** What became of one release. */
export interface Deployment {
  readonly at: Date;
  readonly leadTimeMs: number | undefined;
  readonly failedAt: Date | undefined;
  readonly restoredAt: Date | undefined;
}

export interface MeasuredWindow {
  readonly since: Date;
  /** The first moment that does not count any more. */
  readonly until: Date;
}

const DAY_MS = 86_400_000;
const FAILED: ReadonlySet<RolloutPhase> = new Set<RolloutPhase>(['FAILED', 'HALTED', 'ROLLING_BACK', 'ROLLED_BACK']);

/**
 * The deployments of an application in a window. Pure. A deployment is a release that began, as its first stage opened, for the first time and for the whole application (causes RELEASE and SYNC); that
 * it is tried again, or gone back to, makes no other. It leads from the commit to the moment when the last target was healthy. It has failed when a rollout of it failed, halted or
 * went back, or when anybody rolled targets back from it; and is restored when it went back or went well after all, or when the next rollout of the application has.
 *
 * @param rollouts all of the application that may count, in any order: those of the releases of the window, and what came after
 */
export function deploymentsOf(rollouts: readonly MeasuredRollout[], { since, until }: MeasuredWindow): readonly Deployment[] {
  const inOrder = rollouts.toSorted((a, b) => a.number - b.number);
  const releases = Map.groupBy(inOrder.filter(({ cause }) => cause === 'RELEASE' || cause === 'SYNC'), ({ release }) => release);
  return [...releases.values()].flatMap((tries) => {
    const at = earliest(tries.map(({ begunAt }) => begunAt));
    return at === undefined || at < since || at >= until ? [] : [deploymentOf(at, tries, inOrder)];
  });
}

/** The four measures of DORA over deployments of one application or of many. Pure. */
export function measureDeployments(deployments: readonly Deployment[], { since, until }: MeasuredWindow): DeploymentMeasures {
  const failed = deployments.filter(({ failedAt }) => failedAt !== undefined);
  const restored = failed.flatMap(({ failedAt, restoredAt }) => (failedAt === undefined || restoredAt === undefined ? [] : [restoredAt.getTime() - failedAt.getTime()]));
  return {
    deployments: deployments.length, perDay: deployments.length / Math.max((until.getTime() - since.getTime()) / DAY_MS, Number.MIN_VALUE),
    leadTime: spreadOf(deployments.flatMap(({ leadTimeMs }) => leadTimeMs ?? [])), failed: failed.length, changeFailureRate: deployments.length === 0 ? undefined : failed.length / deployments.length,
    timeToRestore: spreadOf(restored), notRestored: failed.length - restored.length,
  };
}

function deploymentOf(at: Date, tries: readonly MeasuredRollout[], all: readonly MeasuredRollout[]): Deployment {
  const [first] = tries;
  const success = tries.find(({ phase }) => phase === 'SUCCEEDED');
  const healthyAt = success?.healthyAt ?? success?.finishedAt;
  const leadTimeMs = first === undefined || healthyAt === undefined ? undefined : Math.max(0, healthyAt.getTime() - first.committedAt.getTime());
  const takenBack = all.filter(({ cause, takesBack, createdAt }) => cause === 'ROLLBACK' && createdAt >= at && first !== undefined && takesBack.includes(first.release));
  const failedAt = earliest([...tries.map(failureOf), ...takenBack.map(({ createdAt }) => createdAt)]);
  if (failedAt === undefined || first === undefined) return { at, leadTimeMs, failedAt: undefined, restoredAt: undefined };
  const later = all.filter(({ number, cause, phase }) => number >= first.number && (cause === 'RELEASE' || cause === 'SYNC' || cause === 'ROLLBACK') && (phase === 'SUCCEEDED' || phase === 'ROLLED_BACK'));
  const ends = later.map(({ phase, healthyAt: well, finishedAt }) => (phase === 'SUCCEEDED' ? (well ?? finishedAt) : finishedAt));
  return { at, leadTimeMs, failedAt, restoredAt: earliest(ends.filter((end) => end !== undefined && end >= failedAt)) };
}

/** Rollouts of earlier versions did not note when. */
function failureOf({ phase, failedAt, finishedAt, createdAt }: MeasuredRollout): Date | undefined {
  return failedAt ?? (FAILED.has(phase) ? (finishedAt ?? createdAt) : undefined);
}

function earliest(dates: readonly (Date | undefined)[]): Date | undefined {
  return dates.reduce((first, date) => (first === undefined || (date !== undefined && date < first) ? date : first), undefined);
}

/** By nearest rank: a value that was measured, never one in between. */
function spreadOf(values: readonly number[]): Spread | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return sorted.length === 0 ? undefined : { count: sorted.length, p50Ms: rank(0.5), p90Ms: rank(0.9) };
}
