import { err, errorName, ok, type Result } from '#kernel';
import { parseRepositoryUrl } from '#domain';
import { gitFailure, type GitFailure, type GitFailureCode } from './git-failure.js';
import { isSshCredentials, type GitRemote } from './git-port.js';
import type { QueueRefusal } from './keyed-queue.js';
import { basicAuthorization, redact } from './redact.js';
import { parseSshKey, type SshKey } from './ssh/ssh-key.js';

/** A remote whose URL has passed the egress rule, ready to be contacted. */
export interface Contact {
  readonly url: string;
  readonly origin: string;
  /** For this origin only. */
  readonly authorization: string | undefined;
  readonly caPem: string | undefined;
  /** For an SSH repository, and for no other. */
  readonly ssh: { readonly key: SshKey; readonly knownHosts: string; readonly host: string; readonly port: number } | undefined;
  /** Where to connect instead of asking DNS. */
  readonly addresses: readonly string[] | undefined;
  /** A failure of this remote, its message freed of credentials. */
  failure(code: GitFailureCode, message: string, retryAfterMs?: number): GitFailure;
}

export function contactOf(remote: GitRemote): Result<Contact, GitFailure> {
  const parsed = parseRepositoryUrl(remote.url);
  // The text of a refused URL is not repeated: its user part, or what looks like one, may be a secret.
  if (!parsed.ok) return err(gitFailure('EGRESS_REFUSED', '', parsed.error.message));
  const { url, origin, isSsh, isOci } = parsed.value;
  if (isOci) return err(gitFailure('EGRESS_REFUSED', url, 'the URL of a registry is not that of a Git repository'));
  const { credentials } = remote;
  const ssh = isSsh ? sshOf(url, remote) : ok(undefined);
  if (!ssh.ok) return ssh;
  return ok({
    url,
    origin,
    // A key is not for a web server, nor a password for an SSH server: what does not fit the scheme goes nowhere.
    authorization: isSsh || credentials === undefined || isSshCredentials(credentials) ? undefined : basicAuthorization(credentials),
    caPem: remote.caPem,
    ssh: ssh.value,
    addresses: remote.addresses,
    failure: (code, message, retryAfterMs) => gitFailure(code, url, redact(message, credentials), retryAfterMs),
  });
}

function sshOf(url: string, { credentials }: GitRemote): Result<NonNullable<Contact['ssh']>, GitFailure> {
  if (credentials === undefined || !isSshCredentials(credentials)) return err(gitFailure('AUTHENTICATION_FAILED', url, 'an SSH repository needs a private key and known hosts as its credentials'));
  const key = parseSshKey(credentials.privateKey);
  if (!key.ok) return err(gitFailure('AUTHENTICATION_FAILED', url, key.error.message));
  const { hostname, port } = new URL(url);
  return ok({ key: key.value, knownHosts: credentials.knownHosts, host: hostname, port: port === '' ? 22 : Number(port) });
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
