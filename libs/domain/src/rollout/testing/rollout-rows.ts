import { releaseId, rolloutId, targetId, type ReleaseId, type RolloutId, type TargetId } from '../../ids.js';
import type { OrderVersion } from '../../target/assignment.js';
import type { ReasonCode } from '../../target/reason-code.js';
import type { GateRow, ObservedTarget, RolloutState, RolloutTargetRow, RolloutTargetState, RolloutTransition, StageRow } from '../rollout.types.js';

/** Rows of rollouts for tests: what a case does not speak of is as plain as can be. */
export const NOW = new Date('2026-11-01T12:00:00.000Z');
export const RELEASE = aReleaseId(1);
/** What every target ran before. */
export const OLDER = aReleaseId(0);
export const ORDER: OrderVersion = { epoch: 1n, generation: 5n };
/** The best an agent can say of the release. */
export const WELL: ObservedTarget = { ...ORDER, release: RELEASE, sync: 'SYNCED', reason: 'SYNCED', health: 'HEALTHY' };

export function after(ms: number): Date {
  return new Date(NOW.getTime() + ms);
}

export function aReleaseId(n: number): ReleaseId {
  return releaseId(`00000000-0000-7000-8000-0000000e${String(n).padStart(4, '0')}`);
}

export function aRolloutId(n: number): RolloutId {
  return rolloutId(`00000000-0000-7000-8000-0000000f${String(n).padStart(4, '0')}`);
}

/** The target of a name of up to six lower-case letters and digits, so that failing tests can be read. */
export function idOf(name: string): TargetId {
  const hex = [...name].map((letter) => (letter.codePointAt(0) ?? 0).toString(16)).join('');
  return targetId(`00000000-0000-7000-8000-${hex.padStart(12, '0')}`);
}

/** A target of the stage `all` that came from OLDER; in every state after PENDING it holds ORDER. */
export function aTarget(name: string, state: RolloutTargetState, rest: Partial<RolloutTargetRow> = {}): RolloutTargetRow {
  return {
    id: idOf(name), stage: 'all', state, reason: undefined, isActive: true, isHeld: false, isNamed: false, offlineSince: undefined, release: RELEASE, fromRelease: OLDER,
    assignedAs: state === 'PENDING' ? undefined : ORDER, startedAt: state === 'PENDING' ? undefined : NOW, blockedBy: undefined, observed: undefined, refused: undefined, ...rest,
  };
}

/** The open stage `all` without limits, with a minute for each target. */
export function aStage(rest: Partial<StageRow> = {}): StageRow {
  return { name: 'all', position: 0, state: 'OPEN', maxConcurrency: 'UNLIMITED', failureBudget: 'UNLIMITED', deadlineMs: 60_000, soakMs: 0, settledAt: undefined, isPromoted: false, gates: [], ...rest };
}

export function anApproval(side: GateRow['side'], rest: Partial<GateRow> = {}): GateRow {
  return { spec: { kind: 'APPROVAL', name: 'release-manager', approvals: 1 }, side, state: 'PENDING', approvals: 0, ...rest };
}

/** It is RUNNING, halts at a failure, and leaves out at once who is away. */
export function aRollout(targets: readonly RolloutTargetRow[], rest: Partial<RolloutState> = {}): RolloutState {
  return { id: aRolloutId(1), release: RELEASE, phase: 'RUNNING', onFailure: 'HALT', offlineWaitMs: 0, stages: [aStage()], targets, ...rest };
}

export function assign(name: string): RolloutTransition {
  return { kind: 'assign', target: idOf(name), release: RELEASE, to: 'MOVING' };
}

export function sendBack(name: string, release: ReleaseId = OLDER): RolloutTransition {
  return { kind: 'assign', target: idOf(name), release, to: 'REVERTING' };
}

export function mark(name: string, from: RolloutTargetState, to: RolloutTargetState, reason: ReasonCode): RolloutTransition {
  return { kind: 'mark-target', target: idOf(name), from, to, reason };
}
