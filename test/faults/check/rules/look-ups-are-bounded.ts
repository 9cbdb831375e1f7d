import type { Evidence } from '../evidence.js';

const POLL_MS = 1_000;
/** Polls come with this share of jitter. */
const JITTER = 0.1;
/** Whatever makes a look due at once may find one under way, after which another follows. */
const LOOKS_PER_REASON = 2;

/**
 * One look-up per repository and interval, for the whole hub and every application. A person's change, a push that is still to be fetched
 * and a restart of the hub may make one more due at once.
 */
export function lookUpsAreBounded({ lookUps, schedule, startedAt, endedAt, mutations, commits, hubStarts }: Evidence): readonly string[] {
  return schedule.applications.flatMap(({ name }) => {
    const count = lookUps.filter(({ repository }) => repository === name).length;
    const reasons = mutations.filter(({ application }) => application === name).length + commits.filter(({ application }) => application === name).length + hubStarts;
    const most = Math.ceil((endedAt - startedAt) / (POLL_MS * (1 - JITTER))) + LOOKS_PER_REASON * reasons;
    return count <= most ? [] : [`${name}: ${count} look-ups in ${endedAt - startedAt} ms, at most ${most} have a reason`];
  });
}
