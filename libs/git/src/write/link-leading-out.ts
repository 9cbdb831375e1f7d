import { err, ok, type Result } from '#kernel';
import { printablePath, resolveSymlink } from '#domain';
import type { GitFailure } from '../git-failure.js';
import type { GitObjects } from '../git-objects.js';
import { isLinkMode, isTreeMode, readRawTree } from './raw-tree.js';
import type { PathUnwritable } from './tree-draft.js';

interface Below {
  /** From the directory that is carried. */
  readonly path: string;
  readonly id: string;
}

/** More than any directory holds that people look through. */
const MAX_ENTRIES = 100_000;

/**
 * A symlink below a directory that leads out of it, even to come back: carried elsewhere it would lead to other content, which nobody has looked at. undefined: all
 * of them stay inside. One round trip a level, and one for the links.
 *
 * @param leftOut paths below the directory that are not carried
 */
export async function linkLeadingOut(objects: Pick<GitObjects, 'raw'>, directoryId: string, leftOut: readonly string[], signal: AbortSignal): Promise<Result<PathUnwritable | undefined, GitFailure | PathUnwritable>> {
  const links: Below[] = [];
  let entries = 0;
  for (let level: readonly Below[] = [{ path: '', id: directoryId }]; level.length > 0; ) {
    const read = await objects.raw('tree', level.map(({ id }) => id), signal);
    if (!read.ok) return read;
    const next: Below[] = [];
    for (const [index, { bytes }] of read.value.entries()) {
      const at = level[index]?.path ?? '';
      const listed = readRawTree(bytes);
      if (listed === undefined) return err(unwritable(at, 'the directory is malformed'));
      entries += listed.length;
      if (entries > MAX_ENTRIES) return err(unwritable(at, `more than ${MAX_ENTRIES} entries would be carried`));
      for (const { mode, name, id } of listed) {
        const path = `${at === '' ? '' : `${at}/`}${Buffer.from(name, 'latin1').toString('utf8')}`;
        if (leftOut.includes(path)) continue;
        if (isLinkMode(mode)) links.push({ path, id });
        else if (isTreeMode(mode)) next.push({ path, id });
      }
    }
    level = next;
  }
  const texts = links.length === 0 ? ok([]) : await objects.raw('blob', links.map(({ id }) => id), signal);
  if (!texts.ok) return texts;
  for (const [index, { path }] of links.entries()) {
    const led = resolveSymlink(path, texts.value[index]?.bytes.toString('utf8') ?? '');
    if ('reason' in led) return ok(unwritable(path, led.reason === 'the symlink leaves the tree' ? 'the symlink leads out of the directory that is carried' : led.reason));
  }
  return ok(undefined);
}

function unwritable(path: string, reason: string): PathUnwritable {
  return { code: 'PATH_UNWRITABLE', path: printablePath(path), reason };
}
