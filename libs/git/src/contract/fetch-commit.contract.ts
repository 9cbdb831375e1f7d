import { aGitRepository } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { afterAnswers } from './after-answers.contract.js';
import { filesUnder, overwrite, writeConfig } from './disk-files.contract.js';
import { errorOf, text, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

/** What every adapter promises about fetching one commit. */
export function fetchCommitContract(ground: GitGround): void {
  describe('fetching one commit', () => {
    it('by id, also when the branch has moved on, and not again once it is here', async () => {
      const first = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      await ground.repository.commit({ 'a.yaml': 'a: 2\n' });
      expect(text(await valueOf((await ground.treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
      const before = ground.server.accesses.length;
      await ground.server.stop();
      try {
        expect(text(await valueOf((await ground.treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
        const restarted = ground.adapter();
        const again = await valueOf(restarted.fetchCommit(ground.remote, 'fleet', { commit: first, ref: 'main' }, never));
        expect(text(await valueOf((await valueOf(again.tree(first))).read('a.yaml')))).toBe('a: 1\n');
        await restarted.close();
      } finally {
        await ground.server.start();
      }
      expect(ground.server.accesses.length).toBe(before);
    });

    it('follows a branch commit by commit, forwards and backwards', async () => {
      const commits: string[] = [];
      for (let i = 0; i < 4; i++) commits.push(await ground.repository.commit({ 'a.yaml': `a: ${i}\n`, [`dir-${i}/b.yaml`]: 'b: 1\n' }));
      for (const i of [0, 2, 1, 3]) expect(text(await valueOf((await ground.treeOf(commits[i] ?? '')).read('a.yaml')))).toBe(`a: ${i}\n`);
    });

    it('from a server that gives refs only, by searching the history of the ref', async () => {
      const old = await ground.anotherServer({ protocolV2: false });
      const there = await aGitRepository(old, 'old', { allowAnySha1: false });
      const first = await there.commit({ 'a.yaml': 'a: 1\n' });
      const second = await there.commit({ 'a.yaml': 'a: 2\n' });
      for (const [commit, content] of [[first, 'a: 1\n'], [second, 'a: 2\n']] as const) {
        const objects = await valueOf(ground.git.fetchCommit({ url: there.url }, 'old', { commit, ref: 'main' }, never));
        expect(text(await valueOf((await valueOf(objects.tree(commit))).read('a.yaml')))).toBe(content);
      }
      expect(await errorOf(ground.git.fetchCommit({ url: there.url }, 'old', { commit: 'b'.repeat(40), ref: 'main' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
    });

    it('that no ref reaches any more: with the capability it comes, else it is unreachable', async () => {
      const kept = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const dropped = await ground.repository.commit({ 'a.yaml': 'a: 2\n' });
      await ground.repository.branch('main', kept);
      await writeConfig(ground.repository, 'uploadpack.allowAnySHA1InWant', 'false');
      const result = await ground.git.fetchCommit(ground.remote, 'fleet', { commit: dropped, ref: 'main' }, never);
      expect(result.ok ? 'here' : result.error.code).toBe(ground.git.capabilities.fetchUnadvertised ? 'here' : 'COMMIT_UNREACHABLE');
    });

    it('that a force push has taken away is COMMIT_UNREACHABLE, and so is one of a branch that is gone', async () => {
      const first = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const lost = await ground.repository.commit({ 'a.yaml': 'a: 2\n' });
      await ground.repository.forcePush('main', first);
      expect(await errorOf(ground.git.fetchCommit(ground.remote, 'fleet', { commit: lost, ref: 'main' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE', retryable: false });
      expect(await errorOf(ground.git.fetchCommit(ground.remote, 'fleet', { commit: lost, ref: 'gone' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
      expect(text(await valueOf((await ground.treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
    });

    it('that was broken off leaves nothing that looks whole, and heals', async () => {
      const big = Buffer.alloc(400_000, 'x0y1z2').toString('base64');
      const commit = await ground.repository.commit({ 'big.yaml': big, 'a.yaml': 'a: 1\n' });
      for (let answered = 0; answered < 4; answered++) {
        for (const fault of ['truncate', 'close', 'hang'] as const) {
          const controller = new AbortController();
          const deadline = fault === 'hang' ? AbortSignal.timeout(400) : controller.signal;
          const hit = afterAnswers(ground.server, answered, fault);
          const result = await ground.git.fetchCommit(ground.remote, `broken-${fault}-${answered}`, { commit, ref: 'main' }, deadline);
          if (hit()) expect(result.ok ? 'taken for whole' : result.error.code).not.toBe('COMMIT_UNREACHABLE');
          if (!result.ok) expect(['GIT_PROTOCOL_ERROR', 'REPOSITORY_UNREACHABLE', 'GIT_TIMED_OUT']).toContain(result.error.code);
          ground.server.clearFaults();
          const objects = await valueOf(ground.git.fetchCommit(ground.remote, `broken-${fault}-${answered}`, { commit, ref: 'main' }, never));
          expect(text(await valueOf((await valueOf(objects.tree(commit))).read('big.yaml')))).toBe(big);
        }
      }
    });

    it('heals a copy on disk that was damaged between two runs', async () => {
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n', 'dir/b.yaml': 'b: 1\n' });
      await ground.treeOf(commit);
      await ground.git.close();
      const damages: readonly ((files: readonly string[]) => Promise<void>)[] = [
        async (files) => overwrite(files.filter((file) => /\.(pack|idx)$|objects\/[0-9a-f]{2}\//.test(file)), 'garbage'),
        async (files) => overwrite(files.filter((file) => file.endsWith('/config') || file.endsWith('/HEAD')), 'not \u0000 git'),
        async (files) => overwrite(files.filter((file) => file.includes('/objects/')), ''),
        async (files) => void (await Promise.all(files.filter((file) => file.includes('/objects/')).map((file) => rm(file)))),
        async (files) => overwrite([...files.filter((file) => file.endsWith('/HEAD')).map((file) => file.replace(/HEAD$/, 'shallow.lock'))], ''),
      ];
      for (const damage of damages) {
        await damage(await filesUnder(ground.cacheDirectory));
        const fresh = ground.adapter();
        const read = async (): Promise<string> => {
          const objects = await fresh.fetchCommit(ground.remote, 'fleet', { commit, ref: 'main' }, never);
          if (!objects.ok) return objects.error.code;
          const tree = await objects.value.tree(commit);
          if (!tree.ok) return tree.error.code;
          const content = await tree.value.read('dir/b.yaml');
          return content.ok ? text(content.value) : content.error.code;
        };
        expect(['b: 1\n', 'GIT_CACHE_UNUSABLE', 'SOURCE_UNAVAILABLE']).toContain(await read());
        expect(await read()).toBe('b: 1\n');
        await fresh.close();
      }
    });

    it('serves many callers of one repository at once', async () => {
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      const trees = await Promise.all(Array.from({ length: 20 }, () => ground.treeOf(commit)));
      const reads = await Promise.all(trees.map((tree) => valueOf(tree.read('a.yaml'))));
      expect(new Set(reads.map(text))).toEqual(new Set(['a: 1\n']));
      expect(ground.server.count('fetch', ground.repository.name)).toBeLessThanOrEqual(2);
    });

    it('forgets a repository', async () => {
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      await ground.commitOf(commit);
      await ground.git.forget('fleet');
      expect((await filesUnder(ground.cacheDirectory)).filter((file) => file.includes('fleet'))).toEqual([]);
      expect((await ground.commitOf(commit)).commit).toBeDefined();
    });
  });
}
