import type { ObjectRef } from '../object/kube-object.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { HookPhase } from './hook.types.js';

/** INTENDED: about to be created, and perhaps there. RUNNING: created under its UID. The others are for ever. */
export type HookState = 'INTENDED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED';

/** What is known of one hook in one phase of one release. */
export interface HookRecord {
  readonly phase: HookPhase;
  /** Key of the hook as it is declared. */
  readonly id: string;
  /** The object as it is created. */
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  /** The run that it is marked with: an earlier attempt's where it had succeeded. */
  readonly run: string;
  readonly state: HookState;
  readonly uid?: string | undefined;
  /** When it was intended, then when it was created: its deadline counts from there. */
  readonly since: Date;
  readonly deadlineMs: number;
  /** Its object has been deleted by us after its end. */
  readonly isGone?: true | undefined;
}

/** The object of a hook of an earlier release that may still be there. */
export interface HookLeftover {
  readonly ref: ObjectRef;
  readonly apiVersion: string;
  readonly uid: string;
}

export interface HookFailure {
  readonly reason: Extract<ReasonCode, 'HOOK_FAILED' | 'HOOK_TIMED_OUT' | 'WAVE_NOT_HEALTHY'>;
  /** Names the hook and the phase. */
  readonly message: string;
  /** Of a wave that is not healthy: what waited for it. */
  readonly gate?: string | undefined;
}

/**
 * How far the hooks of one release have come on one target. Durable with the inventory's head, in the same compare-and-swap: a hook is INTENDED
 * before it is created, so that whoever comes after a crash looks for it instead of running it again.
 */
export interface HookLedger {
  readonly contentKey: string;
  /** `<epoch>-<generation>` of the order with which this attempt began. */
  readonly run: string;
  readonly isInstall: boolean;
  /** Objects of the release may have been written. */
  readonly hasWritten: boolean;
  /** The release has been applied whole, its hooks included. */
  readonly isOver: boolean;
  readonly failure?: HookFailure | undefined;
  readonly records: readonly HookRecord[];
  readonly leftovers: readonly HookLeftover[];
}
