import type { Result } from '#kernel';

/** Git's own modes of a tree entry. */
export type TreeEntryMode = 'tree' | 'file' | 'executable' | 'symlink' | 'gitlink';

export interface TreeEntry {
  readonly name: string;
  readonly mode: TreeEntryMode;
  /** Object id, lower-case hex. */
  readonly id: string;
}

export type SourceReadFailure =
  /** The path does not exist in this commit. */
  | { readonly code: 'PATH_NOT_FOUND'; readonly path: string }
  /** It exists and is not what was asked for (a directory read as a file, a gitlink, a hostile name). */
  | { readonly code: 'PATH_REFUSED'; readonly path: string; readonly reason: string }
  /** It could not be read now. Never means "absent". */
  | { readonly code: 'SOURCE_UNAVAILABLE'; readonly path: string; readonly cause: string };

/**
 * One commit's content, read by object id: it never touches the file system (R22). Paths are relative to the root, with
 * `/`, without `.` or `..`; the root is ''. A symlink that stays inside is resolved by the reader; anything else is refused.
 */
export interface SourceTree {
  readonly commit: string;
  readonly rootTreeId: string;
  /** The entries of a directory, in Git's order. */
  list(path: string, signal?: AbortSignal): Promise<Result<readonly TreeEntry[], SourceReadFailure>>;
  /** A file's bytes. */
  read(path: string, signal?: AbortSignal): Promise<Result<Uint8Array, SourceReadFailure>>;
  /** Several files at once, for one round trip: same order as asked. The first failure wins. */
  readMany(paths: readonly string[], signal?: AbortSignal): Promise<Result<readonly Uint8Array[], SourceReadFailure>>;
  /** Mode and id of one path, symlinks not followed. */
  entry(path: string, signal?: AbortSignal): Promise<Result<TreeEntry, SourceReadFailure>>;
  /** Where a path really is after all symlinks, its last component too, and what is there. */
  resolve(path: string, signal?: AbortSignal): Promise<Result<ResolvedEntry, SourceReadFailure>>;
}

export interface ResolvedEntry {
  /** Without symlinks; equal to the path asked for where none was on the way. */
  readonly path: string;
  readonly entry: TreeEntry;
}
