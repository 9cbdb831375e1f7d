import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

export interface PackedObject {
  readonly type: 'commit' | 'tree';
  readonly bytes: Buffer;
}

const TYPES = { commit: 1, tree: 2 } as const;

/** A pack (version 2) of whole objects, no deltas. Pure. */
export function encodePack(objects: readonly PackedObject[]): Buffer {
  const head = Buffer.alloc(12);
  head.write('PACK', 'latin1');
  head.writeUInt32BE(2, 4);
  head.writeUInt32BE(objects.length, 8);
  const body = Buffer.concat([head, ...objects.flatMap(({ type, bytes }) => [sizeOf(TYPES[type], bytes.length), deflateSync(bytes)])]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

/** Type and size: four bits of the size beside the type, then seven with each further byte, least first. */
function sizeOf(type: number, size: number): Buffer {
  const bytes = [];
  let byte = (type << 4) | (size & 0x0f);
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.from([...bytes, byte]);
}
