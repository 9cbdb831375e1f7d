import { err, ok, type Result } from '#kernel';
import type { SourceReadFailure, SourceTree } from './source-tree.js';
import { WatchRecorder } from './watch-recorder.js';
import { sealWatchSet, type WatchSet } from './watch-set.js';
import { watchSymlinks } from './watch-symlinks.js';

/** The digest of some files and directories of a commit, each of which must be there, through symlinks. Reads trees alone. */
export async function computeFilesDigest(tree: SourceTree, paths: readonly string[], signal: AbortSignal): Promise<Result<WatchSet, SourceReadFailure>> {
  const recorder = new WatchRecorder(tree, signal);
  for (const path of paths) {
    const found = await recorder.watch(path);
    if (found.ok && found.value === undefined) return err({ code: 'PATH_NOT_FOUND', path });
    const linked = found.ok && found.value?.entry.mode === 'tree' ? await watchSymlinks(recorder, found.value.path) : ok(undefined);
    const failed = found.ok ? linked : found;
    if (failed.ok) continue;
    if (failed.error.code !== 'NOT_STATIC') return err(failed.error);
    return ok(sealWatchSet([{ path: '', target: undefined, mode: 'tree', id: tree.rootTreeId }], failed.error.because));
  }
  return ok(sealWatchSet(recorder.paths, undefined));
}
