import type { Selector } from '../../selector/selector.js';
import type { GateSpec } from './gate-spec.js';
import type { Quantity } from './quantity.js';

/** In which order the targets of a stage are taken. SPREAD takes one of each value of the label in turn, so that no region goes down at once. */
export type StageOrder = { readonly by: 'NAME' } | { readonly by: 'LABEL' | 'SPREAD'; readonly label: string };

/** One stage as it is stored: complete, with every default filled in. */
export interface StageSpec {
  readonly name: string;
  /** Which targets, of those that no earlier stage took. */
  readonly selector: Selector;
  /** At most so many of all targets of the application, rounded up; absent: all that match. */
  readonly limit?: Quantity;
  /** How many move at once, of those in the stage, rounded up; absent: all. */
  readonly maxConcurrency?: Quantity;
  /** How many may fail, of those in the stage, rounded down, before the rollout halts. */
  readonly failureBudget: Quantity;
  /** How long one target may take from its order to healthy. */
  readonly deadlineSeconds: number;
  /** How long all targets of the stage must stay healthy before it ends. */
  readonly soakSeconds: number;
  readonly order: StageOrder;
  /** Must be open before the stage begins. */
  readonly before: readonly GateSpec[];
  /** Must be open before the stage ends. */
  readonly after: readonly GateSpec[];
}

/** What happens once more targets of a stage failed than its budget allows: the rollout halts, and with ROLLBACK what it moved goes back. */
export const FAILURE_POLICIES = ['HALT', 'ROLLBACK'] as const;
export type FailurePolicy = (typeof FAILURE_POLICIES)[number];

/**
 * What a newer release does to a rollout that is under way. REPLACE: takes its place. WAIT: begins when it has ended; of several that wait, the
 * newest. SKIP: is not rolled out by itself.
 */
export const NEWER_RELEASE_POLICIES = ['REPLACE', 'WAIT', 'SKIP'] as const;
export type NewerReleasePolicy = (typeof NEWER_RELEASE_POLICIES)[number];

export interface StagedStrategy {
  readonly kind: 'STAGED';
  readonly stages: readonly StageSpec[];
  readonly onFailure: FailurePolicy;
  readonly newerRelease: NewerReleasePolicy;
  /** How long a cluster that is not connected is waited for before it is left out, to be caught up when it is back. 0: it is left out at once. */
  readonly offlineWaitSeconds: number;
}

/** How a release moves over the targets of its application. ALL_AT_ONCE must be said; nothing said is `DEFAULT_STRATEGY`. */
export type RolloutStrategy = { readonly kind: 'ALL_AT_ONCE' } | StagedStrategy;
export type RolloutStrategyKind = RolloutStrategy['kind'];
export const STRATEGY_KINDS = ['ALL_AT_ONCE', 'STAGED'] as const satisfies readonly RolloutStrategyKind[];

export const DEFAULT_DEADLINE_SECONDS = 600;
export const MAX_STAGES = 32;

const EVERY_CLUSTER: Selector = { all: true, matchLabels: {}, matchExpressions: [] };
const PLAIN_STAGE: Omit<StageSpec, 'name'> = {
  selector: EVERY_CLUSTER, failureBudget: 0, deadlineSeconds: DEFAULT_DEADLINE_SECONDS, soakSeconds: 0, order: { by: 'NAME' }, before: [], after: [],
};

/** What an application gets that says nothing: one cluster, then a fifth, then the rest; the first failure halts it. */
export const DEFAULT_STRATEGY: StagedStrategy = {
  kind: 'STAGED',
  stages: [{ ...PLAIN_STAGE, name: 'canary', limit: 1 }, { ...PLAIN_STAGE, name: 'early', limit: '20%' }, { ...PLAIN_STAGE, name: 'rest' }],
  onFailure: 'HALT',
  newerRelease: 'REPLACE',
  offlineWaitSeconds: 0,
};
