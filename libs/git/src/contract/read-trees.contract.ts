import { describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesUnder } from './disk-files.contract.js';
import { text, valueOf } from './expect-result.contract.js';
import type { GitGround } from './git-ground.contract.js';

/** What every adapter promises about trees, hostile ones too. */
export function readTreesContract(ground: GitGround): void {
  describe('reading trees', () => {
    it('lists, reads and describes entries, and tells absent from refused', async () => {
      const commit = await ground.repository.commit({ 'apps/web/deploy.yaml': 'kind: Deployment\n', 'run.sh': { executable: '#!/bin/sh\n' }, 'empty.yaml': '', 'ünï code.yaml': 'u: 1\n' });
      const tree = await ground.treeOf(commit);
      expect(tree.commit).toBe(commit);
      expect((await valueOf(tree.list(''))).map(({ name, mode }) => [name, mode])).toEqual([['apps', 'tree'], ['empty.yaml', 'file'], ['run.sh', 'executable'], ['ünï code.yaml', 'file']]);
      expect((await valueOf(tree.entry(''))).id).toBe(tree.rootTreeId);
      expect(await valueOf(tree.entry('apps/web'))).toMatchObject({ name: 'web', mode: 'tree' });
      expect((await valueOf(tree.read('empty.yaml'))).length).toBe(0);
      expect((await valueOf(tree.readMany(['ünï code.yaml', 'apps/web/deploy.yaml']))).map(text)).toEqual(['u: 1\n', 'kind: Deployment\n']);
      for (const path of ['nope', 'apps/nope/x', 'run.sh/x']) expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'PATH_NOT_FOUND', path } });
      for (const path of ['apps', '/run.sh', '../x', 'apps//web', 'apps/./web', 'apps\\web', 'a\u0000b', `${'x/'.repeat(2100)}y`]) expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED' } });
      expect(await tree.list('run.sh')).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'run.sh' } });
      expect(await tree.list('nope')).toMatchObject({ ok: false, error: { code: 'PATH_NOT_FOUND', path: 'nope' } });
    });

    it('follows symlinks that stay inside and refuses all others', async () => {
      const secret = join(ground.cacheDirectory, 'sentinel');
      await writeFile(secret, 'outside');
      const commit = await ground.repository.commit({
        'base/a.yaml': 'a: 1\n', 'apps/a.yaml': { symlink: '../base/a.yaml' }, 'apps/base': { symlink: '../base' }, 'apps/self': { symlink: '.' },
        'apps/out': { symlink: '../../etc/passwd' }, 'apps/absolute': { symlink: secret }, 'apps/there-and-back': { symlink: '../../apps/a.yaml' },
        'apps/loop': { symlink: 'loop' }, 'apps/dangling': { symlink: 'nowhere' }, 'apps/backslash': { symlink: '..\\..\\x' }, 'apps/git': { symlink: '../.git/config' },
      });
      const tree = await ground.treeOf(commit);
      expect((await valueOf(tree.readMany(['apps/a.yaml', 'apps/base/a.yaml', 'apps/self/self/a.yaml']))).map(text)).toEqual(['a: 1\n', 'a: 1\n', 'a: 1\n']);
      expect((await valueOf(tree.list('apps/base'))).map(({ name }) => name)).toEqual(['a.yaml']);
      expect(await valueOf(tree.entry('apps/a.yaml'))).toMatchObject({ mode: 'symlink' });
      expect(await valueOf(tree.resolve('apps/base/a.yaml'))).toMatchObject({ path: 'base/a.yaml', entry: { mode: 'file' } });
      expect(await valueOf(tree.resolve('apps/base'))).toMatchObject({ path: 'base', entry: { mode: 'tree' } });
      expect(await tree.resolve('apps/out')).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'apps/out' } });
      for (const name of ['out', 'absolute', 'there-and-back', 'loop', 'backslash', 'git']) {
        expect(await tree.read(`apps/${name}`)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: `apps/${name}` } });
      }
      expect(await tree.read('apps/dangling')).toMatchObject({ ok: false, error: { code: 'PATH_NOT_FOUND', path: 'apps/dangling' } });
      expect((await valueOf(tree.list('apps'))).length).toBe(10);
    });

    it('refuses submodules on the path and ignores them elsewhere', async () => {
      const commit = await ground.repository.commit({ 'vendor/lib': { gitlink: 'e'.repeat(40) }, 'apps/a.yaml': 'a: 1\n' });
      const tree = await ground.treeOf(commit);
      expect(await valueOf(tree.entry('vendor/lib'))).toMatchObject({ mode: 'gitlink', id: 'e'.repeat(40) });
      for (const path of ['vendor/lib', 'vendor/lib/x.yaml']) expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'vendor/lib' } });
      expect(text(await valueOf(tree.read('apps/a.yaml')))).toBe('a: 1\n');
    });

    it('refuses hostile names where they are read, with a printable path, and ignores them elsewhere', async () => {
      const blob = await ground.repository.blob('a: 1\n');
      const names: readonly (string | Uint8Array)[] = [
        '.git', '.GIT', '.g\u200cit', 'git~1', 'GIT~1', '.git.', '.git ', '.git::$INDEX_ALLOCATION', 'a.', 'a ', 'a\\b', 'a\rb', 'a\nb', 'a\u001bb', '..', '.', 'x/y', Buffer.from([0x61, 0xff, 0x62]),
      ];
      const entries = [];
      for (const [index, name] of names.entries()) {
        const id = await ground.repository.rawTree([{ mode: '100644', name, id: blob }]);
        entries.push({ mode: '40000' as const, name: `h${String(index).padStart(2, '0')}`, id });
      }
      const good = await ground.repository.rawTree([{ mode: '100644', name: 'a.yaml', id: blob }]);
      const folded = await ground.repository.rawTree([{ mode: '100644', name: 'A.yaml', id: blob }, { mode: '100644', name: 'a.yaml', id: blob }]);
      const twice = await ground.repository.rawTree([{ mode: '100644', name: 'a.yaml', id: blob }, { mode: '100644', name: 'a.yaml', id: blob }]);
      const root = await ground.repository.rawTree([
        { mode: '100644', name: '.GIT', id: blob }, { mode: '40000', name: 'folded', id: folded }, { mode: '40000', name: 'good', id: good }, ...entries, { mode: '40000', name: 'twice', id: twice },
      ]);
      const commit = await ground.repository.commitTree(root);
      const tree = await ground.treeOf(commit);
      expect(text(await valueOf(tree.read('good/a.yaml')))).toBe('a: 1\n');
      for (const [index] of names.entries()) {
        const listed = await tree.list(`h${String(index).padStart(2, '0')}`);
        expect(listed).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED' } });
        if (!listed.ok) expect(listed.error.path).toMatch(/^[\P{C}]*$/u);
      }
      expect(await tree.list('')).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: '.GIT' } });
      for (const path of ['folded', 'twice']) {
        expect(await tree.list(path)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED' } });
        expect(await tree.read(`${path}/a.yaml`)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: `${path}/a.yaml` } });
      }
      expect((await filesUnder(ground.cacheDirectory)).filter((file) => file.endsWith('.yaml'))).toEqual([]);
    });
  });
}
