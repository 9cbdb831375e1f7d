import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { RawObjects } from './hostile-tree.js';

/** Objects as loose files of a repository, without Git's opinion of what they hold. */
export function looseObjects(repository: string): RawObjects {
  return {
    async write(kind, bytes) {
      const { id, whole } = objectOf(kind, bytes);
      const directory = join(repository, 'objects', id.slice(0, 2));
      await mkdir(directory, { recursive: true });
      await writeFile(join(directory, id.slice(2)), deflateSync(whole));
      return id;
    },
  };
}

/** Objects in memory. */
export function memoryObjects(): RawObjects & { readonly held: ReadonlyMap<string, { readonly type: string; readonly bytes: Buffer }> } {
  const held = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  return {
    held,
    write(kind, bytes) {
      const { id } = objectOf(kind, bytes);
      held.set(id, { type: kind, bytes: Buffer.from(bytes) });
      return Promise.resolve(id);
    },
  };
}

function objectOf(kind: string, bytes: Uint8Array): { readonly id: string; readonly whole: Buffer } {
  const whole = Buffer.concat([Buffer.from(`${kind} ${bytes.byteLength}\0`), bytes]);
  return { id: createHash('sha1').update(whole).digest('hex'), whole };
}
