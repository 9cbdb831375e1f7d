import { assertNever } from '#kernel';
import { fieldIssueError, userError, type UserError } from '../../platform/api/index.js';
import type { CreateProjectFailure } from './create-project.js';
import type { UpdateProjectFailure } from './update-project.js';

/** Failures of this feature as the API tells them. */
export function projectUserErrors(failure: CreateProjectFailure | UpdateProjectFailure): UserError[] {
  switch (failure.code) {
    case 'PROJECT_NOT_FOUND':
      return [userError(failure.code, ['name'], `There is no project ${JSON.stringify(failure.name.slice(0, 80))}.`, 'See which there are: capstan get projects')];
    case 'INVALID_NAME':
      return [userError(failure.code, ['name'], `${failure.rule}.`)];
    case 'DUPLICATE_PROJECT':
      return [userError(failure.code, ['name'], `There is a project ${failure.name}.`, 'Update it, or take another name.')];
    case 'STALE_VERSION':
      return [userError(failure.code, ['version'], `The project has version ${failure.version} by now.`, 'Read it again and repeat the change.', { version: failure.version })];
    case 'INVALID_PROJECT':
      return failure.issues.map(fieldIssueError);
    default:
      return assertNever(failure);
  }
}
