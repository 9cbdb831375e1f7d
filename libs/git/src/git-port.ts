import type { Result } from '#kernel';
import type { GitFailure } from './git-failure.js';
import type { GitObjects } from './git-objects.js';

/** A user and password (or token) for HTTP(S). They go to the scheme, host and port of the repository's own URL and nowhere else. */
export interface PasswordCredentials {
  readonly username: string;
  readonly password: string;
}

/** What an SSH repository needs, both: a private key without passphrase, and the keys that its server may show. */
export interface SshCredentials {
  readonly privateKey: string;
  /** In the format of known_hosts. A server that shows another key is HOST_KEY_UNKNOWN: there is no way to skip that. */
  readonly knownHosts: string;
}

export type GitCredentials = PasswordCredentials | SshCredentials;

export function isSshCredentials(credentials: GitCredentials): credentials is SshCredentials {
  return 'privateKey' in credentials;
}

export interface GitRemote {
  /** http, https or ssh, without a password in it: anything else is refused as EGRESS_REFUSED before a connection is made. */
  readonly url: string;
  readonly credentials?: GitCredentials | undefined;
  /** Certificate authorities to trust for this repository instead of the machine's own, as PEM. */
  readonly caPem?: string | undefined;
  /**
   * Addresses of the URL's host that the caller has checked: connections go to these and to no other, whatever DNS says by then.
   * With the `git` binary this needs git 2.37 or later; see `SelectGitOptions.needsAddresses`.
   */
  readonly addresses?: readonly string[] | undefined;
}

/** What an adapter can do beyond the port's promises. Callers may save work by it, and never need it to be right. */
export interface GitCapabilities {
  readonly ssh: boolean;
  /** It can fetch a commit that no ref points at without the server's configuration allowing it (protocol version 2). */
  readonly fetchUnadvertised: boolean;
  /** It can fetch commits and trees without file contents, where the server allows it. */
  readonly partialClone: boolean;
}

/** Where a ref pointed when the server was asked. Annotated tags are peeled to their commit. */
export interface ResolvedRef {
  /** `refs/heads/...`, `refs/tags/...` or another full name, or `HEAD`. */
  readonly fullRef: string;
  /** 40 lower-case hex digits. */
  readonly commit: string;
}

/**
 * Git as hub and agent need it. Nothing is ever checked out: content is read by object id. Objects are kept in a directory of
 * the adapter's own, one per cache key (a repository id): it is only a cache, heals itself when damaged, and belongs to one process
 * at a time. Calls for one cache key queue up; different keys run side by side. Failures are values and never hold credentials.
 */
export interface GitPort {
  readonly capabilities: GitCapabilities;

  /**
   * Asks the server once where many refs point: a branch goes before a tag of the same name, full refs and `HEAD` are allowed.
   * The map has an entry for every name asked; undefined means that the server answered and has no such ref (an empty repository
   * has none), never that something failed. The ref list is read whole or not at all.
   */
  lookUp(remote: GitRemote, refs: readonly string[], signal: AbortSignal): Promise<Result<ReadonlyMap<string, ResolvedRef | undefined>, GitFailure>>;

  /**
   * The commits asked for with their full history of commits and trees (file contents come when they are read, where the server
   * allows it). Goes to the server only if one of the commits is not here yet. COMMIT_UNREACHABLE names one that the server no longer gives.
   */
  mirror(remote: GitRemote, cacheKey: string, wanted: readonly ResolvedRef[], signal: AbortSignal): Promise<Result<GitObjects, GitFailure>>;

  /**
   * Exactly one commit: by id where the server allows it, else by the history of `ref`, else COMMIT_UNREACHABLE. File contents come with it or
   * when they are read: of a large repository only those that somebody reads. A commit that is here already is given without asking the server. `isAncestor` is not answered for such a commit.
   */
  fetchCommit(remote: GitRemote, cacheKey: string, wanted: { readonly commit: string; readonly ref: string }, signal: AbortSignal): Promise<Result<GitObjects, GitFailure>>;

  /** Drops what is kept for a cache key. */
  forget(cacheKey: string): Promise<void>;

  /** Ends helper processes. Objects handed out before read no more. */
  close(): Promise<void>;
}
