import { err, ok, type Result } from '#kernel';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export interface ArchivedFile {
  /** The last parts of its path. */
  readonly name: string;
  readonly content: Uint8Array;
}

const BLOCK = 512;
const PAX = 'x';
const PAX_FOR_ALL = 'g';
const GNU_LONG_NAME = 'L';
const GNU_LONG_LINK = 'K';
/** Links, devices and directories have no content whatever size is said, and sparse files another one: who reads them otherwise than helm loses its place. */
const WITHOUT_CONTENT = /^[1-6S]$/;

/** The files of a chart that is packed (`charts/*.tgz`), whatever kind of entry they are said to be; undecided names and sizes are a refusal. */
export async function readChartArchive(archive: Uint8Array, maxBytes: number): Promise<Result<readonly ArchivedFile[], 'UNREADABLE'>> {
  try {
    return filesOf(await promisify(gunzip)(archive, { maxOutputLength: maxBytes }));
  } catch {
    return err('UNREADABLE'); // no gzip, or too much in it
  }
}

function filesOf(tar: Buffer): Result<readonly ArchivedFile[], 'UNREADABLE'> {
  const files: ArchivedFile[] = [];
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= tar.length; ) {
    const header = tar.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = /^[ \0]*([0-7]+)[ \0]*$/.exec(header.toString('latin1', 124, 136))?.[1];
    if (size === undefined) return err('UNREADABLE');
    const begin = at + BLOCK;
    const end = begin + Number.parseInt(size, 8);
    if (end > tar.length) return err('UNREADABLE');
    const content = tar.subarray(begin, end);
    const type = header.toString('latin1', 156, 157);
    if (type === PAX || type === PAX_FOR_ALL) {
      const records = content.toString('utf8');
      // Another size or a sparse file would have other content than what stands here.
      if (/^\d+ (size|GNU\.sparse\.[^=]*)=/m.test(records) || (type === PAX_FOR_ALL && /^\d+ path=/m.test(records))) return err('UNREADABLE');
      longName = /^\d+ path=(.*)$/m.exec(records)?.[1] ?? longName;
    } else if (type === GNU_LONG_NAME) longName = untilZero(content);
    else if (type !== GNU_LONG_LINK) {
      const name = longName ?? untilZero(header.subarray(0, 100));
      if (content.length > 0 && (WITHOUT_CONTENT.test(type) || name.endsWith('/'))) return err('UNREADABLE');
      files.push({ name, content });
      longName = undefined;
    }
    at = begin + Math.ceil((end - begin) / BLOCK) * BLOCK;
  }
  return ok(files);
}

function untilZero(bytes: Buffer): string {
  const [text = ''] = bytes.toString('utf8').split('\0', 1);
  return text;
}
