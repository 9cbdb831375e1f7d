import { assertNever } from '#kernel';
import { userError, type UserError } from '../../platform/api/index.js';
import type { ChangeValidatorFailure, CreateValidatorFailure } from './validator.errors.js';

/** Failures of this feature as the API tells them. */
export function toValidatorUserError(failure: ChangeValidatorFailure | CreateValidatorFailure): UserError {
  switch (failure.code) {
    case 'PROJECT_NOT_FOUND':
      return userError(failure.code, ['project'], `There is no project ${JSON.stringify(failure.project.slice(0, 80))}.`, 'See which there are: capstan get projects');
    case 'VALIDATOR_NOT_FOUND':
      return userError(failure.code, ['name'], `There is no validator ${JSON.stringify(failure.name.slice(0, 80))} in the project.`, 'See which there are: capstan validator list');
    case 'DUPLICATE_VALIDATOR':
      return userError(failure.code, ['name'], `The project has a validator ${failure.name}.`, 'Update it, or take another name.');
    case 'STALE_VERSION':
      return userError(failure.code, ['version'], `The validator has version ${failure.version} by now.`, 'Read it again and repeat the change.', { version: failure.version });
    case 'INVALID_NAME':
    case 'INVALID_URL':
      return userError(failure.code, [failure.field], `${failure.rule.charAt(0).toUpperCase()}${failure.rule.slice(1)}.`);
    default:
      return assertNever(failure);
  }
}
