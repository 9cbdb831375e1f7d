import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly name: string;
  readonly content?: string;
  /** `0` a file, `5` a directory, `2` a symbolic link, and so on. @default '0' */
  readonly type?: string;
  readonly linkName?: string;
}

/** A gzipped tar archive, hostile if the test wants it so. */
export function aTarArchive(entries: readonly TarEntry[], ending: 'whole' | 'broken' = 'whole'): Buffer {
  const blocks = entries.map(({ name, content = '', type = '0', linkName = '' }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 100, 'utf8');
    header.write('0000644\0', 100);
    header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
    header.write(type, 156, 1, 'latin1');
    header.write(linkName, 157, 100, 'utf8');
    header.write('ustar\u000000', 257, 8, 'latin1');
    const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
    body.write(content);
    return Buffer.concat([header, body]);
  });
  return gzipSync(Buffer.concat([...blocks, ...(ending === 'whole' ? [Buffer.alloc(1024)] : [])]));
}
