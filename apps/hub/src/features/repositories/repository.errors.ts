export interface ProjectNotFound {
  readonly code: 'PROJECT_NOT_FOUND';
  readonly project: string;
}

export interface RepositoryNotFound {
  readonly code: 'REPOSITORY_NOT_FOUND';
  readonly name: string;
}

export interface DuplicateRepository {
  readonly code: 'DUPLICATE_REPOSITORY';
  readonly name: string;
}

/** Somebody else changed the row since it was read. */
export interface StaleRepository {
  readonly code: 'STALE_VERSION';
  readonly version: number;
}

export interface RepositoryInUse {
  readonly code: 'REPOSITORY_IN_USE';
  /** The first of them, by name. */
  readonly applications: readonly string[];
  readonly count: number;
}

/** A setting that cannot be. `rule` completes "must" or stands alone, and never repeats a secret. */
export interface InvalidRepositorySetting {
  readonly code: 'INVALID_NAME' | 'INVALID_URL' | 'INVALID_POLL' | 'INVALID_CREDENTIALS' | 'INVALID_VALUE';
  readonly field: readonly string[];
  readonly rule: string;
}

export interface RefNotFollowed {
  readonly code: 'REF_NOT_FOUND';
  readonly ref: string;
}

/** The ref is in order, or is gone, so that there is nothing to go on with. */
export interface NoRewriteToApprove {
  readonly code: 'NOTHING_TO_APPROVE';
  readonly ref: string;
  readonly isGone: boolean;
}

/** Another move waits than the one that was looked at. */
export interface OtherRewrite {
  readonly code: 'COMMIT_MISMATCH';
  readonly field: 'commit' | 'fromCommit';
  readonly ref: string;
  readonly fromCommit: string;
  readonly toCommit: string;
}

export type CreateRepositoryFailure = ProjectNotFound | DuplicateRepository | InvalidRepositorySetting;
export type UpdateRepositoryFailure = ProjectNotFound | RepositoryNotFound | StaleRepository | InvalidRepositorySetting;
export type DeleteRepositoryFailure = ProjectNotFound | RepositoryNotFound | RepositoryInUse;
export type ApproveHistoryRewriteFailure = ProjectNotFound | RepositoryNotFound | RefNotFollowed | NoRewriteToApprove | OtherRewrite;
