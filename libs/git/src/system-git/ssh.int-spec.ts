import { systemTimers } from '#runtime';
import { aGitRepository, anSshKey, GitServer, SshGitServer, sshMissing, type GitRepositoryBuilder, type SshKeyKind, type SshKeyPair } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitRemote } from '../git-port.js';
import { IsomorphicGit } from '../isomorphic-git/isomorphic-git.js';
import { SystemGit } from './system-git.js';

jest.setTimeout(120_000);
const never = new AbortController().signal;
const missing = await sshMissing();

(missing === undefined ? describe : describe.skip)('SystemGit with an SSH server', () => {
  let files: GitServer;
  let server: SshGitServer;
  let repository: GitRepositoryBuilder;
  let keys: ReadonlyMap<string, SshKeyPair>;
  let cacheDirectory: string;
  let git: SystemGit;

  const remote = (key: string): GitRemote => ({ url: server.url('fleet'), credentials: { privateKey: keys.get(key)?.privateKey ?? '', knownHosts: server.knownHosts } });

  beforeAll(async () => {
    files = await GitServer.start();
    repository = await aGitRepository(files, 'fleet');
    keys = new Map([
      ...(await Promise.all((['ed25519', 'rsa', 'ecdsa'] as const).map(async (kind: SshKeyKind) => [kind, await anSshKey(kind)] as const))),
      ['rsa-pem', await anSshKey('rsa', { format: 'PEM' })], ['ecdsa-pkcs8', await anSshKey('ecdsa', { format: 'PKCS8' })], ['stranger', await anSshKey()], ['locked', await anSshKey('ed25519', { passphrase: 'canary' })],
    ]);
    server = await SshGitServer.start(files.root, [...keys].filter(([name]) => name !== 'stranger').map(([, key]) => key.publicKey));
  });
  afterAll(async () => {
    await server.stop();
    await files.dispose();
  });
  beforeEach(async () => {
    cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-ssh-'));
    git = new SystemGit({ cacheDirectory, timers: systemTimers });
  });
  afterEach(async () => {
    await git.close();
    await rm(cacheDirectory, { recursive: true, force: true });
  });

  it.each(['ed25519', 'rsa', 'ecdsa', 'rsa-pem', 'ecdsa-pkcs8'])('signs in with a key of kind %s', async (kind) => {
    const commit = await repository.commit({ 'a.yaml': `kind: ${kind}\n` });
    const found = await git.lookUp(remote(kind), ['main', 'gone'], never);
    expect(found.ok && Object.fromEntries(found.value)).toEqual({ main: { fullRef: 'refs/heads/main', commit }, gone: undefined });
  });

  it('mirrors history, fetches one commit and reads contents, at a checked address whatever DNS says', async () => {
    const commit = await repository.commit({ 'a.yaml': 'a: ssh\n' });
    const there: GitRemote = {
      url: server.url('fleet').replace('localhost', 'git.invalid'), addresses: ['127.0.0.1'],
      credentials: { privateKey: keys.get('ed25519')?.privateKey ?? '', knownHosts: server.knownHosts.replace('localhost', 'git.invalid') },
    };
    const mirrored = await git.mirror(there, 'fleet', [{ fullRef: 'refs/heads/main', commit }], never);
    const fetched = await git.fetchCommit(there, 'fleet', { commit, ref: 'main' }, never);
    for (const objects of [mirrored, fetched]) {
      const tree = objects.ok ? await objects.value.tree(commit) : objects;
      const content = tree.ok ? await tree.value.read('a.yaml') : tree;
      expect(content.ok ? Buffer.from(content.value).toString() : content.error).toBe('a: ssh\n');
    }
    expect(await git.lookUp({ ...there, addresses: ['127.0.0.77'] }, ['main'], never)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE' } });
  });

  it('says of an empty repository that its refs are absent, and of a missing one that it is not there', async () => {
    await aGitRepository(files, 'empty');
    expect(await git.lookUp({ ...remote('ed25519'), url: server.url('empty') }, ['main'], never)).toEqual({ ok: true, value: new Map([['main', undefined]]) });
    expect(await git.lookUp({ ...remote('ed25519'), url: server.url('nowhere') }, ['main'], never)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_NOT_FOUND' } });
  });

  it('refuses a host whose key is not known, before it shows its own key, and one whose key has changed', async () => {
    const before = server.commands.length + server.refusedKeys.length;
    const other = `${server.knownHosts.split(' ')[0] ?? ''} ${(keys.get('stranger')?.publicKey ?? '').split(' ').slice(0, 2).join(' ')}\n`;
    for (const knownHosts of [other, server.knownHosts.replace('localhost', 'elsewhere')]) {
      const failure = await git.lookUp({ url: server.url('fleet'), credentials: { privateKey: keys.get('stranger')?.privateKey ?? '', knownHosts } }, ['main'], never);
      expect(failure).toMatchObject({ ok: false, error: { code: 'HOST_KEY_UNKNOWN', retryable: false } });
    }
    expect(server.commands.length + server.refusedKeys.length).toBe(before);
    const known = remote('ed25519');
    await server.changeHostKey();
    expect(await git.lookUp(known, ['main'], never)).toMatchObject({ ok: false, error: { code: 'HOST_KEY_UNKNOWN' } });
  });

  it('tells a wrong key, a locked key, no key, and a server that is down from one another', async () => {
    expect(await git.lookUp(remote('stranger'), ['main'], never)).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_FAILED', retryable: false } });
    const locked = await git.lookUp(remote('locked'), ['main'], never);
    expect(locked).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('passphrase') } });
    expect(JSON.stringify(locked)).not.toContain('canary');
    expect(await git.lookUp({ url: server.url('fleet') }, ['main'], never)).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_FAILED' } });
    expect(await git.lookUp({ ...remote('ed25519'), url: 'ssh://git@127.0.0.1:1/fleet.git' }, ['main'], never)).toMatchObject({ ok: false, error: { code: 'REPOSITORY_UNREACHABLE' } });
    const javascript = new IsomorphicGit({ cacheDirectory });
    expect([javascript.capabilities.ssh, await javascript.lookUp(remote('ed25519'), ['main'], never)]).toMatchObject([false, { ok: false, error: { message: expect.stringContaining('does not speak SSH') } }]);
  });

  it('shows the key to no process and no file, and leaves nothing behind', async () => {
    const commit = await repository.commit({ 'a.yaml': 'a: canary\n' });
    const log = join(cacheDirectory, 'seen');
    const binary = join(cacheDirectory, 'git-with-log');
    await writeFile(binary, `#!/bin/sh\n{ printf '%s\\n' "$@"; env; cat '${cacheDirectory}'/ssh-*/config '${cacheDirectory}'/ssh-*/known_hosts 2>/dev/null; } >> '${log}'\nexec git "$@"\n`);
    await chmod(binary, 0o755);
    const watched = new SystemGit({ cacheDirectory, timers: systemTimers, gitBinary: binary });
    expect(await watched.fetchCommit(remote('ed25519'), 'fleet', { commit, ref: 'main' }, never)).toMatchObject({ ok: true });
    await watched.close();
    const seen = await readFile(log, 'utf8');
    expect(seen).toContain('StrictHostKeyChecking yes');
    const lines = (keys.get('ed25519')?.privateKey ?? '').split('\n').filter((line) => line.length > 20 && !line.includes('KEY'));
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(seen).not.toContain(line);
    expect((await readdir(cacheDirectory)).filter((name) => name.startsWith('ssh-'))).toEqual([]);
  });
});
