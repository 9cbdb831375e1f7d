import { ok } from '#kernel';
import { systemTimers } from '#runtime';
import { aGitRepository, anSshKey, gitForTests, GitServer, SshGitServer, sshMissing, type GitRepositoryBuilder, type SshKeyPair } from '#testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SystemGit } from '../system-git/system-git.js';
import { GitWriter, type WriteRequest } from './git-writer.js';
import { placeAt } from './tree-draft.js';

jest.setTimeout(120_000);
const never = new AbortController().signal;
const missing = await sshMissing();

(missing === undefined ? describe : describe.skip)('GitWriter with an SSH server', () => {
  let files: GitServer;
  let server: SshGitServer;
  let repository: GitRepositoryBuilder;
  let key: SshKeyPair;
  let cacheDirectory: string;
  let git: SystemGit;

  beforeAll(async () => {
    files = await GitServer.start();
    repository = await aGitRepository(files, 'fleet');
    key = await anSshKey();
    server = await SshGitServer.start(files.root, [key.publicKey]);
    cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-ssh-'));
    git = new SystemGit({ cacheDirectory, timers: systemTimers });
  });
  afterAll(async () => {
    await git.close();
    await server.stop();
    await files.dispose();
    await rm(cacheDirectory, { recursive: true, force: true });
  });

  const write = (old: string, id: string, more: Partial<WriteRequest<never>> = {}): ReturnType<GitWriter['write']> =>
    new GitWriter(git, { cacheDirectory }).write<never>({ url: server.url('fleet'), credentials: { privateKey: key.privateKey, knownHosts: server.knownHosts } }, 'fleet', {
      branch: 'main', newBranch: undefined, needs: [{ commit: old, fullRef: 'refs/heads/main' }], by: { name: 'Capstan', email: 'capstan@example.com' }, at: new Date(0), message: 'back', trailers: [{ key: 'Capstan-Rollback', value: id }],
      plan: async (objects) => {
        const meta = await objects.commit(old);
        const place = meta.ok ? await placeAt(objects, meta.value.treeId, 'a', never) : meta;
        return place.ok ? ok([{ path: 'a', to: place.value }]) : Promise.reject(new Error(JSON.stringify(place.error)));
      },
      check: () => Promise.resolve(ok(undefined)),
      isWanted: () => Promise.resolve(true),
      ...more,
    }, never);

  it('pushes, meets somebody who was faster, is refused by a read-only key, and leaves no file behind', async () => {
    const old = await repository.commit({ 'a/x.yaml': 'x: 1\n' });
    const head = await repository.commit({ 'a/x.yaml': 'x: 2\n' });
    server.isReadOnly = true;
    expect(await write(old, 'one')).toMatchObject({ ok: false, error: { code: 'PUSH_REFUSED', message: expect.stringContaining('read only') } });
    expect(await repository.head()).toBe(head);
    server.isReadOnly = false;
    let races = 1;
    const written = await write(old, 'one', {
      check: async () => {
        if (races-- > 0) await repository.commit({ 'b.yaml': 'b: 1\n' });
        return ok(undefined);
      },
    });
    expect(written).toEqual({ ok: true, value: { kind: 'PUSHED', commit: await repository.head(), said: '' } });
    expect(await gitForTests(['--git-dir', repository.directory, 'show', 'main:a/x.yaml', 'main:b.yaml'])).toBe('x: 1\nb: 1\n');
    expect(server.commands.filter((command) => command.startsWith('git-receive-pack'))).toHaveLength(3);
    expect((await readdir(cacheDirectory)).filter((name) => name.startsWith('ssh-'))).toEqual([]);
  });
});
