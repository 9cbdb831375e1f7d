import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Names of files that are being written, and of those that a killed process left. */
export const SPOOL_FILE = /\.tgz\.[0-9a-f-]{36}$/;

/** An archive on its way to the disk, so that slow servers hold no memory. What cannot be written is told at the end, and never as a fault of the server. */
export class ArchiveSpool {
  private readonly hash = createHash('sha256');
  private hasFailed = false;

  private constructor(
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /** undefined: this disk takes nothing now. */
  static async open(file: string): Promise<ArchiveSpool | undefined> {
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const path = `${file}.${randomUUID()}`;
      return new ArchiveSpool(path, await open(path, 'wx', 0o600));
    } catch {
      return undefined; // it is only a cache
    }
  }

  readonly take = async (chunk: Buffer): Promise<void> => {
    if (this.hasFailed) return;
    this.hash.update(chunk);
    await this.handle.appendFile(chunk).catch(() => (this.hasFailed = true)); // a full disk, say
  };

  /** Once: the digest as hex of what lies whole on the disk; undefined: it does not. */
  async finish(): Promise<string | undefined> {
    await this.handle.close().catch(() => (this.hasFailed = true)); // some disks say it only then
    return this.hasFailed ? undefined : this.hash.digest('hex');
  }

  /** Whole or not at all. */
  async keepAs(file: string): Promise<void> {
    await rename(this.path, file);
  }

  async discard(): Promise<void> {
    await this.handle.close().catch(() => undefined); // closed already
    await rm(this.path, { force: true }).catch(() => undefined); // it is swept later
  }
}
