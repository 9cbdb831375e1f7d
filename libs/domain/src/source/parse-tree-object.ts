import { err, ok, type Result } from '#kernel';
import type { TreeEntry, TreeEntryMode } from './source-tree.js';

export interface MalformedTree {
  readonly code: 'MALFORMED_TREE';
  readonly offset: number;
}

const MODES: ReadonlyMap<string, TreeEntryMode> = new Map([
  ['40000', 'tree'], ['040000', 'tree'], ['100644', 'file'], ['100664', 'file'], ['100755', 'executable'], ['120000', 'symlink'], ['160000', 'gitlink'],
]);
const SPACE = 0x20;

/**
 * The entries of a Git tree object (SHA-1), in its order. Names that are not UTF-8 keep U+FFFD in place of the bad bytes, which
 * `judgeTreeEntryName` refuses; a tree whose framing or modes are wrong is refused whole. Pure.
 */
export function parseTreeObject(bytes: Uint8Array): Result<readonly TreeEntry[], MalformedTree> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: TreeEntry[] = [];
  let offset = 0;
  while (offset < buffer.length) {
    const space = buffer.indexOf(SPACE, offset);
    const nul = space === -1 ? -1 : buffer.indexOf(0, space);
    const mode = space === -1 ? undefined : MODES.get(buffer.toString('latin1', offset, space));
    if (mode === undefined || nul === -1 || nul + 21 > buffer.length) return err({ code: 'MALFORMED_TREE', offset });
    entries.push({ name: buffer.toString('utf8', space + 1, nul), mode, id: buffer.toString('hex', nul + 1, nul + 21) });
    offset = nul + 21;
  }
  return ok(entries);
}
