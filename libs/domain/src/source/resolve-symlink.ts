import { judgeTreeEntryName, judgeTreePath, MAX_PATH_BYTES } from './judge-tree-entry.js';

/** How many symlinks one path may go through. */
export const MAX_SYMLINK_HOPS = 8;

/**
 * Where a symlink points inside its tree, as a path from the root, or why it is refused. The text is only computed with, never
 * given to a file system; a target that climbs above the root, even to come back, is refused, and so is one that goes through a hostile
 * name, even where it leaves it again. Pure.
 *
 * @param linkPath path of the symlink from the root
 * @param target the bytes of the link as text
 */
export function resolveSymlink(linkPath: string, target: string): { readonly path: string } | { readonly reason: string } {
  if (target === '') return { reason: 'the symlink is empty' };
  if (Buffer.byteLength(target) > MAX_PATH_BYTES) return { reason: `the symlink is longer than ${MAX_PATH_BYTES} bytes` };
  if (target.startsWith('/')) return { reason: 'the symlink is absolute' };
  const parts = linkPath.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (parts.pop() === undefined) return { reason: 'the symlink leaves the tree' };
      continue;
    }
    const reason = judgeTreeEntryName(part);
    if (reason !== undefined) return { reason: `the symlink points to a refused path: ${reason}` };
    parts.push(part);
  }
  const path = parts.join('/');
  const judged = judgeTreePath(path);
  return 'reason' in judged ? { reason: `the symlink points to a refused path: ${judged.reason}` } : { path };
}
