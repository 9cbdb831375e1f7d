import { assertNever } from '#kernel';
import type { ReasonCode } from '#domain';

export type GitFailureCode =
  /** No answer, a refused connection, no such host, a certificate that is not trusted, or a 5xx. */
  | 'REPOSITORY_UNREACHABLE'
  | 'REPOSITORY_NOT_FOUND'
  /** 401 or 403: wrong, missing or too weak credentials. */
  | 'AUTHENTICATION_FAILED'
  | 'RATE_LIMITED'
  /** The SSH server shows a key that is not in the known hosts. */
  | 'HOST_KEY_UNKNOWN'
  /** The server no longer gives the commit, neither by id nor by the ref. */
  | 'COMMIT_UNREACHABLE'
  /** What came is not what its digest says. */
  | 'CONTENT_MISMATCH'
  /** The other side does not speak Git, broke off in the middle, or said something unforeseen. */
  | 'GIT_PROTOCOL_ERROR'
  | 'GIT_TIMED_OUT'
  /** The caller gave up. */
  | 'GIT_ABORTED'
  /** Too many calls wait for the same repository. */
  | 'GIT_BUSY'
  /** The URL or a redirect leads where this process does not go. */
  | 'EGRESS_REFUSED'
  /** Our own side: disk full, directory not writable, binary missing. */
  | 'GIT_CACHE_UNUSABLE';

export interface GitFailure {
  readonly code: GitFailureCode;
  /** Without credentials. */
  readonly url: string;
  /** For people. Without credentials, bounded. */
  readonly message: string;
  /** True if the same call may well succeed later by itself. */
  readonly retryable: boolean;
  /** What the server asked for, if it did and the adapter can see it. */
  readonly retryAfterMs?: number;
}

const RETRYABLE: Readonly<Record<GitFailureCode, boolean>> = {
  REPOSITORY_UNREACHABLE: true,
  REPOSITORY_NOT_FOUND: false,
  AUTHENTICATION_FAILED: false,
  RATE_LIMITED: true,
  HOST_KEY_UNKNOWN: false,
  COMMIT_UNREACHABLE: false,
  CONTENT_MISMATCH: true,
  GIT_PROTOCOL_ERROR: true,
  GIT_TIMED_OUT: true,
  GIT_ABORTED: true,
  GIT_BUSY: true,
  EGRESS_REFUSED: false,
  GIT_CACHE_UNUSABLE: true,
};

export function gitFailure(code: GitFailureCode, url: string, message: string, retryAfterMs?: number): GitFailure {
  return { code, url, message, retryable: RETRYABLE[code], ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** The reason code under which a target or repository shows a failure. */
export function reasonOfGitFailure(code: GitFailureCode): ReasonCode {
  switch (code) {
    case 'REPOSITORY_NOT_FOUND':
    case 'AUTHENTICATION_FAILED':
    case 'COMMIT_UNREACHABLE':
    case 'REPOSITORY_UNREACHABLE':
    case 'EGRESS_REFUSED':
    case 'HOST_KEY_UNKNOWN':
    case 'CONTENT_MISMATCH':
      return code;
    case 'RATE_LIMITED':
      return 'REPOSITORY_RATE_LIMITED';
    case 'GIT_PROTOCOL_ERROR':
    case 'GIT_TIMED_OUT':
    case 'GIT_ABORTED':
    case 'GIT_BUSY':
    case 'GIT_CACHE_UNUSABLE':
      return 'REPOSITORY_UNREACHABLE';
    default:
      return assertNever(code);
  }
}
