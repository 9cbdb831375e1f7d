import { err, errorName, ok, type Result } from '#kernel';
import { parseRepositoryUrl } from '#domain';
import { gitFailure, type GitFailure, type GitFailureCode } from './git-failure.js';
import type { GitRemote } from './git-port.js';
import type { QueueRefusal } from './keyed-queue.js';
import { basicAuthorization, redact } from './redact.js';

/** A remote whose URL has passed the egress rule, ready to be contacted. */
export interface Contact {
  readonly url: string;
  readonly origin: string;
  /** For this origin only. */
  readonly authorization: string | undefined;
  readonly caPem: string | undefined;
  /** Where to connect instead of asking DNS. */
  readonly addresses: readonly string[] | undefined;
  /** A failure of this remote, its message freed of credentials. */
  failure(code: GitFailureCode, message: string, retryAfterMs?: number): GitFailure;
}

export function contactOf(remote: GitRemote): Result<Contact, GitFailure> {
  const parsed = parseRepositoryUrl(remote.url);
  // The text of a refused URL is not repeated: its user part, or what looks like one, may be a secret.
  if (!parsed.ok) return err(gitFailure('EGRESS_REFUSED', '', parsed.error.message));
  const { url, origin } = parsed.value;
  return ok({
    url,
    origin,
    authorization: remote.credentials === undefined ? undefined : basicAuthorization(remote.credentials),
    caPem: remote.caPem,
    addresses: remote.addresses,
    failure: (code, message, retryAfterMs) => gitFailure(code, url, redact(message, remote.credentials), retryAfterMs),
  });
}

const COMMIT = /^[0-9a-f]{40}$/;
const CACHE_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** @throws TypeError for what could be taken for a path or an option: commits and cache keys are made by programs, not by people. */
export function assertPlain(kind: 'commit' | 'cache key', text: string): void {
  if (!(kind === 'commit' ? COMMIT : CACHE_KEY).test(text)) throw new TypeError(`not a ${kind}: ${JSON.stringify(text.slice(0, 120))}`);
}

/** How a call ended that its caller gave up: a deadline is told from a change of mind. */
export function abortFailure(contact: Contact, signal: AbortSignal | undefined): GitFailure {
  const isDeadline = errorName(signal?.reason) === 'TimeoutError';
  return isDeadline ? contact.failure('GIT_TIMED_OUT', 'no answer before the deadline') : contact.failure('GIT_ABORTED', 'given up by the caller');
}

export function queueFailure(contact: Contact, refusal: QueueRefusal, signal: AbortSignal | undefined): GitFailure {
  return refusal.code === 'QUEUE_FULL' ? contact.failure('GIT_BUSY', 'too many calls wait for this repository') : abortFailure(contact, signal);
}
