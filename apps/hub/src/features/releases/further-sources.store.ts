import type { Digest } from '#kernel';
import type { ApplicationId, ApplicationRevisionId, ApplicationSpec, CommitPeople, RepositoryId } from '#domain';
import type { EvaluationProblem } from './evaluation-problem.js';

/** A further source of an application, as the look at its repository needs it. */
export interface FollowedSource {
  readonly application: ApplicationId;
  readonly name: string;
  readonly revision: { readonly id: ApplicationRevisionId; readonly spec: ApplicationSpec };
  /** What was found last. */
  readonly commit: string | undefined;
  readonly digest: string | undefined;
  /** Who wrote what was found since the last release. */
  readonly people: CommitPeople;
}

/** What was found of a further source. */
export interface FoundAt {
  readonly commit: string;
  readonly fullRef: string;
  readonly location: string | undefined;
  readonly digest: Digest;
  /** Who wrote what was found since the last release, this included. */
  readonly people: CommitPeople;
}

/**
 * What was last found of further sources. Whatever changes of them makes their application wait for its next evaluation, and its own repository due. Everything
 * runs inside an open transaction.
 */
export interface FurtherSourcesStore {
  /** Further sources of active applications that follow a ref of a repository. */
  followers(repository: RepositoryId, ref: string): Promise<readonly FollowedSource[]>;
  /** Notes what was found with this revision, and that nothing is wrong. A source that has moved on is left alone. */
  noteFound(source: FollowedSource, found: FoundAt): Promise<void>;
  /** Notes what is wrong with one source. With `judged` the commit counts as looked at. */
  noteProblem(source: FollowedSource, problem: EvaluationProblem, judged: boolean): Promise<void>;
  /** Notes a problem of all sources that follow the ref, or any ref of the repository; one that a rewritten history holds keeps that reason. Answers how many did not know. */
  noteRefProblem(repository: RepositoryId, ref: string | undefined, problem: EvaluationProblem): Promise<number>;
}

/** What a release would pin of a further source. */
export interface PinnedSource {
  readonly name: string;
  readonly repository: RepositoryId;
  readonly ref: string;
  readonly commit: string;
  readonly fullRef: string;
  readonly location: string | undefined;
  readonly digest: Digest;
}

/** A further source as its application is evaluated: found with the current revision, in trouble, or not looked at yet. */
export type SourceState =
  | { readonly kind: 'FOUND'; readonly pinned: PinnedSource; readonly people: CommitPeople }
  | { readonly kind: 'PROBLEM'; readonly name: string; readonly problem: EvaluationProblem }
  | { readonly kind: 'WAITING'; readonly name: string };
