import type { TraceContext } from '#kernel';
import type { ProjectId, ReasonCode, RefLine, RefPoint, RepositoryId, RepositoryType, RewriteKind } from '#domain';

/** A repository that one watcher has taken to look at. The claim fences: with another one in the row its writes fail. */
export interface ClaimedRepository {
  readonly project: ProjectId;
  readonly id: RepositoryId;
  readonly type: RepositoryType;
  readonly url: string;
  readonly pollMs: number;
  /** Sealed. */
  readonly credentials: Uint8Array | undefined;
  /** Looks in a row that did not end well. */
  readonly failures: number;
  readonly claim: string;
  /** Where the look belongs, if a hint has said so. The claim has taken it: a look that does not end leaves the next one in a trace of its own. */
  readonly trace: TraceContext | undefined;
}

/** What a complete answer of the Git server says of one ref. */
export type RefSighting =
  | { readonly ref: string; readonly fullRef: string; readonly commit: string }
  | { readonly ref: string; readonly absent: SourceProblem };

export interface SourceProblem {
  readonly reason: ReasonCode;
  /** For people; holds no secret. */
  readonly message: string;
}

/** Where a ref left the line of history that was followed. */
export interface Rewrite {
  readonly kind: RewriteKind;
  readonly from: RefPoint;
  /** Where it is instead; undefined: nowhere. */
  readonly to: RefPoint | undefined;
}

/** What is known of a ref from earlier looks. */
export interface KnownRef extends RefLine {
  /** undefined: it was in order when it was last judged. */
  readonly rewrite: Rewrite | undefined;
}

/** How a look ended, and when the next one is due. */
export interface PollRecord {
  readonly delayMs: number;
  /** Not even a hint may bring the next look forward: the Git server has asked for a pause. */
  readonly isPause: boolean;
  /** What the repository shows; undefined: nothing is wrong. */
  readonly problem: SourceProblem | undefined;
  /** Whether it counts as a success: the next failure is a first one again. */
  readonly isSuccess: boolean;
}

/** The polling columns of repositories and their refs. Each call is a transaction of its own; times are those of the database. */
export interface SourceStore {
  /** Takes up to `limit` repositories that are due and nobody else holds, longest due first. A claim whose lease ran out is nobody's. */
  claimDue(claim: string, limit: number, leaseMs: number): Promise<readonly ClaimedRepository[]>;
  /** Extends the lease; false when the claim was lost. */
  renew(repository: ClaimedRepository, leaseMs: number): Promise<boolean>;
  /** What earlier looks found of these refs. A line that has no row yet begins where an application that follows the ref was last judged. */
  knownRefs(repository: ClaimedRepository, refs: readonly string[]): Promise<ReadonlyMap<string, KnownRef>>;
  /** Notes what was seen of all refs that are followed; others are forgotten. An absent ref keeps its last commit. @throws ClaimLost */
  noteSightings(repository: ClaimedRepository, sightings: readonly RefSighting[]): Promise<void>;
  /** The line of a ref goes on here: a rewrite is over, an approval used up. @throws ClaimLost */
  noteFollowed(repository: ClaimedRepository, ref: string, at: RefPoint): Promise<void>;
  /** A ref left its line. An approval of some move from there stays. @throws ClaimLost */
  noteRewrite(repository: ClaimedRepository, ref: string, rewrite: Rewrite, problem: SourceProblem): Promise<void>;
  /** Notes a problem of these refs, or of all, except where a rewrite waits: that is not lost from sight. Where they were last seen stays as it is. @throws ClaimLost */
  noteProblem(repository: ClaimedRepository, refs: readonly string[] | undefined, problem: SourceProblem): Promise<void>;
  /** Ends the claim. A hint that came meanwhile makes the repository due at once, unless there is a pause. False when the claim was lost. */
  finish(repository: ClaimedRepository, record: PollRecord): Promise<boolean>;
  /** Gives a claim back as if it had not been taken. */
  release(repository: ClaimedRepository): Promise<void>;
  /** Every repository that is not removed. */
  places(): Promise<readonly { readonly id: RepositoryId; readonly url: string }[]>;
  /** Makes repositories due now, see `RepositorySchedule`. */
  hint(ids: readonly RepositoryId[]): Promise<void>;
  /** Makes repositories due that have an application revision which no look has seen: its hint may have been lost. */
  hintUnseen(): Promise<void>;
}

/** Another watcher has taken over: what we found must not be written. */
export class ClaimLost extends Error {
  readonly code = 'CLAIM_LOST';

  constructor(readonly repository: RepositoryId) {
    super(`the claim of repository ${repository} was lost`);
  }
}
