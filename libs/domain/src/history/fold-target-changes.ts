import type { ReleaseId, RolloutId } from '../ids.js';
import type { ObservedTarget, RefusedVersion, RolloutTargetState } from '../rollout/rollout.types.js';
import type { RemovalMode } from '../target/assignment.js';
import { compareVersions } from '../target/accept-order.js';
import { describeTargetState, isOrderRefused, type TargetSituation, type TargetStateDescription } from '../target/describe-target-state.js';
import type { ReasonCode } from '../target/reason-code.js';
import type { TargetChange } from './target-change.js';

/** How a target was at a moment: what `describeTargetState` says of what was known then. */
export interface TargetPast extends TargetStateDescription {
  readonly life: 'ACTIVE' | 'REMOVING' | 'REMOVED';
  /** The reason, for people; empty: the code says it all. */
  readonly message: string;
  /** When the newest change was. */
  readonly since: Date;
  readonly assigned: { readonly release: ReleaseId; readonly generation: bigint; readonly at: Date; readonly rollout: RolloutId | undefined } | undefined;
  /** What its agent had said last. */
  readonly observed: (ObservedTarget & { readonly at: Date }) | undefined;
  /** Its place in the rollout that moved it last. */
  readonly place: { readonly rollout: RolloutId | undefined; readonly state: RolloutTargetState; readonly reason: ReasonCode | undefined } | undefined;
  readonly hold: { readonly at: Date; readonly by: string; readonly reason: string } | undefined;
  readonly removal: { readonly mode: RemovalMode; readonly cause: string; readonly at: Date } | undefined;
}

interface Known {
  readonly situation: TargetSituation;
  readonly life: TargetPast['life'];
  readonly since: Date;
  readonly messages: { readonly observed: string; readonly refused: string; readonly blocked: string };
  readonly assignedAt: Date | undefined;
  /** What assigned a release; an order that was signed anew since says nothing of it. */
  readonly assignedBy: { readonly release: ReleaseId; readonly rollout: RolloutId | undefined } | undefined;
  readonly observedAt: Date | undefined;
  readonly place: TargetPast['place'];
  readonly hold: TargetPast['hold'];
  readonly removal: TargetPast['removal'];
}

/**
 * What a target was after these changes. Pure. As each change tells all of what it changes, the newest of every kind are enough: the fold of those is the fold of all.
 *
 * @param changes of one target, in the order of time and then of id, up to the moment that is asked for
 * @returns undefined when it had never been there
 */
export function foldTargetChanges(changes: readonly TargetChange[]): TargetPast | undefined {
  const known = changes.reduce<Known | undefined>((before, change) => (before === undefined ? (change.kind === 'CREATED' ? born(change) : undefined) : next(before, change)), undefined);
  return known && describe(known);
}

function born({ at }: TargetChange): Known {
  const situation: TargetSituation = { assigned: undefined, removal: undefined, observed: undefined, refused: undefined, rollout: undefined, isFactMismatch: false, isHubBehind: false };
  const nothing = { assignedAt: undefined, assignedBy: undefined, observedAt: undefined, place: undefined, hold: undefined, removal: undefined };
  return { situation, life: 'ACTIVE', since: at, messages: { observed: '', refused: '', blocked: '' }, ...nothing };
}

function next(known: Known, change: TargetChange): Known {
  const { situation, messages } = known;
  const { at, reason = 'INTERNAL_ERROR', message = '', release } = change;
  const changed = (part: Partial<TargetSituation>, rest: Partial<Known> = {}): Known => ({ ...known, ...rest, situation: { ...situation, ...part }, since: at });
  const version = { epoch: change.epoch ?? 0n, generation: change.generation };
  switch (change.kind) {
    case 'CREATED':
      return born(change);
    case 'ASSIGNED':
      return release === undefined ? changed({}) : changed({ assigned: { ...version, release }, rollout: undefined }, { assignedAt: at, assignedBy: { release, rollout: change.rollout } });
    case 'REISSUED':
      return release === undefined ? changed({}) : changed({ assigned: { ...version, release }, rollout: undefined }, { assignedAt: at });
    case 'BLOCKED':
      return changed({ rollout: { phase: 'FAILED', targetState: 'FAILED', blockedBy: reason } }, { messages: { ...messages, blocked: message } });
    case 'UNBLOCKED':
      return changed({ rollout: undefined });
    case 'OBSERVED':
      return changed({ observed: { ...version, release, sync: change.sync ?? 'PENDING', reason, health: change.health ?? 'UNKNOWN' } }, { observedAt: at, messages: { ...messages, observed: message } });
    case 'REFUSED':
      return changed({ refused: { ...version, reason } satisfies RefusedVersion }, { messages: { ...messages, refused: message } });
    case 'ROLLOUT':
      return changed({}, change.place === undefined ? {} : { place: { rollout: change.rollout, state: change.place, reason: change.reason } });
    case 'HELD':
      return changed({}, { hold: { at, by: change.actor ?? '', reason: message } });
    case 'HOLD_LIFTED':
      return changed({}, { hold: undefined });
    case 'FACTS_DIFFER':
    case 'FACTS_AGREE':
      return changed({ isFactMismatch: change.kind === 'FACTS_DIFFER' });
    case 'TOMBSTONED': {
      const mode = change.mode ?? 'ORPHAN';
      const isGone = change.sync === 'REMOVED';
      return changed({ removal: { ...version, mode, isAcknowledged: isGone } }, { life: isGone ? 'REMOVED' : 'REMOVING', removal: { mode, cause: change.cause ?? '', at } });
    }
    case 'REMOVED':
      return changed({ removal: { ...version, mode: known.removal?.mode ?? 'ORPHAN', isAcknowledged: true } }, { life: 'REMOVED' });
  }
}

function describe({ situation: stored, life, since, messages, assignedAt, assignedBy, observedAt, place, hold, removal }: Known): TargetPast {
  const situation = withAcknowledgement(stored);
  const state = describeTargetState(situation);
  const { observed, assigned } = situation;
  const rollout = assignedBy !== undefined && assignedBy.release === assigned?.release ? assignedBy.rollout : undefined;
  return {
    ...state, life, since, place, hold, removal, message: messageOf(situation, state, messages),
    assigned: assigned === undefined || assignedAt === undefined ? undefined : { release: assigned.release, generation: assigned.generation, at: assignedAt, rollout },
    observed: observed === undefined || observedAt === undefined ? undefined : { ...observed, at: observedAt },
  };
}

/** The report that says so is the acknowledgement: the hub writes both at once. */
function withAcknowledgement(situation: TargetSituation): TargetSituation {
  const { removal, observed } = situation;
  if (removal === undefined || observed?.sync !== 'REMOVED' || compareVersions(observed, removal) < 0) return situation;
  return { ...situation, removal: { ...removal, isAcknowledged: true } };
}

/** The message that belongs to the state shown. */
function messageOf(situation: TargetSituation, { sync, reason }: TargetStateDescription, messages: Known['messages']): string {
  const { removal, observed, rollout } = situation;
  const isBlocked = removal === undefined && rollout?.blockedBy !== undefined;
  if (isBlocked) return messages.blocked;
  if (removal?.isAcknowledged !== true && isOrderRefused(situation)) return messages.refused;
  if (removal !== undefined && (sync === 'REMOVING' || sync === 'REMOVED')) return removal.isAcknowledged || observed?.sync !== 'REMOVING' || observed.reason !== reason ? '' : messages.observed;
  return sync === 'PENDING' ? '' : messages.observed;
}
