import type { TraceContext } from '#kernel';
import type { CommitPeople, ProjectId, ReasonCode, ReleaseId, RepositoryId, SourceTree } from '#domain';

/** What a ref of a repository stands for now, and its content. Its history was judged: it may be released. */
export interface ResolvedSource {
  readonly project: ProjectId;
  readonly repository: RepositoryId;
  /** As applications write it in `source.ref`. */
  readonly ref: string;
  /** What the ref stands for: a full ref of Git, or `version/6.5.0` and the like of an archive. */
  readonly fullRef: string;
  /** Of Git; of an archive its digest. */
  readonly commit: string;
  /** A tree is read as far as an application watches it. An archive is judged by its digest alone. */
  readonly content: { readonly kind: 'TREE'; readonly tree: SourceTree } | { readonly kind: 'ARCHIVE'; readonly location: string };
  readonly author: string;
  /** First line of the commit message, or chart and version. */
  readonly subject: string;
  readonly committedAt: Date;
  /** Who wrote what it brings to some paths beyond an earlier commit; an archive has no authors. Absent: nobody can tell. */
  readonly people?: (since: string | undefined, paths: readonly string[], signal: AbortSignal) => Promise<CommitPeople>;
  /** Where the releases that it leads to belong; absent: each begins a trace. */
  readonly trace?: TraceContext;
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

/** A ref that left the history that is followed. */
export interface RewrittenSource extends SourceFailure {
  readonly ref: string;
  /** The commit that is not released; undefined: the ref is gone. */
  readonly commit: string | undefined;
}

/** What became of the applications that follow the ref. */
export interface EvaluationSummary {
  readonly released: readonly ReleaseId[];
  /** Nothing that they watch has changed. */
  readonly unchanged: number;
  /** Held or failed for a reason that their rows now show. */
  readonly held: number;
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
  /** Holds every application that follows the ref where it is, and answers how many did not know yet. The next evaluation lets go of them. Repeatable. */
  historyRewritten(rewritten: RewrittenSource): Promise<number>;
}

export const RELEASE_EVALUATION = Symbol('ReleaseEvaluation');
