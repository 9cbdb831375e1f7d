import { assertNever } from '#kernel';
import type { PromotionDecision } from './plan-promotion.js';

const NAMED = 5;

/** Where a promotion stands, for people, with the way on. Pure. */
export function sayPromotion({ state, release, targets, until }: PromotionDecision, from: string): string {
  const what = release === undefined ? from : `release ${release} of ${from}`;
  switch (state) {
    case 'DUE':
      return `${capital(what)} is promoted next.`;
    case 'PROMOTED':
      return `${capital(what)} is promoted: see the git write.`;
    case 'NEWER_PROMOTED':
      return `${from} is back at release ${release ?? 0}, and a newer one is promoted already: promotions only go forward. Roll back here as well if that is wanted.`;
    case 'SOAK':
      return `${capital(what)} is well on all its targets, and must stay so until ${until?.toISOString() ?? 'then'}.`;
    case 'ROLLOUT':
      return `Waits until ${what} has succeeded on all its targets.`;
    case 'TARGETS':
      return `Waits until ${what} is healthy on ${named(targets)}.`;
    case 'NO_TARGETS':
      return `${from} runs nowhere, which proves nothing: it needs at least one target.`;
    case 'NO_RELEASE':
      return `${from} has no release yet.`;
    case 'UPSTREAM_HELD':
      return `${from} is held after a rollback on ${named(targets)}: lift the hold there once that is settled.`;
    case 'HELD':
      return `Targets of this application are held after a rollback: lift the hold once that is settled. ${capital(what)} is promoted then.`;
    case 'UPSTREAM_MISSING':
      return `There is no application ${from} in the project.`;
    case 'NOT_GIT':
      return 'The application comes from no Git repository: there is nothing to commit to.';
    case 'OTHER_REPOSITORY':
      return `${from} comes from another repository: promotion carries content within one.`;
    case 'NEEDS_BRANCH':
      return 'The application follows no branch that the hub has seen: no commit can be put on top of it.';
    case 'PATHS_OVERLAP':
      return `The path of ${from}, or of one that it is promoted from itself, and that of this application lie within each other on the same branch: give them paths, or branches, of their own.`;
    case 'WRITE_CREDENTIALS_MISSING':
      return 'The hub may not write to the repository: give it write credentials (writeCredentials or writeSsh).';
    default:
      return assertNever(state);
  }
}

function named(targets: readonly string[]): string {
  const rest = targets.length - NAMED;
  return `${targets.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
