import { err, errorMessage, ok, type Log, type Result } from '#kernel';
import type { OrderedArchive, RepositoryId, SourceTree } from '#domain';
import type { ArchiveRemote, ArchiveStore, UnpackRoom } from '#archive';
import { isSshCredentials, reasonOfGitFailure, type GitCredentials, type GitFailure } from '#git';
import type { SourceFailure } from '../reconcile/agent.ports.js';
import type { CredentialLookup } from '../state/index.js';
import type { RepositoryCache } from './repository-cache.js';

/** One place from which content comes, as an order names it. */
export interface OrderedSource {
  readonly repository: { readonly id: RepositoryId; readonly url: string; readonly credentialDigest: string | undefined };
  /** Of Git, or the digest of an archive. */
  readonly commit: string;
  readonly ref: string;
  readonly archive?: OrderedArchive;
}

export interface OpenArchives {
  readonly store: ArchiveStore;
  /** For the archives of one release. */
  readonly newRoom: () => UnpackRoom;
  readonly unpack: (digest: string, archive: Uint8Array, isChart: boolean, room: UnpackRoom) => Promise<Result<SourceTree, { readonly path: string; readonly reason: string }>>;
}

export interface OrderedTreesDeps {
  /** Git and the client for archives are found out about when something is fetched: what is stored heals without them. */
  readonly repositories: () => Promise<RepositoryCache>;
  readonly archives: () => Promise<OpenArchives>;
  readonly log: Log;
  readonly credentials: { lookUp(repository: RepositoryId, url: string): CredentialLookup };
}

const COMMIT = /^[0-9a-f]{40}$/;

/** The content of exactly the commit or archive that an order names: anything else is refused. */
export class OrderedTrees {
  constructor(private readonly deps: OrderedTreesDeps) {}

  /** Runs `use` over the tree of a commit, which can be read as long as it runs. */
  async withCommit<T>(source: OrderedSource, use: (tree: SourceTree) => Promise<Result<T, SourceFailure>>, signal: AbortSignal): Promise<Result<T, SourceFailure>> {
    if (!COMMIT.test(source.commit)) return fail('UNSUPPORTED_ASSIGNMENT', 'the order does not name a commit', false);
    const credentials = this.credentialsOf(source);
    return credentials.ok ? this.withObjects(source, credentials.value, use, signal) : credentials;
  }

  /** Sees to it that archives are on the disk, where `unpack` finds them; until then nothing of them is in memory. */
  async fetchArchives(sources: readonly OrderedSource[], signal: AbortSignal): Promise<Result<void, SourceFailure>> {
    for (const source of sources) {
      const fetched = await this.fetchArchive(source, signal);
      if (!fetched.ok) return fetched;
    }
    return ok(undefined);
  }

  /** The trees of archives, in memory; all of one release together are bounded. */
  async unpack(sources: readonly OrderedSource[], signal: AbortSignal): Promise<Result<readonly SourceTree[], SourceFailure>> {
    const trees: SourceTree[] = [];
    if (sources.length === 0) return ok(trees);
    const opened = await this.opening(this.deps.archives);
    if (!opened.ok) return opened;
    const room = opened.value.newRoom();
    for (const source of sources) {
      const archive = await this.fetchArchive(source, signal);
      if (!archive.ok) return archive;
      const tree = await opened.value.unpack(source.commit, archive.value, source.archive?.isChart ?? false, room);
      if (!tree.ok) return fail('PATH_REFUSED', `${source.repository.url}: ${tree.error.path === '' ? 'the archive' : tree.error.path}: ${tree.error.reason}`, false);
      trees.push(tree.value);
    }
    return ok(trees);
  }

  private async withObjects<T>({ repository, commit, ref }: OrderedSource, credentials: GitCredentials | undefined, use: (tree: SourceTree) => Promise<Result<T, SourceFailure>>, signal: AbortSignal): Promise<Result<T, SourceFailure>> {
    const opened = await this.opening(this.deps.repositories);
    if (!opened.ok) return opened;
    const repositories = opened.value;
    const used = await repositories.withCommit(
      repository.id, { url: repository.url, credentials }, { commit, ref },
      async (objects) => {
        const tree = await objects.tree(commit, signal);
        if (!tree.ok) return err(ofGit(tree.error));
        return tree.value.commit === commit ? use(tree.value) : fail('COMMIT_UNREACHABLE', `asked for commit ${commit}, got ${tree.value.commit}: refused`, true);
      },
      signal,
    );
    return used.ok ? used.value : err(ofGit(used.error));
  }

  private async fetchArchive(source: OrderedSource, signal: AbortSignal): Promise<Result<Uint8Array, SourceFailure>> {
    const { repository: { url }, commit, archive } = source;
    if (archive === undefined) return fail('UNSUPPORTED_ASSIGNMENT', 'the order does not say where its archive lies', false);
    const credentials = this.credentialsOf(source);
    if (!credentials.ok) return credentials;
    if (credentials.value !== undefined && isSshCredentials(credentials.value)) return fail('AUTHENTICATION_FAILED', 'an SSH key is for no registry and no chart repository', false);
    const opened = await this.opening(this.deps.archives);
    if (!opened.ok) return opened;
    const remote: ArchiveRemote = { type: archive.type, url, credentials: credentials.value };
    const fetched = await opened.value.store.fetch(remote, { digest: commit, location: archive.location }, signal);
    return fetched.ok ? fetched : err(ofGit(fetched.error));
  }

  private async opening<T>(open: () => Promise<T>): Promise<Result<T, SourceFailure>> {
    try {
      return ok(await open());
    } catch (error) {
      this.deps.log.error('the agent cannot fetch here', { error });
      return fail('RENDERER_UNAVAILABLE', errorMessage(error), true);
    }
  }

  private credentialsOf({ repository }: OrderedSource): Result<GitCredentials | undefined, SourceFailure> {
    const held = this.deps.credentials.lookUp(repository.id, repository.url);
    switch (held.kind) {
      case 'HELD':
        return ok(held.credentials);
      case 'BOUND_ELSEWHERE':
        return fail('AUTHENTICATION_FAILED', 'the credentials of the repository are bound to another scheme, host or port', true);
      case 'NONE':
        return repository.credentialDigest === undefined ? ok(undefined) : fail('AUTHENTICATION_FAILED', 'the credentials of the repository have not arrived yet', true);
    }
  }
}

function ofGit({ code, message, url, retryable }: GitFailure): SourceFailure {
  return { reason: reasonOfGitFailure(code), message: `${url}: ${message}`, retryable };
}

function fail(reason: SourceFailure['reason'], message: string, retryable: boolean): Result<never, SourceFailure> {
  return err({ reason, message, retryable });
}
