import type { ApplicationId, RepositoryId } from '#domain';

/** Applications that wait for the evaluation of one ref. */
export interface WantedEvaluation {
  readonly ref: string;
  readonly applications: readonly ApplicationId[];
}

/** A ref as the watcher has resolved it. */
export interface ResolvedRef {
  readonly ref: string;
  readonly commit: string;
}

/** What applications want of repositories. The source watcher asks; nothing is written. Each call opens its own transaction. */
export interface SourcesWanted {
  /** Refs that applications of the repository follow, each once, in order: what one look-up must resolve. */
  refsOf(repository: RepositoryId): Promise<readonly string[]>;
  /**
   * Refs with an application that was not evaluated at this commit with its newest revision, or whose last evaluation failed for a reason that may
   * pass. Refs that nobody follows, and refs without any such application, are left out: no tree needs to be fetched for them.
   */
  needingEvaluation(repository: RepositoryId, resolved: readonly ResolvedRef[]): Promise<readonly WantedEvaluation[]>;
}

export const SOURCES_WANTED = Symbol('SourcesWanted');
