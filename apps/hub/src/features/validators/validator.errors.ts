export interface ProjectNotFound {
  readonly code: 'PROJECT_NOT_FOUND';
  readonly project: string;
}

export interface ValidatorNotFound {
  readonly code: 'VALIDATOR_NOT_FOUND';
  readonly name: string;
}

export interface DuplicateValidator {
  readonly code: 'DUPLICATE_VALIDATOR';
  readonly name: string;
}

/** Somebody else changed the row since it was read. */
export interface StaleValidator {
  readonly code: 'STALE_VERSION';
  readonly version: number;
}

export interface InvalidValidatorSetting {
  readonly code: 'INVALID_NAME' | 'INVALID_URL';
  readonly field: 'name' | 'url';
  readonly rule: string;
}

export type ChangeValidatorFailure = ProjectNotFound | ValidatorNotFound | StaleValidator | InvalidValidatorSetting;
export type CreateValidatorFailure = ProjectNotFound | DuplicateValidator | InvalidValidatorSetting;
