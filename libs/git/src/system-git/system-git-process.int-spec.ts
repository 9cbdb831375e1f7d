import { systemTimers } from '#runtime';
import { aGitRepository, GitServer } from '#testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selectGit } from '../select-git.js';
import { IsomorphicGit } from '../isomorphic-git/isomorphic-git.js';
import { SystemGit } from './system-git.js';

const CREDENTIALS = { username: 'fleet', password: 'canary-7' };
const never = new AbortController().signal;
jest.setTimeout(120_000);

describe('the processes that SystemGit starts', () => {
  let server: GitServer;
  let directory: string;

  beforeAll(async () => {
    server = await GitServer.start();
    directory = await mkdtemp(join(tmpdir(), 'capstan-git-process-'));
  });
  afterAll(async () => {
    await server.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  it('have no secret among their arguments and environment, run no hook, and read no configuration of the machine or of the copy', async () => {
    const log = join(directory, 'argv');
    const touched = join(directory, 'touched');
    const binary = join(directory, 'git-with-log');
    await writeFile(binary, `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nenv >> '${log}'\nexec git "$@"\n`);
    await chmod(binary, 0o755);
    const cacheDirectory = join(directory, 'cache');
    await mkdir(cacheDirectory, { recursive: true });
    await writeFile(join(cacheDirectory, '.gitconfig'), '[url "http://127.0.0.1:1/"]\n\tinsteadOf = http://\n');
    const repository = await aGitRepository(server, 'locked', { credentials: CREDENTIALS });
    const first = await repository.commit({ 'a.yaml': 'a: 1\n' });
    const git = new SystemGit({ cacheDirectory, timers: systemTimers, gitBinary: binary });
    const remote = { url: repository.url, credentials: CREDENTIALS };
    expect(await git.mirror(remote, 'locked', [{ fullRef: 'refs/heads/main', commit: first }], never)).toMatchObject({ ok: true });

    const copy = join(cacheDirectory, 'locked.mirror.git');
    await mkdir(join(copy, 'hooks'), { recursive: true });
    await writeFile(join(copy, 'hooks', 'reference-transaction'), `#!/bin/sh\ntouch '${touched}'\n`);
    await chmod(join(copy, 'hooks', 'reference-transaction'), 0o755);
    await writeFile(join(copy, 'config'), `${await readFile(join(copy, 'config'), 'utf8')}[core]\n\tfsmonitor = touch ${touched}\n\thooksPath = hooks\n`);
    const second = await repository.commit({ 'a.yaml': 'a: 2\n' });
    expect((await git.lookUp(remote, ['main', '--upload-pack=touch'], never)).ok).toBe(true);
    const mirrored = await git.mirror(remote, 'locked', [{ fullRef: 'refs/heads/main', commit: second }], never);
    expect(mirrored).toMatchObject({ ok: true });
    const tree = mirrored.ok ? await mirrored.value.tree(second) : mirrored;
    expect(tree.ok && (await tree.value.read('a.yaml'))).toMatchObject({ ok: true });
    await git.close();

    const argv = await readFile(log, 'utf8');
    expect(argv).toContain('fetch');
    for (const secret of ['canary', Buffer.from('fleet:canary-7').toString('base64')]) expect(argv).not.toContain(secret);
    await expect(readFile(touched)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('are found or replaced: selectGit', async () => {
    const options = { cacheDirectory: join(directory, 'select'), timers: systemTimers };
    expect(await selectGit(options)).toBeInstanceOf(SystemGit);
    expect(await selectGit({ ...options, preferred: 'isomorphic' })).toBeInstanceOf(IsomorphicGit);
    expect(await selectGit({ ...options, gitBinary: join(directory, 'nothing-here') })).toBeInstanceOf(IsomorphicGit);
    await expect(selectGit({ ...options, preferred: 'system', gitBinary: join(directory, 'nothing-here') })).rejects.toThrow('found no git');
  });

  it('keep the copy small: the number of kept commits is bounded and old ones are fetched again', async () => {
    const repository = await aGitRepository(server, 'many');
    const git = new SystemGit({ cacheDirectory: join(directory, 'many'), timers: systemTimers });
    const remote = { url: repository.url };
    const commits: string[] = [];
    for (let i = 0; i < 20; i++) {
      commits.push(await repository.commit({ 'a.yaml': `a: ${i}\n` }));
      expect(await git.fetchCommit(remote, 'many', { commit: commits[i] ?? '', ref: 'main' }, never)).toMatchObject({ ok: true });
    }
    const before = server.count('fetch', 'many');
    expect(await git.fetchCommit(remote, 'many', { commit: commits[19] ?? '', ref: 'main' }, never)).toMatchObject({ ok: true });
    expect(server.count('fetch', 'many')).toBe(before);
    const again = await git.fetchCommit(remote, 'many', { commit: commits[0] ?? '', ref: 'main' }, never);
    const tree = again.ok ? await again.value.tree(commits[0] ?? '') : again;
    const read = tree.ok ? await tree.value.read('a.yaml') : tree;
    expect(read.ok && Buffer.from(read.value).toString()).toBe('a: 0\n');
    await git.close();
  });
});
