import { aSourceTree } from '#testing';
import { describe, expect, it } from '@jest/globals';

describe('aSourceTree', () => {
  it('has the ids that Git gives', async () => {
    expect(aSourceTree({}).rootTreeId).toBe('4b825dc642cb6eb9a060e54bf8d69288fbee4904');
    expect(await aSourceTree({ 'a/b': 'hello\n' }).entry('a/b')).toEqual({ ok: true, value: { name: 'b', mode: 'file', id: 'ce013625030ba8dba906f756967f9e9ca394464a' } });
    const ids = (files: Record<string, string>): string => aSourceTree(files).rootTreeId;
    expect(ids({ 'a/x': '1', b: '2' })).toBe(ids({ b: '2', 'a/x': '1' }));
    expect(ids({ 'a/x': '1' })).not.toBe(ids({ 'a/x': '2' }));
  });

  it('lists in the order of Git: a directory sorts as if its name ended in a slash', async () => {
    const listed = await aSourceTree({ 'a/x': '', 'a.b': '', 'a-b': '', a0: '' }).list('');
    expect(listed.ok && listed.value.map(({ name }) => name)).toEqual(['a-b', 'a.b', 'a', 'a0']);
  });

  it('follows links that stay inside and refuses the rest', async () => {
    const tree = aSourceTree({ 'd/f': 'x', 'l/to-dir': { symlink: '../d' }, 'l/loop': { symlink: 'loop' }, 'l/out': { symlink: '../../etc' }, 'l/absolute': { symlink: '/etc' }, sub: { gitlink: '1'.repeat(40) } });
    expect(await tree.read('l/to-dir/f')).toMatchObject({ ok: true });
    expect(await tree.resolve('l/to-dir')).toMatchObject({ ok: true, value: { path: 'd', entry: { mode: 'tree' } } });
    expect(await tree.entry('l/to-dir')).toMatchObject({ ok: true, value: { mode: 'symlink' } });
    for (const path of ['l/loop', 'l/out', 'l/absolute', 'sub', 'sub/x', '../x', 'a//b', '.git/config', '/d/f']) expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path } });
    expect(await tree.read('d/g')).toEqual({ ok: false, error: { code: 'PATH_NOT_FOUND', path: 'd/g' } });
    expect(tree.reads).toEqual(['l/to-dir/f']);
  });
});
