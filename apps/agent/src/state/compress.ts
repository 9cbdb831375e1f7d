import { err, ok, type Result } from '#kernel';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

/** Gzip of a text, off the main thread. The same text gives the same bytes with the same Node. */
export function compress(text: string): Promise<Buffer> {
  return pack(text, { level: 6 });
}

/** The text behind gzipped bytes; more than `maxBytes` of it, or anything that is not gzip, is refused. */
export async function decompress(bytes: Uint8Array, maxBytes: number): Promise<Result<string, string>> {
  try {
    return ok((await unpack(bytes, { maxOutputLength: maxBytes })).toString('utf8'));
  } catch {
    return err(`it is not gzip of at most ${maxBytes} bytes`);
  }
}
