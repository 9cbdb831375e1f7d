import { ok, type Result } from '#kernel';
import { judgeHistory, type Ancestry, type HistoryVerdict, type RefPoint, type RepositoryId } from '#domain';
import type { GitFailure, GitObjects, GitPort } from '#git';
import type { RepositoryCredentials } from '../repositories/index.js';
import { cacheKeyOf } from './git-copies.js';
import type { GitEgress } from './git-egress.js';
import { peopleOfCommits } from './people-of-commits.js';
import type { Look, LookedAt, RepositoryReader, SourceAt } from './repository-reader.js';
import type { ClaimedRepository, KnownRef } from './source.store.js';

/** Reads Git repositories: refs by one look-up, content from a copy with its whole history. */
export class GitReader implements RepositoryReader {
  constructor(
    private readonly git: GitPort,
    private readonly egress: Pick<GitEgress, 'check'>,
    private readonly openCredentials: (id: RepositoryId, sealed: Uint8Array) => RepositoryCredentials,
  ) {}

  async look(repository: ClaimedRepository, refs: readonly string[], signal: AbortSignal): Promise<Result<Look, GitFailure>> {
    const addresses = await this.egress.check(repository.url, signal);
    if (!addresses.ok) return addresses;
    const credentials = repository.credentials === undefined ? undefined : this.openCredentials(repository.id, repository.credentials);
    const remote = { url: repository.url, credentials, addresses: addresses.value };
    const found = await this.git.lookUp(remote, refs, signal);
    if (!found.ok) return found;
    const open: Look['open'] = async (points, during) => {
      const objects = await this.git.mirror(remote, cacheKeyOf(repository), points, during);
      return objects.ok ? ok(lookedAt(objects.value)) : objects;
    };
    return ok({ refs: found.value, open });
  }

  absence(ref: string): string {
    return `The repository has no branch or tag ${ref}.`;
  }
}

function lookedAt(objects: GitObjects): LookedAt {
  return {
    judge: (known, seen, signal) => judge(objects, known, seen, signal),
    async sourceAt(_ref, { commit }, signal): Promise<Result<SourceAt, GitFailure>> {
      const meta = await objects.commit(commit, signal);
      if (!meta.ok) return meta;
      const tree = await objects.tree(commit, signal);
      if (!tree.ok) return tree;
      const { author, subject, committedAt } = meta.value;
      return ok({ content: { kind: 'TREE', tree: tree.value }, author: author.name === '' ? author.email : author.name, subject, committedAt, people: (since, paths, during) => peopleOfCommits(objects, commit, since, paths, during) });
    },
  };
}

async function judge(objects: GitObjects, known: KnownRef, seen: RefPoint, signal: AbortSignal): Promise<HistoryVerdict> {
  const ancestry = { fromGood: await ancestryOf(objects, known.good, seen, signal), fromApproved: await ancestryOf(objects, known.approved, seen, signal) };
  return judgeHistory(known, seen, ancestry);
}

/** The copy holds the whole history of what was seen: a commit that is not in it is none of its ancestors. */
async function ancestryOf(objects: GitObjects, previous: RefPoint | undefined, seen: RefPoint, signal: AbortSignal): Promise<Ancestry> {
  if (previous === undefined) return 'NO';
  if (previous.commit === seen.commit) return 'YES';
  const answer = await objects.isAncestor(previous.commit, seen.commit, signal);
  signal.throwIfAborted();
  if (answer.ok) return answer.value ? 'YES' : 'NO';
  if (answer.error.code !== 'COMMIT_UNREACHABLE') return 'UNKNOWN';
  const own = await objects.commit(seen.commit, signal);
  return own.ok ? 'NO' : 'UNKNOWN';
}
