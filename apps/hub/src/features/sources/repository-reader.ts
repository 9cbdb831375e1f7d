import type { Result } from '#kernel';
import type { CommitPeople, HistoryVerdict, RefPoint, SourceTree } from '#domain';
import type { GitFailure } from '#git';
import type { ClaimedRepository, KnownRef, SourceProblem } from './source.store.js';

/** What a repository holds at one point, ready to be judged by those who follow it. */
export interface SourceAt {
  readonly content: { readonly kind: 'TREE'; readonly tree: SourceTree } | { readonly kind: 'ARCHIVE'; readonly location: string };
  readonly author: string;
  /** First line of a commit message, or chart and version. */
  readonly subject: string;
  readonly committedAt: Date;
  /** Who wrote what it brings to some paths beyond an earlier commit; undefined as that commit: what the commit itself brings. */
  readonly people: (since: string | undefined, paths: readonly string[], signal: AbortSignal) => Promise<CommitPeople>;
}

/** The content that one look found, as far as it was asked for. */
export interface LookedAt {
  /** Whether a ref goes on from where it was followed. */
  judge(known: KnownRef, seen: RefPoint, signal: AbortSignal): Promise<HistoryVerdict>;
  sourceAt(ref: string, seen: RefPoint, signal: AbortSignal): Promise<Result<SourceAt, GitFailure>>;
}

/** One look: where refs are, or are not, or what is wrong with one of them alone; and the way to the content. */
export interface Look {
  readonly refs: ReadonlyMap<string, RefPoint | { readonly problem: SourceProblem } | undefined>;
  /** Fetches what is needed to judge the points. */
  open(points: readonly RefPoint[], signal: AbortSignal): Promise<Result<LookedAt, GitFailure>>;
}

/** How the watcher reads repositories of one kind. */
export interface RepositoryReader {
  /** Asks the server once. */
  look(repository: ClaimedRepository, refs: readonly string[], signal: AbortSignal): Promise<Result<Look, GitFailure>>;
  /** For people: that nothing has the name of this ref. */
  absence(ref: string): string;
}
