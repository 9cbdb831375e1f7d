/** What stands behind a name: file content, a directory, a symlink, a submodule. */
export type HostileNode = string | { readonly entries: readonly HostileEntry[] } | { readonly link: string } | { readonly submodule: true };

export interface HostileEntry {
  readonly name: string | Uint8Array;
  readonly node: HostileNode;
  /** Written as it is, instead of the mode that goes with the node. */
  readonly mode?: string;
}

/** Writes objects byte for byte, and gives their ids. */
export interface RawObjects {
  write(kind: 'blob' | 'tree', bytes: Uint8Array): Promise<string>;
}

export const file = (name: string | Uint8Array, content = 'x: 1\n'): HostileEntry => ({ name, node: content });
export const directory = (name: string | Uint8Array, ...entries: readonly HostileEntry[]): HostileEntry => ({ name, node: { entries } });
export const link = (name: string, target: string): HostileEntry => ({ name, node: { link: target } });
export const submodule = (name: string): HostileEntry => ({ name, node: { submodule: true } });
export const withMode = (mode: string, entry: HostileEntry): HostileEntry => ({ ...entry, mode });

const SOMEWHERE_ELSE = 'c0ffee'.repeat(6) + 'c0ff';

/** Writes a directory with all below it, in Git's order unless told otherwise; answers the id of its tree. */
export async function writeTree(objects: RawObjects, entries: readonly HostileEntry[], isSorted = true): Promise<string> {
  const written: { readonly key: Buffer; readonly bytes: Buffer }[] = [];
  for (const { name, node, mode } of entries) {
    const [ownMode, id] = await writeNode(objects, node);
    const key = Buffer.from(name);
    written.push({ key: ownMode === '40000' ? Buffer.concat([key, Buffer.from('/')]) : key, bytes: Buffer.concat([Buffer.from(`${mode ?? ownMode} `), key, Buffer.of(0), Buffer.from(id, 'hex')]) });
  }
  const ordered = isSorted ? written.toSorted((a, b) => Buffer.compare(a.key, b.key)) : written;
  return objects.write('tree', Buffer.concat(ordered.map(({ bytes }) => bytes)));
}

async function writeNode(objects: RawObjects, node: HostileNode): Promise<readonly [string, string]> {
  if (typeof node === 'string') return ['100644', await objects.write('blob', Buffer.from(node))];
  if ('entries' in node) return ['40000', await writeTree(objects, node.entries)];
  return 'link' in node ? ['120000', await objects.write('blob', Buffer.from(node.link))] : ['160000', SOMEWHERE_ELSE];
}
