import type { SyncState, TargetReport } from '#domain';
import type { Log } from '#kernel';

/** Says what became of a target, for whoever has the agent's log and not the hub. */
export type SayState = (report: TargetReport) => void;

const NOT_AS_ORDERED: readonly SyncState[] = ['KEPT_LAST_GOOD', 'FAILED', 'AWAITING_APPROVAL', 'DRIFTED', 'ORPHANED'];

/** Messages hold no value of any object, so they may be logged; drifted objects hold some, and are not. */
export function logState(log: Log, nameOf: (target: TargetReport['target']) => string): SayState {
  return ({ target, generation, sync, health, reason, message, commit }) => {
    const fields = { target, application: nameOf(target), generation, sync, health, reason, message, commit };
    if (NOT_AS_ORDERED.includes(sync)) log.warn('the target is not as ordered', fields);
    else log.info('the target changed its state', fields);
  };
}
