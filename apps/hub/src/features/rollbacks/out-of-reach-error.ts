import type { OutOfReach } from '#domain';
import { userError, type UserError } from '../../platform/api/index.js';
import { named, NAMED } from './named.js';

/** How many of each are in `details`. */
const LISTED = 100;

/** Names who cannot go back and why, who can, and both ways on. */
export function outOfReachError({ repositories, notKept, unknown, reachable }: OutOfReach): UserError {
  const away = repositories.slice(0, NAMED).map(({ name, reason, lastReadAt }) => `${name} (${reason}, ${lastReadAt === undefined ? 'never read yet' : `last read at ${lastReadAt.toISOString()}`})`);
  const sentences = [
    `What the targets would go back to comes from what cannot be read now: ${named(away, repositories.length)}.`,
    notKept.length === 0 ? '' : `No longer kept by the agents of ${named(notKept, notKept.length)}.`,
    unknown.length === 0 ? '' : `Not known whether kept by those of ${named(unknown, unknown.length)}, which do not tell: they are of an earlier version, or have not reported yet.`,
    'Nothing was changed.',
  ];
  const hints = [
    reachable.length === 0 ? '' : `Go back where it is kept, cluster by cluster or stage by stage: ${named(reachable, reachable.length)}.`,
    'Wait until it can be read again, or say waitForGit: targets then go back, and are held, as soon as their agents can read it.',
  ];
  const details = {
    repositories: repositories.slice(0, LISTED).map(({ name, reason, lastReadAt }) => ({ name, reason, lastReadAt: lastReadAt?.toISOString() ?? null })),
    notKept: notKept.slice(0, LISTED), unknown: unknown.slice(0, LISTED), reachable: reachable.slice(0, LISTED),
    counts: { notKept: notKept.length, unknown: unknown.length, reachable: reachable.length },
  };
  return userError('RELEASE_OUT_OF_REACH', ['waitForGit'], sentences.filter((one) => one !== '').join(' '), hints.filter((one) => one !== '').join(' '), details);
}
