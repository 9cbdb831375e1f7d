import { ok } from '#kernel';
import { describe, expect, it } from '@jest/globals';
import { linkLeadingOut } from './link-leading-out.js';
import { objectId, writeRawTree } from './raw-tree.js';

const never = new AbortController().signal;
type Content = Readonly<Record<string, string | { readonly [name: string]: string }>>;

/** The objects of a directory of links, and of directories of them; a text is where a link leads. */
function aDirectory(content: Content) {
  const stored = new Map<string, { readonly type: 'tree' | 'blob'; readonly bytes: Buffer }>();
  const put = (type: 'tree' | 'blob', bytes: Buffer): string => {
    const id = type === 'tree' ? objectId('tree', bytes) : bytes.toString('hex').padEnd(40, '0').slice(0, 40);
    stored.set(id, { type, bytes });
    return id;
  };
  const tree = (entries: Content): string =>
    put('tree', writeRawTree(Object.entries(entries).map(([name, to]) => (typeof to === 'string' ? { mode: '120000', name, id: put('blob', Buffer.from(to)) } : { mode: '40000', name, id: tree(to) }))));
  const id = tree(content);
  return { id, objects: { raw: (_kind: string, ids: readonly string[]) => Promise.resolve(ok(ids.flatMap((one) => stored.get(one) ?? []))) } };
}
const judged = async (content: Content, leftOut: readonly string[] = []): Promise<unknown> => {
  const { id, objects } = aDirectory(content);
  return linkLeadingOut(objects, id, leftOut, never);
};

describe('links below a directory that is carried elsewhere', () => {
  it.each<[string, Content, readonly string[]]>([
    ['beside them', { a: 'b' }, []],
    ['above them, within', { deep: { a: '../b' } }, []],
    ['to the directory itself', { deep: { a: '..' } }, []],
    ['nowhere', { a: 'gone/x' }, []],
    ['out of it, where they are not carried', { values: '../other', deep: { a: '../../x' } }, ['values', 'deep']],
  ])('go with it when they lead %s', async (_where, content, leftOut) => expect(await judged(content, leftOut)).toEqual(ok(undefined)));

  const out = 'the symlink leads out of the directory that is carried';
  it.each<[string, Content, string, string]>([
    ['beside it', { a: '../prod' }, 'a', out],
    ['out of it and back in', { deep: { a: '../../staging/deep/b' } }, 'deep/a', out],
    ['to its own name from outside', { a: '../staging' }, 'a', out],
    ['to the root of a machine', { a: '/etc/passwd' }, 'a', 'the symlink is absolute'],
    ['to where Git keeps its own', { deep: { a: '../.git/config' } }, 'deep/a', expect.stringContaining('refused path') as unknown as string],
    ['to no name at all', { a: 'x\0y' }, 'a', expect.stringContaining('control') as unknown as string],
  ])('are named when they lead %s', async (_where, content, path, reason) => expect(await judged(content)).toEqual(ok({ code: 'PATH_UNWRITABLE', path, reason })));
});
