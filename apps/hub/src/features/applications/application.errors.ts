import type { Digest } from '#kernel';
import type { FieldIssue } from '#domain';

export interface ProjectNotFound {
  readonly code: 'PROJECT_NOT_FOUND';
  readonly project: string;
}

export interface ApplicationNotFound {
  readonly code: 'APPLICATION_NOT_FOUND';
  readonly name: string;
}

export interface DuplicateApplication {
  readonly code: 'DUPLICATE_APPLICATION';
  readonly name: string;
}

/** It is on its way out: nothing about it can be changed any more. */
export interface ApplicationDeleting {
  readonly code: 'APPLICATION_DELETING';
  readonly name: string;
}

export interface RepositoryUnknown {
  readonly code: 'REPOSITORY_NOT_FOUND';
  readonly repository: string;
}

/** Somebody else changed the row since it was read. */
export interface StaleApplication {
  readonly code: 'STALE_VERSION';
  readonly version: number;
}

export interface InvalidApplication {
  readonly code: 'INVALID_APPLICATION';
  /** Paths begin at the root of the input of the mutation. */
  readonly issues: readonly FieldIssue[];
}

/** The removal guard refuses: more targets would go than go without a person saying so. */
export interface RemovalNeedsConfirmation {
  readonly code: 'REMOVAL_NEEDS_CONFIRMATION';
  readonly count: number;
  readonly digest: Digest;
  /** `project/application@cluster`, the first 20. */
  readonly targets: readonly string[];
}

export type CreateApplicationFailure = ProjectNotFound | InvalidApplication | RepositoryUnknown | DuplicateApplication | RemovalNeedsConfirmation;
export type UpdateApplicationFailure =
  | ProjectNotFound | ApplicationNotFound | ApplicationDeleting | InvalidApplication | RepositoryUnknown | StaleApplication | RemovalNeedsConfirmation;
export type DeleteApplicationFailure = ProjectNotFound | ApplicationNotFound | ApplicationDeleting;
