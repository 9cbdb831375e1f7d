import { err, ok, type Result } from '#kernel';
import type { ResolvedEntry, SourceReadFailure, SourceTree, TreeEntry } from './source-tree.js';
import type { NotStatic, WatchedPath } from './watch-set.js';

export const MAX_WATCHED_ENTRIES = 20_000;
export const MAX_WATCHED_DOCUMENTS = 2_000;

export type WatchFailure = SourceReadFailure | { readonly code: 'NOT_STATIC'; readonly because: NotStatic };

/** A tree as the watch set reads it: what is asked for is recorded, absence too, and the whole is bounded. One per computation. */
export class WatchRecorder {
  private readonly recorded = new Map<string, WatchedPath>();
  private entries = 0;
  private documents = 0;

  constructor(
    private readonly tree: SourceTree,
    private readonly signal: AbortSignal,
  ) {}

  get paths(): readonly WatchedPath[] {
    return [...this.recorded.values()];
  }

  /** Records a path and says what is there; undefined when the commit has no such path. */
  async watch(path: string): Promise<Result<ResolvedEntry | undefined, WatchFailure>> {
    this.signal.throwIfAborted();
    if (!this.count(1)) return tooLarge();
    const found = await this.tree.resolve(path, this.signal);
    if (found.ok) {
      const { path: real, entry } = found.value;
      this.recorded.set(path, { path, target: real === path ? undefined : real, mode: entry.mode, id: entry.id });
      return found;
    }
    if (found.error.code !== 'PATH_NOT_FOUND') return found;
    this.recorded.set(path, { path, target: undefined, mode: 'absent', id: '' });
    return ok(undefined);
  }

  async list(directory: string): Promise<Result<readonly TreeEntry[], WatchFailure>> {
    this.signal.throwIfAborted();
    const listed = await this.tree.list(directory, this.signal);
    return !listed.ok || this.count(listed.value.length) ? listed : tooLarge();
  }

  /** The bytes of files, in one round trip. */
  async readMany(paths: readonly string[]): Promise<Result<readonly Uint8Array[], WatchFailure>> {
    this.signal.throwIfAborted();
    this.documents += paths.length;
    if (this.documents > MAX_WATCHED_DOCUMENTS) return tooLarge();
    return paths.length === 0 ? ok([]) : this.tree.readMany(paths, this.signal);
  }

  private count(entries: number): boolean {
    this.entries += entries;
    return this.entries <= MAX_WATCHED_ENTRIES;
  }
}

function tooLarge(): Result<never, WatchFailure> {
  return err({ code: 'NOT_STATIC', because: 'TOO_LARGE' });
}
