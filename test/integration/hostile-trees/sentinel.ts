import { mkdtemp, readdir, readFile, realpath, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LONG_AGO = new Date('2001-01-01T00:00:00Z');
const LATER = new Date('2002-01-01T00:00:00Z');

/** A file outside of every repository, and what tells whether anybody touched it: its content, what lies beside it, and the time of its last reading. */
export class Sentinel {
  private constructor(
    readonly path: string,
    readonly canary: string,
    /** False where the file system keeps no times of reading: then only the canary tells. */
    readonly showsReads: boolean,
  ) {}

  static async place(canary: string): Promise<Sentinel> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'capstan-sentinel-')));
    const control = join(directory, 'control');
    await write(control, 'x');
    await readFile(control);
    const showsReads = (await stat(control)).atimeMs !== LONG_AGO.getTime();
    await rm(control);
    const path = join(directory, 'sentinel.yaml');
    await write(path, `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${canary} }\n`);
    return new Sentinel(path, canary, showsReads);
  }

  /** Empty when nobody was here. */
  async touched(): Promise<readonly string[]> {
    const { atimeMs, mtimeMs } = await stat(this.path); // asked before the content is read
    const beside = await readdir(join(this.path, '..'));
    const content = await readFile(this.path, 'utf8');
    await utimes(this.path, new Date(atimeMs), new Date(mtimeMs)); // ours does not count
    return [
      ...(this.showsReads && atimeMs !== LONG_AGO.getTime() ? ['it was read'] : []),
      ...(mtimeMs !== LATER.getTime() || !content.includes(this.canary) ? ['it was written'] : []),
      ...(beside.length === 1 ? [] : [`beside it stands ${beside.join(', ')}`]),
    ];
  }

  remove(): Promise<void> {
    return rm(join(this.path, '..'), { recursive: true, force: true });
  }
}

/** Last read before it was last changed: every way of keeping times of reading would show the next reading. */
async function write(path: string, content: string): Promise<void> {
  await writeFile(path, content);
  await utimes(path, LONG_AGO, LATER);
}
