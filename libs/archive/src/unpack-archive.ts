import type { SourceTree } from '#domain';
import { err, type Result } from '#kernel';
import { archiveTree, withoutTopDirectory } from './archive-tree.js';
import { ARCHIVE_LIMITS, readArchive, type ArchiveRefused, type UnpackRoom } from './read-archive.js';

/** The tree of an archive whose digest was verified. A chart lies in a directory of its own name, which is taken away. */
export async function unpackArchive(digest: string, archive: Uint8Array, isChart: boolean, room?: UnpackRoom): Promise<Result<SourceTree, ArchiveRefused>> {
  const files = await readArchive(archive, ARCHIVE_LIMITS, room);
  if (!files.ok) return files;
  const content = isChart ? withoutTopDirectory(files.value) : files.value;
  return content === undefined ? err({ path: '', reason: 'the files of the chart do not lie in one directory: make the archive with `helm package`' }) : archiveTree(digest, content);
}
