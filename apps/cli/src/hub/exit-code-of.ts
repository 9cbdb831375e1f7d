import { EXIT, type ExitCode } from '../exit-codes.js';

/** The exit code for a code of `userErrors`. Codes that a newer hub may add end as "any other error". */
export function exitCodeOfUserError(code: string): ExitCode {
  if (code.endsWith('_NOT_FOUND')) return EXIT.NOT_FOUND;
  if (code.startsWith('INVALID_') || code === 'REASON_MISSING') return EXIT.USAGE;
  return code.startsWith('DUPLICATE_') || code.startsWith('STALE_') || CONFLICTS.has(code) ? EXIT.CONFLICT : EXIT.ERROR;
}

const CONFLICTS: ReadonlySet<string> = new Set([
  'ALREADY_AT_RELEASE', 'APPLICATION_DELETING', 'APPROVER_EMAIL_UNKNOWN', 'APPROVER_IS_AUTHOR', 'AUTHORS_UNKNOWN', 'CLUSTER_NOT_ACTIVE', 'CLUSTER_OFFLINE', 'COMMIT_MISMATCH', 'DEPENDENCY_CYCLE', 'DIGEST_MISMATCH', 'NOTHING_HELD', 'NOTHING_TO_APPROVE', 'NOTHING_TO_CONFIRM', 'NOTHING_TO_PROMOTE', 'NOTHING_TO_RETRY', 'NOTHING_TO_ROLL_BACK_TO', 'NOTHING_TO_SYNC',
  'RELEASE_NEVER_RAN', 'RELEASE_OUT_OF_REACH', 'REMOVAL_NEEDS_CONFIRMATION', 'REPOSITORY_IN_USE', 'REVERT_AMBIGUOUS', 'REVERT_NEEDS_BRANCH', 'REVERT_NOT_GIT', 'REVERT_OTHER_SOURCE', 'REVERT_WHOLE_REPOSITORY', 'ROLLOUT_IN_PROGRESS', 'ROLLOUT_NOT_READY', 'ROLLOUT_OVER', 'TARGET_BLOCKED', 'TARGET_FAILED', 'TARGET_HELD',
  'TARGET_LEFT_OUT', 'TESTS_REFUSED', 'WRITE_CREDENTIALS_MISSING',
]);

/** The exit code for a code of `errors[].extensions`. `isAboutInput`: the hub names an argument or a variable, not our document. */
export function exitCodeOfError(code: string, isAboutInput: boolean): ExitCode {
  switch (code) {
    case 'UNAUTHENTICATED':
      return EXIT.NOT_AUTHENTICATED;
    case 'FORBIDDEN':
      return EXIT.DENIED;
    case 'NOT_FOUND':
      return EXIT.NOT_FOUND;
    case 'BAD_REQUEST':
      return isAboutInput ? EXIT.USAGE : EXIT.ERROR;
    case 'HISTORY_NOT_KEPT':
      return EXIT.USAGE;
    case 'IDEMPOTENCY_KEY_REUSED':
      return EXIT.CONFLICT;
    case 'AGENT_ON_OTHER_REPLICA':
    case 'UNAVAILABLE':
    case 'TIMEOUT':
      return EXIT.HUB_UNREACHABLE;
    default:
      return EXIT.ERROR;
  }
}
