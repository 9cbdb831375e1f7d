import { assertNever } from '#kernel';
import type { RevertRefused } from '#domain';
import { userError, type UserError } from '../../platform/api/index.js';

export type RollbackFailure =
  | RevertRefused
  | { readonly code: 'NOT_FOUND' }
  | { readonly code: 'REASON_MISSING' }
  | { readonly code: 'NOTHING_MATCHES' }
  | { readonly code: 'TOO_MANY_TARGETS'; readonly most: number }
  | { readonly code: 'NOTHING_HELD' }
  /** None of them was ever well with another release. */
  | { readonly code: 'NOTHING_TO_ROLL_BACK_TO'; readonly targets: readonly string[] }
  /** Some of them never ran the release that was asked for. */
  | { readonly code: 'RELEASE_NEVER_RAN'; readonly release: number; readonly targets: readonly string[]; readonly total: number };

const NAMED = 5;
const NOTHING_DONE = 'Nothing was changed: roll back without touching Git (mode: HOLD).';

export function toRollbackError(failure: RollbackFailure): UserError {
  switch (failure.code) {
    case 'NOT_FOUND':
      return userError('APPLICATION_NOT_FOUND', ['application'], 'There is no such project or application.');
    case 'REASON_MISSING':
      return userError(failure.code, ['reason'], 'Say why: the reason is kept with the hold.');
    case 'NOTHING_MATCHES':
      return userError('TARGET_NOT_FOUND', [], 'Nothing that runs anything matches the application, cluster and stage.');
    case 'TOO_MANY_TARGETS':
      return userError('INVALID_VALUE', [], `More than ${failure.most} targets: nothing was changed.`, 'Go back application by application, or cluster by cluster.');
    case 'NOTHING_HELD':
      return userError('NOTHING_HELD', [], 'No target there is held.');
    case 'NOTHING_TO_ROLL_BACK_TO':
      return userError(failure.code, [], `Never well with another release: ${named(failure.targets, failure.targets.length)}.`, 'Release a fix, or name a release that these targets have run.');
    case 'RELEASE_NEVER_RAN':
      return userError(failure.code, ['release'], `Release ${failure.release} never ran on ${named(failure.targets, failure.total)}: nothing was changed.`, 'Narrow the rollback by cluster or stage, or leave the release out: each target then goes to what it was well with before.');
    case 'REVERT_NOT_GIT':
      return userError(failure.code, ['mode'], `Application ${failure.application} comes from ${failure.repository}, which is no Git repository: there is no branch to put back.`, NOTHING_DONE);
    case 'WRITE_CREDENTIALS_MISSING':
      return userError(failure.code, ['mode'], `The hub may not write to repository ${failure.repository}.`, `Give it write credentials (writeCredentials or writeSsh), or roll back without touching Git (mode: HOLD).`);
    case 'REVERT_NEEDS_BRANCH':
      return userError(failure.code, ['mode'], `Application ${failure.application} follows ${failure.ref}, which is no branch: no commit can be put on top of it.`, NOTHING_DONE);
    case 'REVERT_AMBIGUOUS': {
      const releases = failure.releases.slice(0, NAMED).map(({ number, targets }) => `release ${number} (${targets} ${targets === 1 ? 'target' : 'targets'})`).join(', ');
      return userError(failure.code, ['mode'], `Targets of ${failure.application} go back to different content: ${releases}. A branch holds one.`, 'Name the release, narrow the rollback by cluster or stage, or roll back without touching Git (mode: HOLD).');
    }
    case 'REVERT_OTHER_SOURCE':
      return userError(failure.code, ['mode'], `Release ${failure.release} of ${failure.application} came from another repository or path than the application has now.`, 'Change the application back, or roll back without touching Git (mode: HOLD).');
    case 'REVERT_WHOLE_REPOSITORY':
      return userError(failure.code, ['mode'], `Which files release ${failure.release} of ${failure.application} was made from cannot be told from the rest of the repository: everything in it would go back.`, 'Revert the commit by hand, and roll back without touching Git (mode: HOLD).');
    default:
      return assertNever(failure);
  }
}

function named(targets: readonly string[], total: number): string {
  const rest = total - Math.min(NAMED, targets.length);
  return `${targets.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
