import { assertNever } from '#kernel';
import { fieldIssueError, userError, type UserError } from '../../platform/api/index.js';
import type { CreateApplicationFailure, DeleteApplicationFailure, RemovalNeedsConfirmation, UpdateApplicationFailure } from './application.errors.js';

/** What the API says of a failure of one of the application mutations. */
export function applicationUserErrors(failure: CreateApplicationFailure | UpdateApplicationFailure | DeleteApplicationFailure): UserError[] {
  switch (failure.code) {
    case 'PROJECT_NOT_FOUND':
      return [userError(failure.code, ['project'], `There is no project ${JSON.stringify(failure.project.slice(0, 80))}.`, 'See which there are: capstan get projects')];
    case 'APPLICATION_NOT_FOUND':
      return [userError(failure.code, ['name'], `There is no application ${JSON.stringify(failure.name.slice(0, 80))} in the project.`, 'See which there are: capstan get apps')];
    case 'DUPLICATE_APPLICATION':
      return [userError(failure.code, ['name'], `The project has an application ${failure.name}.`, 'Update it, or take another name.')];
    case 'APPLICATION_DELETING':
      return [userError(failure.code, ['name'], `Application ${failure.name} is being deleted.`, 'Wait until it is gone.')];
    case 'REPOSITORY_NOT_FOUND':
      return [userError(failure.code, ['spec', 'source', 'repository'], `The project has no repository ${JSON.stringify(failure.repository)}.`, 'Create it first.')];
    case 'STALE_VERSION':
      return [userError(failure.code, ['version'], `The application has version ${failure.version} by now.`, 'Read it again and repeat the change.')];
    case 'INVALID_APPLICATION':
      return failure.issues.map(fieldIssueError);
    case 'REMOVAL_NEEDS_CONFIRMATION':
      return [removalUserError(failure)];
    default:
      return assertNever(failure);
  }
}

function removalUserError({ code, count, digest, targets }: RemovalNeedsConfirmation): UserError {
  return userError(code, ['confirmRemovals'], `This would remove ${count} ${count === 1 ? 'target' : 'targets'}.`, 'If that is meant, repeat it with `confirmRemovals` set to the digest.', {
    count, digest, targets,
  });
}
