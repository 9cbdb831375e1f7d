import { createHash } from 'node:crypto';

/** An entry of a tree object as its bytes say it: nothing is judged, so that what is not touched stays as it is. */
export interface RawTreeEntry {
  /** Octal, as written: `40000`, `100644`, also forms that Git writes no more. */
  readonly mode: string;
  /** The bytes of the name, one character each (latin1). */
  readonly name: string;
  /** 40 lower-case hex digits. */
  readonly id: string;
}

const SPACE = 0x20;

/** The entries of a tree object in their order; undefined when its framing is wrong. Pure. */
export function readRawTree(bytes: Buffer): readonly RawTreeEntry[] | undefined {
  const entries: RawTreeEntry[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const space = bytes.indexOf(SPACE, offset);
    const nul = space === -1 ? -1 : bytes.indexOf(0, space);
    if (nul === -1 || nul + 21 > bytes.length || !/^[0-7]{5,6}$/.test(bytes.toString('latin1', offset, space))) return undefined;
    entries.push({ mode: bytes.toString('latin1', offset, space), name: bytes.toString('latin1', space + 1, nul), id: bytes.toString('hex', nul + 1, nul + 21) });
    offset = nul + 21;
  }
  return entries;
}

/** The bytes of a tree object. Entries are put into Git's order, in which a well-formed tree has them already. Pure. */
export function writeRawTree(entries: readonly RawTreeEntry[]): Buffer {
  const ordered = entries.toSorted((a, b) => (orderKey(a) < orderKey(b) ? -1 : orderKey(a) > orderKey(b) ? 1 : 0));
  return Buffer.concat(ordered.flatMap(({ mode, name, id }) => [Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]));
}

export function isTreeMode(mode: string): boolean {
  return Number.parseInt(mode, 8) === 0o40000;
}

export function isLinkMode(mode: string): boolean {
  return Number.parseInt(mode, 8) === 0o120000;
}

/** The id under which Git keeps an object. Pure. */
export function objectId(type: 'commit' | 'tree', bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

/** A name of a path as tree objects hold it. */
export function rawName(part: string): string {
  return Buffer.from(part, 'utf8').toString('latin1');
}

function orderKey({ mode, name }: RawTreeEntry): string {
  return isTreeMode(mode) ? `${name}/` : name;
}
