import type { Digest } from '#kernel';
import type { ApplicationId, ApplicationRevisionId, ApplicationSpec, CommitPeople, ProjectId, ReleaseId, RepositoryId } from '#domain';
import type { EvaluationProblem } from './evaluation-problem.js';
import type { PinnedSource, SourceState } from './further-sources.store.js';

/** An application with what is known of its last evaluation. */
export interface EvaluatedApplication {
  readonly project: ProjectId;
  readonly id: ApplicationId;
  readonly revision: { readonly id: ApplicationRevisionId; readonly spec: ApplicationSpec };
  /** The last commit that was judged on the same repository and ref; undefined: none. */
  readonly lastCommit: string | undefined;
  /** The last commit whose content was released, or changed nothing: what is between it and a new one is what the new one brings. */
  readonly settledCommit: string | undefined;
  readonly newest: NewestRelease | undefined;
  /** Of the current revision. */
  readonly sources: readonly SourceState[];
  /** Rises with every change of what was found of them. */
  readonly sourcesVersion: number;
}

export interface NewestRelease {
  readonly id: ReleaseId;
  readonly number: number;
  readonly repository: RepositoryId;
  readonly sourceDigest: Digest;
  /** Of the revision that it was made from. */
  readonly spec: ApplicationSpec;
}

export interface NewRelease {
  readonly project: ProjectId;
  readonly application: ApplicationId;
  readonly id: ReleaseId;
  readonly number: number;
  readonly revision: ApplicationRevisionId;
  readonly repository: RepositoryId;
  readonly commit: string;
  readonly ref: string;
  readonly fullRef: string;
  /** Of an archive. */
  readonly location: string | undefined;
  /** Of its further sources. */
  readonly sources: readonly PinnedSource[];
  readonly sourceDigest: Digest;
  readonly releaseKey: Digest;
  readonly fellBack: boolean;
  readonly author: string;
  readonly subject: string;
  readonly committedAt: Date;
  /** Who wrote what it brings; undefined: nobody can tell. */
  readonly people: CommitPeople | undefined;
  /** W3C traceparent of its span. */
  readonly trace: string;
}

/** Rows of releases, and what applications say of their evaluation. Everything runs inside an open transaction. */
export interface ReleaseStore {
  /** Active applications that follow a ref of a repository. */
  applicationsOf(repository: RepositoryId, ref: string): Promise<readonly EvaluatedApplication[]>;
  /** The same for one application, locked until the end of the transaction; undefined once it is deleted or has another revision. */
  lock(application: EvaluatedApplication): Promise<EvaluatedApplication | undefined>;
  add(release: NewRelease): Promise<void>;
  /** Notes that a commit was judged with these revisions and that nothing is wrong. Applications that have moved on are left alone. */
  noteEvaluated(applications: readonly EvaluatedApplication[], commit: string): Promise<void>;
  /** Notes a problem. With `judged` the commit counts as evaluated: the same problem again would be no news. */
  noteProblem(application: EvaluatedApplication, problem: EvaluationProblem, judged: string | undefined): Promise<void>;
  /** Shows every application that follows the ref that a commit, or nothing in place of one, is held; answers those that did not know yet. */
  hold(repository: RepositoryId, ref: string, problem: EvaluationProblem, commit: string | undefined): Promise<readonly ApplicationId[]>;
  /** Notes a problem of every application that follows the ref, or any ref of the repository, except where a rewritten history is held. */
  noteSourceProblem(repository: RepositoryId, ref: string | undefined, problem: EvaluationProblem): Promise<void>;
}
