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

/** Something that must be so before a stage begins or ends. */
export type GateSpec = ApprovalGateSpec | WindowGateSpec;
export const GATE_KINDS = ['APPROVAL', 'WINDOW'] as const satisfies readonly GateSpec['kind'][];
export const MAX_GATES = 16;
