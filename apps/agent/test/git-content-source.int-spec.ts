import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, ok, silentLog } from '#kernel';
import { repositoryId, type AssignmentOrder } from '#domain';
import { systemMonotonic, systemTimers } from '#runtime';
import { aGitRepository, anSshKey, GitServer, RenderProcessProgram, SshGitServer, sshMissing, until } from '#testing';
import { openSource, type OpenSource } from '../src/source/index.js';
import type { CredentialLookup } from '../src/state/index.js';
import { SIGNAL } from './state-fixture.js';
import { anAssignment, idOf } from './test-orders.js';

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { k: v }\n';

const CLUSTER = { serverVersion: () => Promise.resolve(ok({ gitVersion: 'v1.36.3', major: '1', minor: '36' })), apiVersions: () => Promise.resolve(ok(['v1', 'v1/ConfigMap'])) };

describe('content from Git', () => {
  let program: RenderProcessProgram;
  let directory: string;
  let server: GitServer;
  let source: OpenSource;
  let credentials: CredentialLookup;
  const over = new AbortController();

  beforeAll(async () => void (program = await RenderProcessProgram.build()));
  afterAll(() => program.remove());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-source-'));
    server = await GitServer.start();
    credentials = { kind: 'NONE' };
    source = open(1024 * 1024 * 1024);
  });
  afterEach(async () => {
    await source.close();
    await server.dispose();
    await rm(directory, { recursive: true, force: true });
  });

  function open(cacheBytes: number): OpenSource {
    const settings = { dataDir: directory, git: undefined, kustomize: undefined, helm: undefined, path: process.env['PATH'] ?? '', renderProcess: program.entry, cacheBytes, maxRenders: 2, allowPrivateHosts: [] };
    return openSource(settings, { lookUp: () => credentials }, { namespace: 'capstan-system', partOf: 'capstan-agent' }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog, cluster: CLUSTER }, over.signal);
  }

  async function aRepository(name: string, files: Readonly<Record<string, string>>, options: { readonly credentials?: { readonly username: string; readonly password: string } } = {}): Promise<string> {
    return (await aGitRepository(server, name, options)).commit(files);
  }

  function order(repository: string, commit: string, credentialDigest?: ReturnType<typeof digestOf>): AssignmentOrder {
    const base = anAssignment({ generation: 1, release: commit });
    return { ...base, release: { ...base.release, commit, path: 'shop', repository: { id: repositoryId(idOf('repository', repository)), url: server.url(repository), credentialDigest } } };
  }

  it('is the rendered objects of exactly the commit that was ordered', async () => {
    const commit = await aRepository('fleet', { 'shop/a.yaml': MANIFEST });
    const rendered = await source.source.render(order('fleet', commit), SIGNAL);
    expect(rendered).toMatchObject({ ok: true, value: { objects: [{ kind: 'ConfigMap', metadata: { name: 'a' } }] } });
  });

  it('begins with the removal of what an agent that was killed left of its renders', async () => {
    const left = join(directory, 'render/capstan-render/render-left/source');
    await mkdir(left, { recursive: true });
    await writeFile(join(left, 'a.yaml'), MANIFEST);
    const next = open(1024 * 1024 * 1024);
    await until('it is gone', 10_000, async () => ((await readdir(join(directory, 'render/capstan-render'))).length === 0 ? true : undefined));
    await next.close();
  });

  it('is fetched once for all that ask for the same commit at once, and not again afterwards', async () => {
    const commit = await aRepository('fleet', { 'shop/a.yaml': MANIFEST });
    const rendered = await Promise.all(Array.from({ length: 5 }, () => source.source.render(order('fleet', commit), SIGNAL)));
    expect(rendered.every(({ ok }) => ok)).toBe(true);
    expect(server.count('fetch')).toBe(2); // the commit, and the files that are rendered
    await server.stop();
    expect(await source.source.render(order('fleet', commit), SIGNAL)).toMatchObject({ ok: true });
  });

  it.each<[string, (commit: string) => AssignmentOrder | Promise<AssignmentOrder>, { readonly reason: string; readonly retryable: boolean }]>([
    ['a commit that the server does not have', () => order('fleet', 'a'.repeat(40)), { reason: 'COMMIT_UNREACHABLE', retryable: false }],
    ['something that is no commit', () => order('fleet', '--upload-pack=x'), { reason: 'UNSUPPORTED_ASSIGNMENT', retryable: false }],
    ['a repository that is not there', (commit) => order('nowhere', commit), { reason: 'REPOSITORY_NOT_FOUND', retryable: false }],
    ['a path that is not there', (commit) => ({ ...order('fleet', commit), release: { ...order('fleet', commit).release, path: 'elsewhere' } }), { reason: 'PATH_NOT_FOUND', retryable: false }],
    ['credentials that have not arrived', (commit) => order('fleet', commit, digestOf('x')), { reason: 'AUTHENTICATION_FAILED', retryable: true }],
  ])('says why there is none for %s', async (_what, orderOf, expected) => {
    const commit = await aRepository('fleet', { 'shop/a.yaml': MANIFEST });
    expect(await source.source.render(await orderOf(commit), SIGNAL)).toMatchObject({ ok: false, error: expected });
  });

  it('says that the server does not answer, and that this may pass', async () => {
    const commit = await aRepository('fleet', { 'shop/a.yaml': MANIFEST });
    await server.stop();
    expect(await source.source.render(order('fleet', commit), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'REPOSITORY_UNREACHABLE', retryable: true } });
    await server.start();
    expect(await source.source.render(order('fleet', commit), SIGNAL)).toMatchObject({ ok: true });
  });

  it('is never empty', async () => {
    const commit = await aRepository('fleet', { 'shop/readme.txt': 'nothing here' });
    expect(await source.source.render(order('fleet', commit), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'NO_OBJECTS', retryable: false } });
  });

  it('is fetched with the credentials of the repository, which reach no other origin and no message', async () => {
    const commit = await aRepository('private', { 'shop/a.yaml': MANIFEST }, { credentials: { username: 'bot', password: 'canary-password' } });
    expect(await source.source.render(order('private', commit), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'AUTHENTICATION_FAILED' } });
    credentials = { kind: 'HELD', credentials: { username: 'bot', password: 'canary-wrong' } };
    const refused = await source.source.render(order('private', commit), SIGNAL);
    expect(refused).toMatchObject({ ok: false, error: { reason: 'AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(refused)).not.toContain('canary-wrong');
    credentials = { kind: 'BOUND_ELSEWHERE' };
    const before = server.accesses.length;
    expect(await source.source.render(order('private', commit), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'AUTHENTICATION_FAILED', retryable: true } });
    expect(server.accesses).toHaveLength(before);
    credentials = { kind: 'HELD', credentials: { username: 'bot', password: 'canary-password' } };
    expect(await source.source.render(order('private', commit), SIGNAL)).toMatchObject({ ok: true });
  });

  it('comes from an SSH server too, with the key and the known hosts that the hub has sent', async () => {
    if ((await sshMissing()) !== undefined) return;
    const key = await anSshKey();
    const commit = await aRepository('fleet', { 'shop/a.yaml': MANIFEST });
    const ssh = await SshGitServer.start(server.root, [key.publicKey]);
    try {
      const base = order('fleet', commit, digestOf('x'));
      const ordered = { ...base, release: { ...base.release, repository: { ...base.release.repository, url: ssh.url('fleet') } } };
      credentials = { kind: 'HELD', credentials: { privateKey: key.privateKey, knownHosts: ssh.knownHosts.replace('localhost', 'elsewhere') } };
      expect(await source.source.render(ordered, SIGNAL)).toMatchObject({ ok: false, error: { reason: 'HOST_KEY_UNKNOWN', retryable: false } });
      credentials = { kind: 'HELD', credentials: { privateKey: key.privateKey, knownHosts: ssh.knownHosts } };
      expect(await source.source.render(ordered, SIGNAL)).toMatchObject({ ok: true, value: { objects: [{ kind: 'ConfigMap' }] } });
    } finally {
      await ssh.stop();
    }
  });

  it('keeps the disk bounded: the copy used longest ago goes, over restarts too', async () => {
    const [one, two] = [await aRepository('one', { 'shop/a.yaml': MANIFEST }), await aRepository('two', { 'shop/a.yaml': MANIFEST })];
    await source.source.render(order('one', one), SIGNAL);
    await source.source.render(order('two', two), SIGNAL);
    expect(await readdir(join(directory, 'git'))).toHaveLength(2);
    await source.close();
    source = open(1);
    expect(await source.source.render(order('two', two), SIGNAL)).toMatchObject({ ok: true });
    expect((await readdir(join(directory, 'git'))).filter((name) => name.startsWith(idOf('repository', 'one')))).toEqual([]);
  });
});
