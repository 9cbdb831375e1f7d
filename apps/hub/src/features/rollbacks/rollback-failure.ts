import { assertNever } from '#kernel';
import { userError, type UserError } from '../../platform/api/index.js';

export type RollbackFailure =
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
    default:
      return assertNever(failure);
  }
}

function named(targets: readonly string[], total: number): string {
  const rest = total - Math.min(NAMED, targets.length);
  return `${targets.slice(0, NAMED).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
