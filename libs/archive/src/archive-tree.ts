import { duplicatesAfterFold, judgeTreePath, printablePath, type ResolvedEntry, type SourceReadFailure, type SourceTree, type TreeEntry } from '#domain';
import { digestOf, err, ok, type Result } from '#kernel';
import type { ArchiveRefused } from './read-archive.js';

type Read<T> = Result<T, SourceReadFailure>;

/** Files and directories, also those that only paths name. */
const MAX_ENTRIES = 25_000;

interface Directory {
  readonly entries: Map<string, TreeEntry>;
}

/**
 * The files of an archive as a tree. `commit` is the archive's digest, and ids are digests over it and the path: what has the same id is the same.
 * A name that is a file and a directory, and names of one directory that file systems take for one another, are refused.
 */
export function archiveTree(digest: string, files: ReadonlyMap<string, Uint8Array>): Result<SourceTree, ArchiveRefused> {
  const directories = new Map<string, Directory>([['', { entries: new Map() }]]);
  let count = 0;
  const idOf = (path: string): string => digestOf(`${digest}\n${path}`).slice('sha256:'.length);
  for (const path of files.keys()) {
    const parts = path.split('/');
    let above = '';
    for (const [index, name] of parts.entries()) {
      const here = above === '' ? name : `${above}/${name}`;
      const mode = index === parts.length - 1 ? 'file' : 'tree';
      const parent = directories.get(above);
      const known = parent?.entries.get(name);
      above = here;
      if (parent === undefined || (known !== undefined && known.mode !== mode)) return err({ path: printablePath(here), reason: 'it is a file and a directory' });
      if (known !== undefined) continue;
      // Each file may bring a hundred directories of its own.
      if ((count += 1) > MAX_ENTRIES) return err({ path: printablePath(here), reason: `the archive has more than ${MAX_ENTRIES} files and directories` });
      parent.entries.set(name, { name, mode, id: idOf(here) });
      if (mode === 'tree') directories.set(here, { entries: new Map() });
    }
  }
  for (const [path, { entries }] of directories) {
    const [double] = duplicatesAfterFold([...entries.keys()]);
    if (double !== undefined) return err({ path: printablePath(path === '' ? double : `${path}/${double}`), reason: 'another name in its directory differs only in case or composition' });
  }
  return ok(treeOf(digest, idOf(''), directories, files));
}

/** The directory that holds all of a chart's archive, taken away: a chart is at the root of its tree. Undefined: the files do not lie in one directory. */
export function withoutTopDirectory(files: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> | undefined {
  const tops = new Set([...files.keys()].map((path) => path.split('/', 1)[0] ?? ''));
  const [top] = tops;
  if (top === undefined || tops.size > 1 || files.has(top)) return undefined;
  return new Map([...files].map(([path, content]) => [path.slice(top.length + 1), content]));
}

function treeOf(commit: string, rootTreeId: string, directories: ReadonlyMap<string, Directory>, files: ReadonlyMap<string, Uint8Array>): SourceTree {
  const entryAt = (path: string): Read<TreeEntry> => {
    const judged = judgeTreePath(path);
    if ('reason' in judged) return err({ code: 'PATH_REFUSED', path: printablePath(path), reason: judged.reason });
    if (path === '') return ok({ name: '', mode: 'tree', id: rootTreeId });
    const entry = directories.get(judged.parts.slice(0, -1).join('/'))?.entries.get(judged.parts.at(-1) ?? '');
    return entry === undefined ? err({ code: 'PATH_NOT_FOUND', path }) : ok(entry);
  };
  const read = (path: string): Read<Uint8Array> => {
    const entry = entryAt(path);
    if (!entry.ok) return entry;
    const content = files.get(path);
    return content === undefined ? err({ code: 'PATH_REFUSED', path, reason: 'it is a directory' }) : ok(content);
  };
  return {
    commit, rootTreeId,
    async list(path) {
      const entry = entryAt(path);
      if (!entry.ok) return entry;
      const directory = directories.get(path);
      return directory === undefined ? err({ code: 'PATH_REFUSED', path, reason: 'it is a file' }) : ok([...directory.entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)));
    },
    read: async (path) => read(path),
    async readMany(paths) {
      const contents: Uint8Array[] = [];
      for (const path of paths) {
        const content = read(path);
        if (!content.ok) return content;
        contents.push(content.value);
      }
      return ok(contents);
    },
    entry: async (path) => entryAt(path),
    async resolve(path): Promise<Read<ResolvedEntry>> {
      const entry = entryAt(path);
      return entry.ok ? ok({ path, entry: entry.value }) : entry;
    },
  };
}
