import type { ReleaseId, RolloutId, TargetId } from '../ids.js';
import { resolveStages, type PlacedInStage, type PlacementReason, type TargetToPlace } from './resolve-stages.js';
import { isRolloutOver, type RolloutCause, type RolloutPhase, type StageRow } from './rollout.types.js';
import { stagesBehindGates } from './stages-behind-gates.js';
import { quantityOf } from './strategy/quantity.js';
import { DEFAULT_DEADLINE_SECONDS, type FailurePolicy, type RolloutStrategy, type StageSpec } from './strategy/rollout-strategy.js';

/** A rollout of the same application that may be under way. */
export interface KnownRollout {
  readonly id: RolloutId;
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly phase: RolloutPhase;
}

/** What a PENDING rollout waits for: a person, or the end of the one before it. */
export const ROLLOUT_WAITS = ['SYNC', 'ROLLOUT'] as const;
export type RolloutWait = (typeof ROLLOUT_WAITS)[number];

export interface TargetToRoll extends TargetToPlace {
  /** Where it goes back to if need be: what it was last well with; undefined: it ran nothing. */
  readonly comesFrom: ReleaseId | undefined;
  /** Where it goes, if not to the release of the rollout: each target of a rollback has its own. */
  readonly goesTo?: ReleaseId;
}

export interface RolloutToStart {
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly strategy: RolloutStrategy;
  /** `sync.automated`. Without it a new release waits for a person. */
  readonly automated: boolean;
  /** The targets that take part. Targets under removal are not among them. */
  readonly targets: readonly TargetToRoll[];
  /** All targets of the application, where only some of them take part: whoever would stand behind a gate in a rollout to all stands behind it. */
  readonly among?: readonly TargetToRoll[] | undefined;
  readonly rollouts: readonly KnownRollout[];
}

export interface RolloutTargetStart {
  readonly id: TargetId;
  /** undefined: it takes no part. */
  readonly stage: string | undefined;
  readonly placement: PlacementReason;
  readonly fromRelease: ReleaseId | undefined;
  readonly toRelease: ReleaseId;
}

/** The rows of a new rollout. */
export interface RolloutStart {
  readonly release: ReleaseId;
  readonly cause: RolloutCause;
  readonly phase: 'PENDING' | 'RUNNING';
  readonly waitsFor: RolloutWait | undefined;
  readonly onFailure: FailurePolicy;
  /** undefined: orders are given to clusters that are away as to any other. */
  readonly offlineWaitMs: number | undefined;
  readonly stages: readonly StageRow[];
  /** In the order in which they are taken. */
  readonly targets: readonly RolloutTargetStart[];
  /** Rollouts that end as SUPERSEDED in the same transaction. */
  readonly supersedes: readonly RolloutId[];
}

/** The one stage of ALL_AT_ONCE. No failure budget: every cluster is moved at once, so there is nothing left to hold back. */
export const STAGE_ALL: StageRow = {
  name: 'all', position: 0, state: 'PENDING', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED', deadlineMs: undefined, soakMs: 0, settledAt: undefined, isPromoted: false, gates: [],
};

/** A new release, and a person who sends it once more, move the whole application. */
export function movesAll(cause: RolloutCause): boolean {
  return cause === 'RELEASE' || cause === 'SYNC';
}

/**
 * What a new rollout consists of. Pure. A new release that starts supersedes every rollout of the application that is not over, and takes
 * all targets, those in the middle of an older move included; while it waits, only an older one that waits gives way. The other causes move their own
 * targets beside whatever runs. Nothing takes the place of a rollout that is rolling back.
 */
export function startRollout(input: RolloutToStart): RolloutStart {
  const waitsFor = waitOf(input);
  const isStaged = input.strategy.kind === 'STAGED' && (movesAll(input.cause) || input.cause === 'PARAMETERS' || input.cause === 'PARTIAL');
  const { stages, placed } = isStaged ? inStages(input.strategy.stages, input.targets, movesAll(input.cause) ? undefined : input.among) : atOnce(input.targets, movesAll(input.cause) ? undefined : longestDeadlineMs(input.strategy));
  const byId = new Map(input.targets.map((target) => [target.id, target]));
  return {
    release: input.release,
    cause: input.cause,
    phase: waitsFor === undefined ? 'RUNNING' : 'PENDING',
    waitsFor,
    // Whoever gets other parameters has no earlier release to go back to.
    onFailure: input.strategy.kind === 'STAGED' && (movesAll(input.cause) || input.cause === 'PARTIAL') ? input.strategy.onFailure : 'HALT',
    offlineWaitMs: isStaged ? input.strategy.offlineWaitSeconds * 1_000 : undefined,
    stages,
    targets: placed.map(({ id, stage, reason }) => ({ id, stage, placement: reason, fromRelease: byId.get(id)?.comesFrom, toRelease: byId.get(id)?.goesTo ?? input.release })),
    supersedes: supersededBy(input, waitsFor),
  };
}

/** The rollouts that end as SUPERSEDED when `starting` goes from PENDING to RUNNING: every other one that is not over, except what goes back. */
export function supersededByStarting(starting: RolloutId, rollouts: readonly KnownRollout[]): readonly RolloutId[] {
  return rollouts.filter((rollout) => rollout.id !== starting && !isRolloutOver(rollout.phase) && !goesBack(rollout)).map((rollout) => rollout.id);
}

/**
 * Whether a rollout that waits for the one before it may start. Pure. Where a newer release replaces the older one it waits for what goes back only.
 * @param strategy the one that the application has by now
 */
export function isNextInLine(waiting: RolloutId, rollouts: readonly KnownRollout[], strategy: RolloutStrategy): boolean {
  const isBlocking = replaces(strategy) ? isTakenBack : isInTheWay;
  return !rollouts.some((rollout) => rollout.id !== waiting && isBlocking(rollout));
}

/** A release that is to wait for a person does so whatever else is under way: the end of another rollout is no go-ahead. */
function waitOf({ cause, automated, strategy, rollouts }: RolloutToStart): RolloutWait | undefined {
  if (cause === 'RELEASE' && !automated) return 'SYNC';
  if (cause === 'SYNC' || (cause === 'RELEASE' && replaces(strategy))) return rollouts.some(isTakenBack) ? 'ROLLOUT' : undefined;
  if (cause !== 'RELEASE' || !rollouts.some(isInTheWay)) return undefined;
  return strategy.kind === 'STAGED' && strategy.newerRelease === 'SKIP' ? 'SYNC' : 'ROLLOUT';
}

function replaces(strategy: RolloutStrategy): boolean {
  return strategy.kind === 'ALL_AT_ONCE' || strategy.newerRelease === 'REPLACE';
}

/** A halted rollout goes nowhere by itself: a newer release need not wait for it. */
function isInTheWay({ cause, phase }: KnownRollout): boolean {
  return isTakenBack({ phase }) || (movesAll(cause) && (phase === 'RUNNING' || phase === 'PAUSED'));
}

function isTakenBack({ phase }: Pick<KnownRollout, 'phase'>): boolean {
  return phase === 'ROLLING_BACK';
}

/** Nothing takes its place; a rollback by hand is in nobody's way either, since a hold keeps its targets out of every other rollout. */
function goesBack({ cause, phase }: Pick<KnownRollout, 'cause' | 'phase'>): boolean {
  return isTakenBack({ phase }) || (cause === 'ROLLBACK' && !isRolloutOver(phase));
}

function supersededBy({ cause, rollouts }: RolloutToStart, waitsFor: RolloutWait | undefined): readonly RolloutId[] {
  const open = rollouts.filter((rollout) => !isRolloutOver(rollout.phase) && !goesBack(rollout));
  if (!movesAll(cause)) return [];
  // A release that still waits leaves alone what runs; only another waiting one gives way.
  return open.filter((rollout) => waitsFor === undefined || rollout.phase === 'PENDING').map((rollout) => rollout.id);
}

interface Placed {
  readonly stages: readonly StageRow[];
  readonly placed: readonly PlacedInStage[];
}

/** For what goes at once beside the stages, as a rollback by hand or late comers: as long as the most patient stage waits for a target. */
function longestDeadlineMs(strategy: RolloutStrategy): number {
  const seconds = strategy.kind === 'STAGED' ? strategy.stages.map((stage) => stage.deadlineSeconds) : [DEFAULT_DEADLINE_SECONDS];
  return Math.max(...seconds) * 1_000;
}

function atOnce(targets: readonly TargetToRoll[], deadlineMs: number | undefined): Placed {
  const ids = targets.map((target) => target.id).toSorted();
  return { stages: [{ ...STAGE_ALL, deadlineMs }], placed: ids.map((id) => ({ id, stage: STAGE_ALL.name, reason: 'MATCHED' })) };
}

function inStages(specs: readonly StageSpec[], targets: readonly TargetToRoll[], among: readonly TargetToRoll[] | undefined): Placed {
  const placed = resolveStages(specs, targets, among === undefined ? undefined : stagesBehindGates(specs, among));
  const sizeOf = Map.groupBy(placed, (target) => target.stage);
  return { placed, stages: specs.map((spec, position) => stageRow(spec, position, sizeOf.get(spec.name)?.length ?? 0)) };
}

function stageRow(spec: StageSpec, position: number, size: number): StageRow {
  return {
    name: spec.name, position, state: 'PENDING', maxConcurrency: spec.maxConcurrency === undefined ? 'UNLIMITED' : Math.max(1, quantityOf(spec.maxConcurrency, size, 'UP')),
    failureBudget: quantityOf(spec.failureBudget, size, 'DOWN'), deadlineMs: spec.deadlineSeconds * 1_000, soakMs: spec.soakSeconds * 1_000, settledAt: undefined, isPromoted: false,
    gates: [...spec.before.map((gate) => ({ spec: gate, side: 'BEFORE' as const, state: 'PENDING' as const, approvals: 0 })), ...spec.after.map((gate) => ({ spec: gate, side: 'AFTER' as const, state: 'PENDING' as const, approvals: 0 }))],
  };
}
