import { err, ok, type Result } from '#kernel';
import { printablePath } from './judge-tree-entry.js';
import type { WatchFailure, WatchRecorder } from './watch-recorder.js';

/**
 * Records where the symlinks below a directory lead, and follows those that lead to directories: the tree id of the directory holds
 * the text of a link and not what it points to. A gitlink, a hostile name or a link that leaves the tree is refused with its path.
 *
 * @param directory a real path, without symlinks
 */
export async function watchSymlinks(recorder: WatchRecorder, directory: string): Promise<Result<void, WatchFailure>> {
  const seen = new Set([directory]);
  const open = [directory];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const entries = await recorder.list(at);
    if (!entries.ok) return entries;
    for (const { name, mode } of entries.value) {
      const path = at === '' ? name : `${at}/${name}`;
      if (mode === 'gitlink') return err({ code: 'PATH_REFUSED', path: printablePath(path), reason: 'it is a submodule' });
      const below = mode === 'symlink' ? await recorder.watch(path) : ok(mode === 'tree' ? { path, entry: { mode } } : undefined);
      if (!below.ok) return below;
      if (below.value?.entry.mode !== 'tree' || seen.has(below.value.path)) continue;
      seen.add(below.value.path);
      open.push(below.value.path);
    }
  }
  return ok(undefined);
}
