import type { RolloutId } from '../ids.js';
import { lookAgainAt } from './look-again-at.js';
import type { RolloutState } from './rollout.types.js';

/** So long at most a rollout that waits is left alone, should nobody have told of what it waits for. */
export const LONGEST_UNSEEN_MS = 60_000;
/** The part of it over which rollouts are spread. */
const SPREAD_MS = 15_000;
const SHARES = 0x1_0000;

/** When the planner looks at a rollout again of itself, whatever is told meanwhile: when time alone can change something, and in less than a minute at the latest. Pure. */
export function nextLook(rollout: RolloutState, now: Date): Date {
  const unasked = unaskedLook(rollout.id, now);
  const moment = lookAgainAt(rollout, now);
  return moment !== undefined && moment < unasked ? moment : unasked;
}

/** The latest that it may be; those that began to wait together are not looked at together. Pure. */
export function unaskedLook(id: RolloutId, now: Date): Date {
  const share = (Number.parseInt(id.slice(-4), 16) % SHARES) / SHARES;
  return new Date(now.getTime() + LONGEST_UNSEEN_MS - Math.round(share * SPREAD_MS));
}

/** What is to be written for it; undefined: what is stored comes early enough. One that is too early costs a look, and writing it anew at every event a statement each. Pure. */
export function nextLookToStore(stored: Date, next: Date, now: Date): Date | undefined {
  return stored > now && stored <= next ? undefined : next;
}
