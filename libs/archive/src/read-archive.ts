import { judgeTreePath, MAX_PATH_BYTES, printablePath } from '#domain';
import { err, ok, type Result } from '#kernel';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export interface ArchiveLimits {
  /** Unpacked. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = Object.freeze({ maxBytes: 64 * 1024 * 1024, maxFiles: 20_000 });

/** What the archives of one release may take unpacked, all together: they are in memory at the same time. */
export class UnpackRoom {
  #left = ARCHIVE_LIMITS.maxBytes;

  get leftBytes(): number {
    return this.#left;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }
}

/** Why an archive is not read, for people. */
export interface ArchiveRefused {
  readonly path: string;
  readonly reason: string;
}

const BLOCK = 512;
const LONG_NAME = 'L';
const LONG_LINK = 'K';
const PAX = 'x';
const PAX_FOR_ALL = 'g';
/** Names and links of an entry that come before it. */
const MAX_EXTENDED_BYTES = 64 * 1024;
const FILES: readonly string[] = ['0', '\0', '7'];
const DIRECTORY = '5';

/**
 * The files of a gzipped tar archive by their path, in memory: nothing is written anywhere. Links, devices, paths that step out, names that file systems take
 * for others, two files of one name, and an archive that breaks off or grows beyond the limits refuse the whole archive.
 */
export async function readArchive(archive: Uint8Array, limits: ArchiveLimits = ARCHIVE_LIMITS, room?: UnpackRoom): Promise<Result<ReadonlyMap<string, Uint8Array>, ArchiveRefused>> {
  let tar: Buffer;
  const maxBytes = Math.min(limits.maxBytes, room?.leftBytes ?? limits.maxBytes);
  try {
    tar = await promisify(gunzip)(archive, { maxOutputLength: Math.max(1, maxBytes) });
  } catch {
    const together = maxBytes < limits.maxBytes ? `, or with the other archives of the release more than ${limits.maxBytes}` : '';
    return refused('', `it is no gzipped archive, or has more than ${limits.maxBytes} bytes when it is unpacked${together}`);
  }
  room?.take(tar.length); // what is read below are parts of it, and keep all of it
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return ok(files);
    const size = /^[ \0]*([0-7]+)[ \0]*$/.exec(header.toString('latin1', 124, 136))?.[1];
    const begin = at + BLOCK;
    const end = begin + (size === undefined ? Number.NaN : Number.parseInt(size, 8));
    if (!(end <= tar.length)) return refused('', 'the archive breaks off');
    const content = tar.subarray(begin, end);
    const type = header.toString('latin1', 156, 157);
    if ((type === LONG_NAME || type === PAX) && content.length > MAX_EXTENDED_BYTES) return refused('', `the names before an entry have more than ${MAX_EXTENDED_BYTES} bytes`);
    at = begin + Math.ceil((end - begin) / BLOCK) * BLOCK;
    if (type === LONG_NAME) longName = untilZero(content);
    else if (type === PAX) {
      const records = content.toString('utf8');
      if (/^\d+ (size|linkpath|GNU\.sparse\.[^=]*)=/m.test(records)) return refused('', 'an entry has a size or link that only an extended header tells');
      longName = /^\d+ path=(.*)$/m.exec(records)?.[1] ?? longName;
    } else if (type !== PAX_FOR_ALL) {
      const entry = add(files, longName ?? nameIn(header), type, content, limits);
      if (entry !== undefined) return err(entry);
      longName = undefined;
    }
  }
  return refused('', 'the archive breaks off');
}

function add(files: Map<string, Uint8Array>, name: string, type: string, content: Uint8Array, { maxFiles }: ArchiveLimits): ArchiveRefused | undefined {
  if (name.length > MAX_PATH_BYTES) return { path: printablePath(name.slice(0, MAX_PATH_BYTES)), reason: `the path is longer than ${MAX_PATH_BYTES} bytes` };
  const path = withoutSlashes(name.replace(/^(?:\.\/)+/, ''));
  const shown = printablePath(path);
  if (type === LONG_LINK || type === '1' || type === '2') return { path: shown, reason: 'it is a link' };
  if (type !== DIRECTORY && !FILES.includes(type)) return { path: shown, reason: 'it is neither a file nor a directory' };
  const judged = judgeTreePath(path === '.' ? '' : path);
  if ('reason' in judged) return { path: shown, reason: judged.reason };
  if (type === DIRECTORY || name.endsWith('/')) return undefined;
  if (path === '') return { path: shown, reason: 'a file has no name' };
  if (files.has(path)) return { path: shown, reason: 'it is in the archive twice' };
  if (files.size >= maxFiles) return { path: shown, reason: `the archive has more than ${maxFiles} files` };
  files.set(path, content);
  return undefined;
}

/** Of those at the end. A pattern would look at a run of them once for each of its slashes. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

/** Longer paths of the ustar format begin in a field of their own. */
function nameIn(header: Buffer): string {
  const name = untilZero(header.subarray(0, 100));
  const prefix = header.toString('latin1', 257, 263) === 'ustar\0' ? untilZero(header.subarray(345, 500)) : '';
  return prefix === '' ? name : `${prefix}/${name}`;
}

function untilZero(bytes: Buffer): string {
  const [text = ''] = bytes.toString('utf8').split('\0', 1);
  return text;
}

function refused(path: string, reason: string): Result<never, ArchiveRefused> {
  return err({ path, reason });
}
