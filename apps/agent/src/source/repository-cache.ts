import { errorCode, err, type Log, type Result } from '#kernel';
import type { GitFailure, GitObjects, GitPort, GitRemote } from '#git';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export interface RepositoryCacheSettings {
  /** Where the Git adapter keeps its copies, one entry per repository whose name begins with the cache key. */
  readonly directory: string;
  /** Bytes on disk; the copies used longest ago go first. */
  readonly maxBytes: number;
  readonly maxRepositories: number;
}

type Fetched = Result<GitObjects, GitFailure>;

const KEY = /^([A-Za-z0-9-]+)\./;
/** Far more files than bounded copies have: past it a directory counts as too large. */
const MAX_FILES = 200_000;
/** A new commit is fetched, and its size looked at; file contents that are missing come while it is used. */
const USES_PER_LOOK = 50;

/**
 * Fetched commits, one fetch per repository and commit however many targets ask, on a bounded part of the disk. Everything here can be
 * fetched again: losing it costs time only.
 */
export class RepositoryCache {
  /** Sizes by cache key, used longest ago first. */
  private readonly sizes = new Map<string, number>();
  /** Of which commit the size was taken last, and how often that was used since. */
  private readonly measured = new Map<string, { readonly commit: string; uses: number }>();
  private readonly inUse = new Map<string, number>();
  private readonly fetching = new Map<string, Promise<Fetched>>();

  constructor(
    private readonly git: GitPort,
    private readonly settings: RepositoryCacheSettings,
    private readonly log: Log,
    /** Ends everything that is under way. */
    private readonly over: AbortSignal,
  ) {}

  /** Learns what an earlier process left on disk. */
  async open(): Promise<void> {
    const found: { readonly key: string; readonly atMs: number }[] = [];
    for (const name of await namesIn(this.settings.directory)) {
      const [, key] = KEY.exec(name) ?? [];
      if (key !== undefined) found.push({ key, atMs: (await stat(join(this.settings.directory, name))).mtimeMs });
    }
    for (const { key } of found.toSorted((a, b) => a.atMs - b.atMs)) this.sizes.set(key, await this.sizeOf(key));
    await this.evict();
  }

  /** Runs `use` over one commit's objects, which stay on disk as long as it runs. */
  async withCommit<T>(key: string, remote: GitRemote, wanted: { readonly commit: string; readonly ref: string }, use: (objects: GitObjects) => Promise<T>, signal: AbortSignal): Promise<Result<T, GitFailure>> {
    this.inUse.set(key, (this.inUse.get(key) ?? 0) + 1);
    try {
      const fetched = await this.fetch(key, remote, wanted, signal);
      if (!fetched.ok) return err(fetched.error);
      return { ok: true, value: await use(fetched.value) };
    } finally {
      const users = (this.inUse.get(key) ?? 1) - 1;
      if (users === 0) this.inUse.delete(key);
      else this.inUse.set(key, users);
    }
  }

  /** Those that ask for the same commit share one fetch; each leaves it by its own signal. */
  private async fetch(key: string, remote: GitRemote, wanted: { readonly commit: string; readonly ref: string }, signal: AbortSignal): Promise<Fetched> {
    const name = JSON.stringify([key, remote.url, wanted.commit, remote.credentials]);
    const shared = this.fetching.get(name) ?? this.start(name, key, remote, wanted);
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.throwIfAborted();
    signal.addEventListener('abort', onAbort, { once: true });
    return Promise.race([shared, promise]).finally(() => signal.removeEventListener('abort', onAbort));
  }

  private start(name: string, key: string, remote: GitRemote, wanted: { readonly commit: string; readonly ref: string }): Promise<Fetched> {
    const fetched = this.git.fetchCommit(remote, key, wanted, this.over).then(async (result) => {
      await this.touch(key, wanted.commit);
      return result;
    });
    this.fetching.set(name, fetched);
    return fetched.finally(() => this.fetching.delete(name));
  }

  private async touch(key: string, commit: string): Promise<void> {
    const size = this.sizes.get(key);
    const last = this.measured.get(key);
    if (size !== undefined && last?.commit === commit && last.uses < USES_PER_LOOK) {
      last.uses += 1;
      this.sizes.delete(key);
      this.sizes.set(key, size);
    } else {
      this.sizes.delete(key);
      this.measured.set(key, { commit, uses: 0 });
      this.sizes.set(key, await this.sizeOf(key));
    }
    await this.evict();
  }

  private async evict(): Promise<void> {
    const { maxBytes, maxRepositories } = this.settings;
    for (const key of [...this.sizes.keys()]) {
      const total = [...this.sizes.values()].reduce((sum, size) => sum + size, 0);
      if (total <= maxBytes && this.sizes.size <= maxRepositories) return;
      if (this.inUse.has(key)) continue;
      this.sizes.delete(key);
      this.measured.delete(key);
      await this.git.forget(key);
      this.log.debug('a copy of a repository was dropped to make room', { repositoryId: key });
    }
  }

  private async sizeOf(key: string): Promise<number> {
    let size = 0;
    const queue = (await namesIn(this.settings.directory)).filter((name) => name.startsWith(`${key}.`)).map((name) => join(this.settings.directory, name));
    for (let seen = 0; queue.length > 0; seen += 1) {
      if (seen > MAX_FILES) return Number.MAX_SAFE_INTEGER;
      const path = queue.pop() ?? '';
      const entry = await lstat(path).catch((error: unknown) => (errorCode(error) === 'ENOENT' ? undefined : Promise.reject(error))); // git tidies up beside us
      if (entry?.isDirectory() === true) queue.push(...(await namesIn(path)).map((name) => join(path, name)));
      size += entry?.size ?? 0;
    }
    return size;
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}
