import { err, ok } from '#kernel';
import { aGitRepository, gitForTests, type GitRepositoryBuilder } from '#testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRemote } from '../git-port.js';
import { GitWriter, type WriteRequest } from '../write/git-writer.js';
import { placeAt } from '../write/tree-draft.js';
import { afterAnswers } from './after-answers.contract.js';
import { filesUnder } from './disk-files.contract.js';
import { errorOf, text, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

const CREDENTIALS = { username: 'writer', password: 'canary/write+word=7' };
const AT = new Date('2026-11-01T10:00:00Z');
const TRAILER = { key: 'Capstan-Rollback', value: '0199-1' } as const;

/** What the writer promises over every adapter, judged by what Git finds in the repository afterwards. */
export function writeCommitsContract(ground: GitGround): void {
  describe('writing commits', () => {
    let repository: GitRepositoryBuilder;
    let remote: GitRemote;
    let writer: GitWriter;
    let old: string;

    const git = async (...args: readonly string[]): Promise<string> => (await gitForTests(['--git-dir', repository.directory, ...args])).trim();

    /** Makes `path` what it was at the commit. */
    const back = (commit: string, path: string, more: Partial<WriteRequest<never>> = {}): WriteRequest<never> => ({
      branch: 'main', newBranch: undefined, needs: [{ commit, fullRef: 'refs/heads/main' }], by: { name: 'Capstan', email: 'capstan@example.com' }, at: AT,
      message: 'Roll back shop to release 1\n\nAsked by ada: checkout fails.', trailers: [TRAILER],
      plan: async (objects) => {
        const meta = await valueOf(objects.commit(commit));
        return ok([{ path, to: await valueOf(placeAt(objects, meta.treeId, path, never)) }]);
      },
      check: () => Promise.resolve(ok(undefined)),
      isWanted: () => Promise.resolve(true),
      ...more,
    });
    const write = (request: WriteRequest<never>): ReturnType<GitWriter['write']> => writer.write(remote, 'written', request, never);

    async function hook(name: 'pre-receive', script: string): Promise<void> {
      await mkdir(join(repository.directory, 'hooks'), { recursive: true });
      const file = join(repository.directory, 'hooks', name);
      await writeFile(file, `#!/bin/sh\n${script}\n`);
      await chmod(file, 0o755);
    }

    beforeEach(async () => {
      repository = await aGitRepository(ground.server, `written-${ground.next()}`, { allowPush: true, credentials: CREDENTIALS });
      remote = { url: repository.url, credentials: CREDENTIALS };
      writer = new GitWriter(ground.git, { cacheDirectory: ground.cacheDirectory });
      old = await repository.commit({ 'apps/shop/a.yaml': 'a: 1\n', 'apps/shop/run.sh': { executable: 'true\n' }, 'apps/shop/gone/b.yaml': 'b: 1\n', 'other.yaml': 'o: 1\n', 'apps/link': { symlink: '../other.yaml' } });
    });

    it('puts a path back to what it was, on top of the branch, and leaves all else as it is', async () => {
      const head = await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n', 'apps/shop/gone/b.yaml': null, 'apps/shop/new.yaml': 'n: 1\n', 'other.yaml': 'o: 2\n' });
      const written = await valueOf(write(back(old, 'apps/shop')));
      expect(written).toEqual({ kind: 'PUSHED', commit: await repository.head(), said: '' });
      expect(await git('rev-parse', 'main^')).toBe(head);
      expect(await git('rev-parse', 'main:apps/shop')).toBe(await git('rev-parse', `${old}:apps/shop`));
      expect(await git('diff-tree', '-r', '--name-status', head, 'main')).toBe('M\tapps/shop/a.yaml\nA\tapps/shop/gone/b.yaml\nD\tapps/shop/new.yaml');
      expect(await git('log', '-1', '--format=%an <%ae> %at|%cn <%ce> %ct|%B', 'main')).toBe(
        `Capstan <capstan@example.com> ${AT.getTime() / 1000}|Capstan <capstan@example.com> ${AT.getTime() / 1000}|Roll back shop to release 1\n\nAsked by ada: checkout fails.\n\nCapstan-Rollback: 0199-1`,
      );
      await git('fsck', '--strict', '--no-dangling');
    });

    it('keeps the very bytes of what it does not touch: hostile names, old modes, submodules, links', async () => {
      const blob = await repository.blob('x');
      const hostile = await repository.rawTree([
        { mode: '100644', name: '..', id: blob }, { mode: '100644', name: '.git', id: blob }, { mode: '160000', name: 'module', id: old }, { mode: '120000', name: Uint8Array.of(0xff, 0xfe), id: blob },
      ]);
      await repository.commitTree(await repository.rawTree([{ mode: '40000', name: 'apps', id: await git('rev-parse', `${old}:apps`) }, { mode: '40000', name: 'evil', id: hostile }]));
      const later = await repository.rawTree([{ mode: '100644', name: 'late', id: blob }]);
      const head = await repository.commitTree(await repository.rawTree([{ mode: '40000', name: 'apps', id: later }, { mode: '40000', name: 'evil', id: hostile }]));
      await valueOf(write(back(old, 'apps')));
      expect(await git('rev-parse', 'main^')).toBe(head);
      expect(await git('rev-parse', 'main:evil', 'main:apps')).toBe(`${hostile}\n${await git('rev-parse', `${old}:apps`)}`);
    });

    it('finds the commit of an earlier attempt instead of writing a second, whatever came after it', async () => {
      await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      const first = await valueOf(write(back(old, 'apps/shop')));
      await repository.commit({ 'apps/shop/a.yaml': 'a: 3\n' });
      expect(await valueOf(write(back(old, 'apps/shop')))).toEqual({ kind: 'FOUND', commit: 'commit' in first ? first.commit : '' });
      expect(await git('rev-list', '--count', 'main')).toBe('4');
    });

    it('does not know what became of a push whose answer broke off, and finds out when it is asked again', async () => {
      await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      await valueOf(write(back(old, 'nowhere', { trailers: [{ key: 'X', value: 'warm' }] })));
      const isBroken = afterAnswers(ground.server, 3, 'truncate');
      expect(await errorOf(write(back(old, 'apps/shop')))).toMatchObject({ retryable: true });
      expect(isBroken()).toBe(true);
      ground.server.clearFaults();
      expect(await valueOf(write(back(old, 'apps/shop')))).toEqual({ kind: 'FOUND', commit: await repository.head() });
    });

    it('plans anew from the new head when somebody pushes in between, and gives up when that does not end', async () => {
      await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      let pushes = 0;
      const racing = (times: number): WriteRequest<never> => ({
        ...back(old, 'apps/shop'),
        check: async () => {
          if (pushes++ < times) await repository.commit({ 'other.yaml': `o: ${pushes}\n` });
          return ok(undefined);
        },
      });
      expect(await errorOf(write(racing(100)))).toEqual({ code: 'BRANCH_BUSY', branch: 'main', attempts: 5 });
      pushes = 0;
      expect(await valueOf(write(racing(2)))).toMatchObject({ kind: 'PUSHED' });
      expect(await git('rev-list', '--count', 'main')).toBe('10');
      expect(await git('show', 'main:other.yaml', 'main:apps/shop/a.yaml')).toBe('o: 2\na: 1');
    });

    it('tells what a hook says, and changes nothing then', async () => {
      const head = await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      await hook('pre-receive', 'echo "main is protected: open a pull request" >&2; exit 1');
      expect(await errorOf(write(back(old, 'apps/shop')))).toMatchObject({ code: 'PUSH_REFUSED', branch: 'main', message: expect.stringContaining('main is protected: open a pull request') });
      expect(await repository.head()).toBe(head);
    });

    it('puts the commit on a branch of its own, once, and takes nobody else’s', async () => {
      const head = await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      const request = back(old, 'apps/shop', { newBranch: 'capstan/rollback-shop' });
      const written = await valueOf(write(request));
      expect([await repository.head(), await git('rev-parse', 'capstan/rollback-shop', 'capstan/rollback-shop^')]).toEqual([head, `${'commit' in written ? written.commit : ''}\n${head}`]);
      expect(await valueOf(write(request))).toEqual({ kind: 'FOUND', commit: 'commit' in written ? written.commit : '' });
      await repository.branch('capstan/taken', old);
      expect(await errorOf(write({ ...request, newBranch: 'capstan/taken', trailers: [{ ...TRAILER, value: 'other' }] }))).toEqual({ code: 'BRANCH_TAKEN', branch: 'capstan/taken' });
    });

    it('writes nothing where there is nothing to write, no branch, no right, or a check that says no', async () => {
      expect(await valueOf(write(back(old, 'apps/shop')))).toEqual({ kind: 'UNCHANGED', head: old });
      expect(await errorOf(write(back(old, 'apps/shop', { branch: 'gone' })))).toEqual({ code: 'BRANCH_MISSING', branch: 'gone' });
      const head = await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n', 'apps/way': { symlink: 'shop' } });
      const refusal = { code: 'NO', reason: 'differs' };
      const seen: string[] = [];
      const refused = await writer.write(remote, 'written', {
        ...back(old, 'apps/shop'),
        check: async (tree) => {
          seen.push(text(await valueOf(tree.read('apps/shop/a.yaml'))), (await valueOf(tree.list('apps'))).map(({ name }) => name).join(' '));
          return err(refusal);
        },
      }, never);
      expect([refused, seen]).toEqual([err(refusal), ['a: 1\n', 'link shop way']]);
      expect(await errorOf(write(back(old, 'apps/shop', { plan: () => Promise.resolve(ok([{ path: 'apps/way/a.yaml', to: { mode: '100644', id: 'a'.repeat(40) } }])) })))).toMatchObject({ code: 'PATH_UNWRITABLE', path: 'apps/way/a.yaml' });
      await gitForTests(['--git-dir', repository.directory, 'config', 'http.receivepack', 'false']);
      expect(await errorOf(write(back(old, 'apps/shop')))).toMatchObject({ code: 'AUTHENTICATION_FAILED', retryable: false });
      expect(await repository.head()).toBe(head);
    });

    it('sends credentials where they belong, and writes them nowhere', async () => {
      await repository.commit({ 'apps/shop/a.yaml': 'a: 2\n' });
      await valueOf(write(back(old, 'apps/shop')));
      for (const file of await filesUnder(ground.cacheDirectory)) {
        const content = await readFile(file, 'latin1');
        for (const canary of [CREDENTIALS.password, encodeURIComponent(CREDENTIALS.password), Buffer.from(`writer:${CREDENTIALS.password}`).toString('base64')]) expect(content.includes(canary)).toBe(false);
      }
      ground.server.fail(8, { status: 403, body: `you sent ${CREDENTIALS.password}` });
      const failure = await errorOf(write(back(old, 'other.yaml', { trailers: [{ ...TRAILER, value: 'second' }] })));
      expect(JSON.stringify(failure)).not.toContain('canary');
    });
  });
}
