import { err, ok, type Clock, type Result } from '#kernel';
import { judgeArchiveHistory, NOBODY, parseArchiveRef, type RepositoryId } from '#domain';
import type { ArchivePoint, ArchiveRepositories } from '#archive';
import { gitFailure, isSshCredentials, reasonOfGitFailure, type GitFailure } from '#git';
import type { RepositoryCredentials } from '../repositories/index.js';
import type { Look, RepositoryReader, SourceAt } from './repository-reader.js';
import type { ClaimedRepository } from './source.store.js';

/** Reads registries and chart repositories: the digest of an archive says all that is needed of its content, so that none is fetched here. */
export class ArchiveReader implements RepositoryReader {
  constructor(
    private readonly repositories: Pick<ArchiveRepositories, 'lookUp'>,
    private readonly openCredentials: (id: RepositoryId, sealed: Uint8Array) => RepositoryCredentials,
    private readonly clock: Clock,
  ) {}

  async look({ id, url, type, credentials: sealed }: ClaimedRepository, refs: readonly string[], signal: AbortSignal): Promise<Result<Look, GitFailure>> {
    if (type === 'GIT') throw new TypeError('a Git repository holds no archives');
    const credentials = sealed === undefined ? undefined : this.openCredentials(id, sealed);
    if (credentials !== undefined && isSshCredentials(credentials)) return err(gitFailure('AUTHENTICATION_FAILED', url, 'an SSH key is for no registry and no chart repository'));
    const found = await this.repositories.lookUp({ type, url, credentials }, refs, signal);
    if (!found.ok) return found;
    const points = new Map<string, ArchivePoint>();
    const answers = new Map<string, ReturnType<Look['refs']['get']>>();
    for (const [ref, answer] of found.value) {
      if (answer.ok && answer.value !== undefined) points.set(ref, answer.value);
      answers.set(ref, answer.ok ? answer.value : { problem: { reason: reasonOfGitFailure(answer.error.code), message: answer.error.message } });
    }
    return ok({ refs: answers, open: async () => ok({ judge: async (known, seen) => judgeArchiveHistory(known, seen), sourceAt: async (ref) => this.sourceAt(url, ref, points) }) });
  }

  absence(ref: string): string {
    const wish = parseArchiveRef(ref);
    const of = wish?.chart === undefined ? 'the artifact' : `the chart ${wish.chart}`;
    switch (wish?.want.kind) {
      case 'VERSION':
        return `There is no version of ${of} that fits ${wish.want.range}.`;
      case 'TAG':
        return `There is no tag ${wish.want.tag} of ${of}.`;
      default:
        return `There is no manifest ${ref}.`;
    }
  }

  private sourceAt(url: string, ref: string, points: ReadonlyMap<string, ArchivePoint>): Result<SourceAt, GitFailure> {
    const point = points.get(ref);
    if (point === undefined) return err(gitFailure('COMMIT_UNREACHABLE', url, `${ref} was not looked up`));
    const { location, title, createdAt } = point;
    return ok({ content: { kind: 'ARCHIVE', location }, author: '', subject: title, committedAt: createdAt ?? this.clock.now(), people: () => Promise.resolve(NOBODY) });
  }
}
