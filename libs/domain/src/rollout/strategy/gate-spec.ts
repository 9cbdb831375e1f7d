import type { Selector } from '../../selector/selector.js';
import type { TimeWindow } from '../../window/time-window.js';

/** People with the permission `rollout:approve` must say yes. */
export interface ApprovalGateSpec {
  readonly kind: 'APPROVAL';
  readonly name: string;
  /** How many different people. */
  readonly approvals: number;
}

/** The time must be right: `judgeWindows` says so. Before a stage it holds for every single order, so that a stage that outlasts the window pauses. */
export interface WindowGateSpec {
  readonly kind: 'WINDOW';
  readonly name: string;
  readonly windows: readonly TimeWindow[];
}

/**
 * A PromQL query that the agent of every cluster of the stage puts to the Prometheus of its own cluster: before the stage in those that are to move,
 * after it in those that are well. Its value must lie within the bounds, both included. A source that is down neither passes nor fails it; its deadline does.
 */
export interface MetricGateSpec {
  readonly kind: 'METRIC';
  readonly name: string;
  readonly query: string;
  /** At least one of the two is said. */
  readonly min?: number;
  readonly max?: number;
  readonly intervalSeconds: number;
  /** How many good measurements every cluster must give. */
  readonly count: number;
  /** How many bad ones a cluster may give before the gate fails. */
  readonly failureLimit: number;
  readonly deadlineSeconds: number;
}

/** A Job that the release itself brings, marked as this hook, is run in every cluster of the stage and must succeed there. */
export interface JobGateSpec {
  readonly kind: 'JOB';
  readonly name: string;
  /** `metadata.name` of the Job. */
  readonly job: string;
  readonly deadlineSeconds: number;
}

/** A service of the project is told the facts of the rollout and answers pass, fail or wait. */
export interface ValidatorGateSpec {
  readonly kind: 'VALIDATOR';
  readonly name: string;
  /** Name of the validator in the project: its address and its key are kept there. */
  readonly validator: string;
  readonly intervalSeconds: number;
  readonly deadlineSeconds: number;
}

/** Another application of the project must have come as far. */
export interface RolloutGateSpec {
  readonly kind: 'ROLLOUT';
  readonly name: string;
  readonly application: string;
  /** Number of the release that it must have reached, or a later one; absent: the newest that it has. */
  readonly release?: number;
  /** Where; absent: on the clusters of the stage. */
  readonly clusters?: Selector;
  /** absent: it waits for as long as it takes. */
  readonly deadlineSeconds?: number;
}

/** Something that must be so before a stage begins or ends. */
export type GateSpec = ApprovalGateSpec | WindowGateSpec | MetricGateSpec | JobGateSpec | ValidatorGateSpec | RolloutGateSpec;
/** The gates that are opened by checks of single clusters, or of the hub. */
export type CheckedGateSpec = Exclude<GateSpec, ApprovalGateSpec | WindowGateSpec>;
export const GATE_KINDS = ['APPROVAL', 'WINDOW', 'METRIC', 'JOB', 'VALIDATOR', 'ROLLOUT'] as const satisfies readonly GateSpec['kind'][];
export const MAX_GATES = 16;
