import { err, ok } from '#kernel';
import { runProcess } from '#runtime';
import { mkdir } from 'node:fs/promises';
import { abortFailure } from '../contact.js';
import { classifyGitStderr, summariseGitStderr } from '../system-git/classify-git-stderr.js';
import { withSshSession } from '../system-git/with-ssh-session.js';
import type { PushPack } from './git-push.js';
import { advertisedAt, afterAdvertisement, pushRequest, readPushReport } from './push-protocol.js';

export interface PushOverSshSettings {
  /** For known hosts and the socket of the key, while it runs. */
  readonly cacheDirectory: string;
  /** Where `ssh` is looked for. */
  readonly path: string;
  readonly timeoutMs: number;
}

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** What hosts say of a key that may read and not write. */
const READ_ONLY = /read[- ]only|not allowed to push|no write|write access|permission to .* denied/i;

/**
 * Runs `git-receive-pack` on the server through `ssh`, under the same configuration as everything else over SSH: one key, which stays in this process, and known
 * hosts that must match. All is sent at once; the server compares the old value.
 */
export function pushOverSsh(settings: PushOverSshSettings): PushPack {
  return async (contact, update, pack, signal) => {
    if (contact.ssh === undefined) throw new TypeError('not an SSH repository');
    const { username, pathname } = new URL(contact.url);
    await mkdir(settings.cacheDirectory, { recursive: true, mode: 0o700 });
    const run = await withSshSession({ ...contact.ssh, addresses: contact.addresses }, settings.cacheDirectory, (_environment, configuration) =>
      runProcess({
        file: 'ssh',
        // User, host and path have passed the rules of SSH URLs: none of them is an option, or needs quoting.
        args: ['-F', configuration, '-p', String(contact.ssh?.port ?? 22), '--', `${username}@${contact.ssh?.host.replace(/^\[(.*)\]$/, '$1') ?? ''}`, `git-receive-pack '${pathname}'`],
        env: { PATH: settings.path, HOME: settings.cacheDirectory, LC_ALL: 'C' },
        stdin: pushRequest(update, pack),
        timeoutMs: settings.timeoutMs,
        maxOutputBytes: MAX_ANSWER_BYTES,
        signal,
      }),
    );
    if (!run.ok) return err(contact.failure('GIT_CACHE_UNUSABLE', run.error.message));
    const ended = run.value;
    const failure = ended.ok ? undefined : ended.error;
    if (failure?.code === 'PROCESS_ABORTED') return err(abortFailure(contact, signal));
    if (failure?.code === 'PROCESS_TIMED_OUT') return err(contact.failure('GIT_TIMED_OUT', `no answer within ${failure.timeoutMs} ms`));
    if (failure?.code === 'PROCESS_NOT_STARTED') return err(contact.failure('GIT_CACHE_UNUSABLE', `ssh could not be started: ${failure.cause}`));
    if (failure?.code === 'PROCESS_OUTPUT_TOO_LARGE') return err(contact.failure('GIT_PROTOCOL_ERROR', 'the answer is too large'));
    const stdout = ended.ok ? ended.value.stdout : failure?.stdout ?? Buffer.alloc(0);
    const stderr = ended.ok ? ended.value.stderr : failure?.stderr ?? '';
    const report = readPushReport(afterAdvertisement(stdout), update.fullRef);
    if (report.kind === 'DONE') return ok(report);
    if (stdout.length > 0 && advertisedAt(stdout, update.fullRef) !== update.from) return ok({ kind: 'MOVED' });
    if (report.kind === 'REFUSED') return ok(report);
    const message = contact.failure('GIT_PROTOCOL_ERROR', summariseGitStderr(stderr)).message;
    if (READ_ONLY.test(stderr)) return ok({ kind: 'REFUSED', message });
    const code = classifyGitStderr(stderr);
    return err(contact.failure(code === 'DAMAGED' ? 'GIT_PROTOCOL_ERROR' : code, message));
  };
}
