import { assertNever } from '#kernel';
import type { FieldIssue, FieldIssueCode } from '#domain';
import { userError, type UserError, type UserErrorCode } from '../../platform/api/index.js';
import type { CreateApplicationFailure, DeleteApplicationFailure, RemovalNeedsConfirmation, UpdateApplicationFailure } from './application.errors.js';

/** What the API says of a failure of one of the application mutations. */
export function applicationUserErrors(failure: CreateApplicationFailure | UpdateApplicationFailure | DeleteApplicationFailure): UserError[] {
  switch (failure.code) {
    case 'PROJECT_NOT_FOUND':
      return [userError(failure.code, ['project'], `There is no project ${JSON.stringify(failure.project.slice(0, 80))}.`)];
    case 'APPLICATION_NOT_FOUND':
      return [userError(failure.code, ['name'], `There is no application ${JSON.stringify(failure.name.slice(0, 80))} in the project.`)];
    case 'DUPLICATE_APPLICATION':
      return [userError(failure.code, ['name'], `The project has an application ${failure.name}.`, 'Update it, or take another name.')];
    case 'APPLICATION_DELETING':
      return [userError(failure.code, ['name'], `Application ${failure.name} is being deleted.`, 'Wait until it is gone.')];
    case 'REPOSITORY_NOT_FOUND':
      return [userError(failure.code, ['spec', 'source', 'repository'], `The project has no repository ${JSON.stringify(failure.repository)}.`, 'Create it first.')];
    case 'STALE_VERSION':
      return [userError(failure.code, ['version'], `The application has version ${failure.version} by now.`, 'Read it again and repeat the change.')];
    case 'INVALID_APPLICATION':
      return failure.issues.map(issueUserError);
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

function issueUserError(issue: FieldIssue): UserError {
  return userError(CODE_OF[issue.code], issue.path, issue.message, issue.hint);
}

const CODE_OF: Readonly<Record<FieldIssueCode, UserErrorCode>> = {
  REQUIRED: 'INVALID_VALUE',
  INVALID_NAME: 'INVALID_NAME',
  INVALID_VALUE: 'INVALID_VALUE',
  INVALID_PATH: 'INVALID_PATH',
  INVALID_REF: 'INVALID_REF',
  INVALID_NAMESPACE: 'INVALID_NAMESPACE',
  TOO_LARGE: 'INVALID_VALUE',
  TOO_MANY: 'INVALID_VALUE',
  LABEL_KEY_INVALID: 'INVALID_SELECTOR',
  LABEL_VALUE_INVALID: 'INVALID_SELECTOR',
  LABEL_RESERVED: 'INVALID_SELECTOR',
  FACT_NAME_INVALID: 'INVALID_SELECTOR',
  FACT_VALUE_INVALID: 'INVALID_SELECTOR',
  SELECTOR_EMPTY: 'INVALID_SELECTOR',
  SELECTOR_INVALID: 'INVALID_SELECTOR',
  SELECTOR_FACTS_ALONE: 'INVALID_SELECTOR',
  SELECTOR_ALL_WITH_LABELS: 'INVALID_SELECTOR',
  PARAMETER_INVALID: 'INVALID_PARAMETERS',
  DEPENDENCY_CYCLE: 'DEPENDENCY_CYCLE',
  EXPRESSION_INVALID: 'INVALID_EXPRESSION',
};
