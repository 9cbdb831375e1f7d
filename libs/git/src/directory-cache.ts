import { foldTreeEntryName, judgeTreeEntryName, type TreeEntry } from '#domain';

export const AMBIGUOUS = 'another name in its directory differs only in case or composition';

export interface HostileEntry {
  readonly name: string;
  readonly reason: string;
}

/** One directory of a commit, ready to be asked often: a thousand applications of one repository walk through the same few. */
export class Directory {
  readonly #byName = new Map<string, TreeEntry>();
  readonly #folded = new Map<string, number>();
  #hostile: HostileEntry | 'none' | undefined;

  constructor(readonly entries: readonly TreeEntry[]) {
    for (const entry of entries) {
      if (!this.#byName.has(entry.name)) this.#byName.set(entry.name, entry);
      const folded = foldTreeEntryName(entry.name);
      this.#folded.set(folded, (this.#folded.get(folded) ?? 0) + 1);
    }
  }

  entry(name: string): TreeEntry | undefined {
    return this.#byName.get(name);
  }

  /** Whether a file system that folds names could take another entry for this one. */
  isAmbiguous(name: string): boolean {
    return (this.#folded.get(foldTreeEntryName(name)) ?? 0) > 1;
  }

  /** The first entry that must not be read, and why; undefined: there is none. */
  hostileEntry(): HostileEntry | undefined {
    this.#hostile ??= this.#judge() ?? 'none';
    return this.#hostile === 'none' ? undefined : this.#hostile;
  }

  #judge(): HostileEntry | undefined {
    for (const { name } of this.entries) {
      const reason = judgeTreeEntryName(name) ?? (this.isAmbiguous(name) ? AMBIGUOUS : undefined);
      if (reason !== undefined) return { name, reason };
    }
    return undefined;
  }
}

const MAX_ENTRIES = 100_000;

/** Directories of one commit by the id of their tree, which says what is in them. Bounded by entries: the oldest go first. */
export class DirectoryCache {
  readonly #directories = new Map<string, Directory>();
  #entries = 0;

  get(treeId: string): Directory | undefined {
    return this.#directories.get(treeId);
  }

  add(treeId: string, entries: readonly TreeEntry[]): Directory {
    const directory = new Directory(entries);
    this.#directories.set(treeId, directory);
    this.#entries += entries.length + 1;
    for (const [oldest, { entries: gone }] of this.#directories) {
      if (this.#entries <= MAX_ENTRIES || oldest === treeId) break;
      this.#directories.delete(oldest);
      this.#entries -= gone.length + 1;
    }
    return directory;
  }
}
