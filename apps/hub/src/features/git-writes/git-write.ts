import type { ApplicationId, ApplicationSpec, GitWriteKind, GitWriteReason, ProjectId, ReleaseId, RepositoryId, RepositoryType, RolloutId } from '#domain';

/** A commit that is owed, as it is asked for. */
export interface OwedWrite {
  readonly id: string;
  readonly project: ProjectId;
  readonly kind: GitWriteKind;
  /** Whose branch and path are written. */
  readonly application: ApplicationId;
  readonly repository: RepositoryId;
  /** Whose content it carries. */
  readonly release: ReleaseId;
  /** The rollback, of a revert. */
  readonly rollout: RolloutId | undefined;
  readonly branch: string;
  /** A branch of its own; undefined: on top of `branch`. */
  readonly newBranch: string | undefined;
  /** Where the content lies at the release's commit. */
  readonly sourcePath: string;
  readonly targetPath: string;
  /** Below the target path, left as they are. */
  readonly keep: readonly string[];
  readonly commitMessage: string;
  readonly requestedBy: string;
}

/** The same, taken by one worker, with all that it needs to be carried out. */
export interface ClaimedWrite extends OwedWrite {
  readonly claim: string;
  /** With this one. */
  readonly attempts: number;
  readonly createdAt: Date;
  readonly url: string;
  readonly type: RepositoryType;
  /** Sealed; undefined: they are gone by now. */
  readonly writeCredentials: Uint8Array | undefined;
  readonly commit: string;
  /** Where that commit was seen. */
  readonly commitRef: string;
  /** Of the revision that the release was made from. */
  readonly spec: ApplicationSpec;
}

export type WriteOutcome =
  /** `commit` undefined: the branch held it already. */
  | { readonly kind: 'DONE'; readonly commit: string | undefined; readonly url: string | undefined }
  /** The claim was lost, or a later wish took its place, before anything was sent. */
  | { readonly kind: 'LEFT' }
  /** Tried again when `isFinal` is false and attempts are left. */
  | { readonly kind: 'FAILED'; readonly reason: GitWriteReason; readonly message: string; readonly isFinal: boolean; readonly retryAfterMs: number | undefined };
