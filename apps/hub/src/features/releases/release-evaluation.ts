import type { ProjectId, ReasonCode, ReleaseId, RepositoryId, SourceTree } from '#domain';

/** Whether the resolved commit has `previous` in its history (or is it). UNKNOWN: it could not be found out now, which never means NO. */
export type Ancestry = 'YES' | 'NO' | 'UNKNOWN';

/** What a ref of a repository stands for now, and its content. */
export interface ResolvedSource {
  readonly project: ProjectId;
  readonly repository: RepositoryId;
  /** As applications write it in `source.ref`. */
  readonly ref: string;
  /** `refs/heads/main`, `refs/tags/v1` */
  readonly fullRef: string;
  readonly commit: string;
  readonly tree: SourceTree;
  readonly author: string;
  /** First line of the commit message. */
  readonly subject: string;
  readonly committedAt: Date;
  isDescendantOf(previous: string, signal: AbortSignal): Promise<Ancestry>;
}

/** A ref, or the whole repository, that could not be read. Never means that anything is gone. */
export interface SourceFailure {
  readonly project: ProjectId;
  readonly repository: RepositoryId;
  /** undefined: every ref of the repository. */
  readonly ref: string | undefined;
  readonly reason: ReasonCode;
  /** For people; holds no secret. */
  readonly message: string;
}

/** What became of the applications that follow the ref. */
export interface EvaluationSummary {
  readonly released: readonly ReleaseId[];
  /** Nothing that they watch has changed. */
  readonly unchanged: number;
  /** Held or failed for a reason that their rows now show. */
  readonly held: number;
  /** Could not be judged now: ask again later. */
  readonly undecided: number;
}

/**
 * Turns what a repository holds into releases. The source watcher calls it whenever `SourcesWanted` says that an application of a ref
 * needs it. Repeatable: a watcher that was killed in the middle simply asks again.
 */
export interface ReleaseEvaluation {
  /** Judges every application that follows the ref at this commit; makes releases and starts their rollouts, one transaction for each application. */
  evaluate(source: ResolvedSource, signal: AbortSignal): Promise<EvaluationSummary>;
  /** Shows a failure as the reason of the applications concerned. What runs stays as it is, and the next evaluation that works clears it. */
  sourceFailed(failure: SourceFailure): Promise<void>;
}

export const RELEASE_EVALUATION = Symbol('ReleaseEvaluation');
