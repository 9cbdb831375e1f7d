import { assertNever, err, ok } from '#kernel';
import { computeSourceDigest, watchedSourceOf, webUrlOf, type GitWriteReason, type RepositoryId, type WatchSet } from '#domain';
import type { GitFailure, GitIdentity, GitWriteFailure, GitWriter, WriteRequest } from '#git';
import { UnsealError } from '../../platform/secrets/index.js';
import type { RepositoryCredentials } from '../repositories/index.js';
import { cacheKeyOf, type GitEgress } from '../sources/index.js';
import type { ClaimedWrite, WriteOutcome } from './git-write.js';
import { promotionEdits } from './promotion-edits.js';
import { revertEdits, type EditsFailure } from './revert-edits.js';

export interface CarryOutPorts {
  readonly writer: Pick<GitWriter, 'write'>;
  readonly egress: Pick<GitEgress, 'check'>;
  readonly openCredentials: (id: RepositoryId, sealed: Uint8Array) => RepositoryCredentials;
  readonly by: GitIdentity;
}

type PlanFailure = EditsFailure | { readonly code: 'CONTENT_DIFFERS' };

/** Puts one commit where it is owed. Safe to repeat: what an earlier attempt wrote is found. Touches no row. */
export class CarryOutWrite {
  constructor(private readonly ports: CarryOutPorts) {}

  /** @param isWanted asked right before anything is sent */
  async execute(write: ClaimedWrite, isWanted: () => Promise<boolean>, signal: AbortSignal): Promise<WriteOutcome> {
    const credentials = this.#credentials(write);
    if (credentials === undefined) return failed('WRITE_CREDENTIALS_MISSING', 'The repository has no write credentials that can be opened.', true);
    const addresses = await this.ports.egress.check(write.url, signal);
    if (!addresses.ok) return outcomeOf(addresses.error);
    const remote = { url: write.url, credentials, addresses: addresses.value };
    const { plan, check } = this.#planOf(write);
    const written = await this.ports.writer.write<PlanFailure>(remote, cacheKeyOf({ id: write.repository, url: write.url }), {
      branch: write.branch, newBranch: write.newBranch, needs: [{ commit: write.commit, fullRef: write.commitRef }], plan, check, isWanted, by: this.ports.by, at: write.createdAt, message: write.commitMessage,
      trailers: [write.kind === 'REVERT' ? { key: 'Capstan-Rollback', value: write.id } : { key: 'Capstan-Promotion', value: write.id }],
    }, signal);
    if (!written.ok) return outcomeOf(written.error);
    if (written.value.kind === 'UNCHANGED') return { kind: 'DONE', commit: undefined, url: undefined };
    const { commit } = written.value;
    const place = write.newBranch === undefined ? { commit } : { branch: write.newBranch, base: write.branch };
    return { kind: 'DONE', commit, url: webUrlOf(write.url, place, written.value.kind === 'PUSHED' ? written.value.said : '') };
  }

  /** What can be opened no more, because its master key is gone, is as good as none. */
  #credentials({ repository, writeCredentials }: ClaimedWrite): RepositoryCredentials | undefined {
    try {
      return writeCredentials && this.ports.openCredentials(repository, writeCredentials);
    } catch (error) {
      if (error instanceof UnsealError) return undefined;
      throw error;
    }
  }

  #planOf(write: ClaimedWrite): Pick<WriteRequest<PlanFailure>, 'plan' | 'check'> {
    if (write.kind === 'PROMOTION') {
      const { commit, sourcePath: from, targetPath: to, keep } = write;
      return { plan: (objects, head, signal) => promotionEdits(objects, { commit, from, head, to, keep }, signal), check: () => Promise.resolve(ok(undefined)) };
    }
    let wanted: WatchSet | undefined;
    return {
      plan: async (objects, _head, signal) => {
        const found = await revertEdits(objects, write.commit, write.spec, signal);
        if (!found.ok) return found;
        wanted = found.value.watched;
        return ok(found.value.edits);
      },
      // The promise of a revert, looked at before anything is sent: what the branch would be released as is what the release was.
      check: async (tree, signal) => {
        const now = await computeSourceDigest(tree, watchedSourceOf(write.spec), signal);
        if (!now.ok) return now;
        return now.value.digest === wanted?.digest ? ok(undefined) : err({ code: 'CONTENT_DIFFERS' });
      },
    };
  }
}

function outcomeOf(failure: GitWriteFailure | PlanFailure): WriteOutcome {
  switch (failure.code) {
    case 'NOT_WANTED':
      return { kind: 'LEFT' };
    case 'BRANCH_MISSING':
      return failed(failure.code, `There is no branch ${failure.branch}.`, true);
    case 'BRANCH_TAKEN':
      return failed(failure.code, `The branch ${failure.branch} is there and holds something else.`, true);
    case 'BRANCH_BUSY':
      return failed(failure.code, `The branch ${failure.branch} moved ${failure.attempts} times while the commit was made.`, false);
    case 'PUSH_REFUSED':
      return failed(failure.code, `The server refused the push to ${failure.branch}: ${failure.message}`, true);
    case 'PATH_UNWRITABLE':
    case 'PATH_REFUSED':
      return failed('PATH_UNWRITABLE', `${failure.path} cannot be written: ${failure.reason}.`, true);
    case 'PATH_NOT_FOUND':
      return failed(failure.code, `The commit has no ${failure.path}.`, true);
    case 'SOURCE_UNAVAILABLE':
      return failed('REPOSITORY_UNREACHABLE', `${failure.path} cannot be read now: ${failure.cause}.`, false);
    case 'WHOLE_REPOSITORY':
      return failed(failure.code, `The files of the application cannot be told from the rest of the repository (${failure.because}): nothing was written.`, true);
    case 'CONTENT_DIFFERS':
      return failed(failure.code, 'With those paths put back the branch would still be released as something else: nothing was written.', true);
    default:
      return { ...failed(reasonOf(failure.code), failure.message, !failure.retryable), retryAfterMs: failure.retryAfterMs };
  }
}

function reasonOf(code: GitFailure['code']): GitWriteReason {
  switch (code) {
    case 'REPOSITORY_UNREACHABLE':
    case 'REPOSITORY_NOT_FOUND':
    case 'AUTHENTICATION_FAILED':
    case 'HOST_KEY_UNKNOWN':
    case 'COMMIT_UNREACHABLE':
    case 'CONTENT_MISMATCH':
    case 'EGRESS_REFUSED':
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

function failed(reason: GitWriteReason, message: string, isFinal: boolean): Extract<WriteOutcome, { kind: 'FAILED' }> {
  return { kind: 'FAILED', reason, message, isFinal, retryAfterMs: undefined };
}
