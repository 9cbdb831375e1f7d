import { errorCode } from '#kernel';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { CanarySearch } from './canary-search.js';

/** Looks into every file below a directory, and again into those that have changed. */
export class FileWatch {
  private readonly seen = new Map<string, string>();

  /** @param isLeftOut by path below the directory */
  constructor(
    private readonly directory: string,
    private readonly search: CanarySearch,
    private readonly isLeftOut: (path: string) => boolean = () => false,
  ) {}

  look(): void {
    this.lookBelow(this.directory);
  }

  private lookBelow(directory: string): void {
    for (const entry of orGone(() => readdirSync(directory, { withFileTypes: true })) ?? []) {
      const path = join(directory, entry.name);
      const name = relative(this.directory, path);
      if (this.isLeftOut(name)) continue;
      this.search.look('file names', name, name);
      if (entry.isDirectory()) this.lookBelow(path);
      else if (entry.isFile()) this.lookInto(path, name);
    }
  }

  private lookInto(path: string, name: string): void {
    const stat = orGone(() => statSync(path));
    if (stat === undefined) return;
    const version = `${stat.ino} ${stat.size} ${stat.mtimeMs} ${stat.ctimeMs}`;
    if (this.seen.get(path) === version) return;
    const content = orGone(() => readFileSync(path));
    if (content === undefined) return;
    this.seen.set(path, version);
    this.search.look('files', name, content);
  }
}

function orGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
