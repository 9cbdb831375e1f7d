import { assertNever } from '#kernel';
import { userError, type UserError } from '../../platform/api/index.js';
import type { ApproveHistoryRewriteFailure, CreateRepositoryFailure, DeleteRepositoryFailure, UpdateRepositoryFailure } from './repository.errors.js';

/** Failures of this feature as the API tells them. */
export function toRepositoryUserError(failure: CreateRepositoryFailure | UpdateRepositoryFailure | DeleteRepositoryFailure | ApproveHistoryRewriteFailure): UserError {
  switch (failure.code) {
    case 'PROJECT_NOT_FOUND':
      return userError(failure.code, ['project'], `There is no project ${JSON.stringify(failure.project.slice(0, 80))}.`, 'See which there are: capstan get projects');
    case 'REPOSITORY_NOT_FOUND':
      return userError(failure.code, ['name'], `There is no repository ${JSON.stringify(failure.name.slice(0, 80))} in the project.`, 'See which there are: capstan get repos');
    case 'DUPLICATE_REPOSITORY':
      return userError(failure.code, ['name'], `The project has a repository ${failure.name}.`, 'Update it, or take another name.');
    case 'STALE_VERSION':
      return userError(failure.code, ['version'], `The repository has version ${failure.version} by now.`, 'Read it again and repeat the change.', { version: failure.version });
    case 'REPOSITORY_IN_USE': {
      const { applications, count } = failure;
      const more = count > applications.length ? ` and ${count - applications.length} more` : '';
      return userError(failure.code, ['name'], `Applications use it: ${applications.join(', ')}${more}.`, 'Delete them first, or give them another repository.', { count, applications });
    }
    case 'REF_NOT_FOUND':
      return userError(failure.code, ['ref'], `No application follows ${JSON.stringify(failure.ref.slice(0, 80))}.`, 'Write it as applications do in source.ref.');
    case 'NOTHING_TO_APPROVE':
      return failure.isGone
        ? userError(failure.code, ['ref'], `${failure.ref} is gone: there is no commit to go on with.`, 'Push it again, or give the applications another ref.')
        : userError(failure.code, ['ref'], `${failure.ref} is in order.`, 'Nothing is to be approved: it is followed as it is.');
    case 'COMMIT_MISMATCH': {
      const { field, ref, fromCommit, toCommit } = failure;
      return userError(failure.code, [field], `${ref} waits to move from ${fromCommit} to ${toCommit}.`, 'Look at that commit, and approve it if it is wanted.', { fromCommit, toCommit });
    }
    case 'INVALID_NAME':
    case 'INVALID_URL':
    case 'INVALID_POLL':
    case 'INVALID_CREDENTIALS':
    case 'INVALID_VALUE':
      return userError(failure.code, failure.field, sentence(failure.rule));
    default:
      return assertNever(failure);
  }
}

function sentence(rule: string): string {
  return `${rule.charAt(0).toUpperCase()}${rule.slice(1)}.`;
}
