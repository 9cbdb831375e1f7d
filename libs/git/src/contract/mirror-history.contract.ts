import { aGitRepository } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { errorOf, text, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

/** What every adapter promises about the history that it mirrors. */
export function mirrorHistoryContract(ground: GitGround): void {
  describe('mirroring history', () => {
    it('knows authors, subjects, times, parents and ancestry, and asks for no refs once it has a commit', async () => {
      const first = await ground.repository.commit({ 'a.yaml': 'a: 1\n' }, 'first\n\nwith a body', { author: { name: 'Grace Ünal', email: 'grace@example.com' } });
      const second = await ground.repository.commit({ 'a.yaml': 'a: 2\n' }, 'second');
      await ground.repository.branch('side', first);
      const side = await ground.repository.commit({ 'b.yaml': 'b: 1\n' }, 'side', { branch: 'side' });
      const wanted = [{ fullRef: 'refs/heads/main', commit: second }, { fullRef: 'refs/heads/side', commit: side }];
      const objects = await valueOf(ground.git.mirror(ground.remote, 'fleet', wanted, never));
      expect(await valueOf(objects.commit(first))).toEqual({
        id: first, treeId: expect.stringMatching(/^[0-9a-f]{40}$/), parents: [], author: { name: 'Grace Ünal', email: 'grace@example.com' }, committer: { name: 'Grace Ünal', email: 'grace@example.com' }, coAuthors: [],
        committedAt: new Date('2026-01-01T00:00:00.000Z'), subject: 'first',
      });
      expect((await valueOf(objects.commit(second))).parents).toEqual([first]);
      expect(await valueOf(objects.isAncestor(first, second))).toBe(true);
      expect(await valueOf(objects.isAncestor(second, second))).toBe(true);
      expect(await valueOf(objects.isAncestor(second, first))).toBe(false);
      expect(await valueOf(objects.isAncestor(side, second))).toBe(false);
      expect(await errorOf(objects.isAncestor('c'.repeat(40), second))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
      expect(await errorOf(objects.commit('c'.repeat(40)))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
      const before = ground.server.accesses.length;
      await valueOf(ground.git.mirror(ground.remote, 'fleet', wanted, never));
      expect(ground.server.accesses.length).toBe(before);
      if (ground.git.capabilities.fetchUnadvertised) expect(ground.server.count('ref-look-up', ground.repository.name)).toBe(0);
    });

    it('keeps what a force push took away, and tells that history was rewritten', async () => {
      const base = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const old = await ground.repository.commit({ 'a.yaml': 'a: 2\n' });
      await valueOf(ground.git.mirror(ground.remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: old }], never));
      await ground.repository.branch('main', base);
      const replaced = await ground.repository.commit({ 'a.yaml': 'a: 3\n' });
      await ground.repository.forgetUnreachable();
      const objects = await valueOf(ground.git.mirror(ground.remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: replaced }], never));
      expect(await valueOf(objects.isAncestor(old, replaced))).toBe(false);
      expect(await valueOf(objects.isAncestor(base, replaced))).toBe(true);
      expect((await valueOf(objects.commit(old))).id).toBe(old);
      expect(await errorOf(ground.git.mirror(ground.remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: 'd'.repeat(40) }], never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
    });

    it('reads contents when they are asked for, many in one request, with what the server allows', async () => {
      const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`apps/f${i}.yaml`, `n: ${i}\n`]));
      const commit = await ground.repository.commit(files);
      const objects = await valueOf(ground.git.mirror(ground.remote, 'fleet', [{ fullRef: 'refs/heads/main', commit }], never));
      const tree = await valueOf(objects.tree(commit));
      const before = ground.server.count('fetch', ground.repository.name);
      const read = await valueOf(tree.readMany(Object.keys(files)));
      expect(read.map(text)).toEqual(Object.values(files));
      expect(ground.server.count('fetch', ground.repository.name) - before).toBe(ground.git.capabilities.partialClone ? 1 : 0);
      expect((await valueOf(tree.list('apps'))).length).toBe(30);

      const old = await ground.anotherServer({ protocolV2: false });
      for (const options of [{ allowFilter: false, allowAnySha1: false }, { allowFilter: true, allowAnySha1: false }]) {
        const there = await aGitRepository(old, `old-${String(options.allowFilter)}`, options);
        const id = await there.commit(files);
        const readAll = async (): Promise<string> => {
          const mirrored = await valueOf(ground.git.mirror({ url: there.url }, there.name, [{ fullRef: 'refs/heads/main', commit: id }], never));
          const contents = await (await valueOf(mirrored.tree(id))).readMany(Object.keys(files));
          return contents.ok ? contents.value.map(text).join('') : contents.error.code;
        };
        expect([Object.values(files).join(''), 'SOURCE_UNAVAILABLE']).toContain(await readAll());
        expect(await readAll()).toBe(Object.values(files).join(''));
      }
    });

    it('says that contents are unavailable, not absent, while the server is away', async () => {
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const tree = await valueOf((await valueOf(ground.git.mirror(ground.remote, 'fleet', [{ fullRef: 'refs/heads/main', commit }], never))).tree(commit));
      ground.server.fail(8, { status: 503 });
      const read = await tree.read('a.yaml');
      ground.server.clearFaults();
      if (ground.git.capabilities.partialClone) expect(read).toMatchObject({ ok: false, error: { code: 'SOURCE_UNAVAILABLE', path: 'a.yaml' } });
      expect(text(await valueOf(tree.read('a.yaml')))).toBe('a: 1\n');
    });
  });
}
