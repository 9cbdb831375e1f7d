import 'reflect-metadata';
import type { Result } from '#kernel';
import { aGitRepository, GitServer, type GitRepositoryBuilder, type GitServerOptions } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import { KeyObject, webcrypto } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GitFailure } from './git-failure.js';
import type { GitPort, GitRemote } from './git-port.js';

export interface ContractAdapterOptions {
  readonly cacheDirectory: string;
  readonly lookUpTimeoutMs?: number;
  readonly silenceMs?: number;
  readonly fetchTimeoutMs?: number;
}

const CREDENTIALS = { username: 'fleet', password: 'canary/pass+word=7' };
const never = new AbortController().signal;

// Dozens of real processes and faults per test on a busy machine.
jest.setTimeout(60_000);

/** What every adapter of GitPort promises, against a real Git server. */
export function gitPortContract(name: string, make: (options: ContractAdapterOptions) => GitPort): void {
  describe(`${name} keeps the contract of GitPort`, () => {
    let server: GitServer;
    let repository: GitRepositoryBuilder;
    let cacheDirectory: string;
    let git: GitPort;
    let remote: GitRemote;
    let count = 0;
    const others: GitServer[] = [];

    const adapter = (options: Partial<ContractAdapterOptions> = {}): GitPort => make({ cacheDirectory, ...options });
    const commitOf = async (commit: string, ref = 'main') => valueOf(git.fetchCommit(remote, 'fleet', { commit, ref }, never));
    const treeOf = async (commit: string) => valueOf((await commitOf(commit)).tree(commit));
    const anotherServer = async (options: GitServerOptions): Promise<GitServer> => {
      const other = await GitServer.start(options);
      others.push(other);
      return other;
    };

    beforeAll(async () => {
      server = await GitServer.start();
    });
    afterAll(() => server.dispose());
    beforeEach(async () => {
      cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-git-cache-'));
      repository = await aGitRepository(server, `fleet-${count++}`);
      remote = { url: repository.url };
      git = adapter();
    });
    afterEach(async () => {
      server.clearFaults();
      await git.close();
      await rm(cacheDirectory, { recursive: true, force: true });
      await Promise.all(others.splice(0).map((other) => other.dispose()));
    });

    describe('looking up refs', () => {
      it('finds branches, tags and full refs at once, a branch before a tag of the same name, tags peeled', async () => {
        const first = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const second = await repository.commit({ 'a.yaml': 'a: 2\n' });
        await repository.branch('both', first);
        await repository.tag('both', second);
        await repository.tag('v1', first, 'annotated');
        await repository.branch('team/web', first);
        await repository.ref('refs/changes/7', second);
        const found = await valueOf(git.lookUp(remote, ['main', 'both', 'v1', 'refs/tags/both', 'team/web', 'refs/changes/7', 'HEAD', 'web', 'gone', '--upload-pack=x', 'a b'], never));
        expect(Object.fromEntries(found)).toEqual({
          main: { fullRef: 'refs/heads/main', commit: second },
          both: { fullRef: 'refs/heads/both', commit: first },
          v1: { fullRef: 'refs/tags/v1', commit: first },
          'refs/tags/both': { fullRef: 'refs/tags/both', commit: second },
          'team/web': { fullRef: 'refs/heads/team/web', commit: first },
          'refs/changes/7': { fullRef: 'refs/changes/7', commit: second },
          HEAD: { fullRef: 'HEAD', commit: second },
          web: undefined, gone: undefined, '--upload-pack=x': undefined, 'a b': undefined,
        });
        expect(server.count('ref-look-up', repository.name)).toBe(1);
      });

      it('says of an empty repository that its refs are absent, not that it failed', async () => {
        expect(await valueOf(git.lookUp(remote, ['main', 'HEAD'], never))).toEqual(new Map([['main', undefined], ['HEAD', undefined]]));
      });

      it('works with a server that knows only protocol version 0', async () => {
        const old = await anotherServer({ protocolV2: false });
        const there = await aGitRepository(old, 'old');
        const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
        await there.tag('v1', commit, 'annotated');
        const found = await valueOf(git.lookUp({ url: there.url }, ['main', 'v1', 'gone'], never));
        expect([found.get('main')?.commit, found.get('v1')?.commit, found.get('gone')]).toEqual([commit, commit, undefined]);
        const empty = await aGitRepository(old, 'empty');
        expect((await valueOf(git.lookUp({ url: empty.url }, ['main'], never))).get('main')).toBeUndefined();
      });
    });

    describe('going only to addresses that the caller has checked', () => {
      it('connects there although DNS does not know the host, for refs, history and contents', async () => {
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const addresses = (await lookup('localhost', { all: true })).map(({ address }) => address);
        const there: GitRemote = { url: repository.url.replace('localhost', 'git.invalid'), addresses };
        const [ref] = (await valueOf(git.lookUp(there, ['main'], never))).values();
        expect(ref).toEqual({ fullRef: 'refs/heads/main', commit });
        const objects = await valueOf(git.mirror(there, 'pinned', [{ fullRef: 'refs/heads/main', commit }], never));
        const content = await valueOf((await valueOf(objects.tree(commit))).read('a.yaml'));
        expect(Buffer.from(content).toString()).toBe('a: 1\n');
      });

      it('does not ask DNS instead', async () => {
        await repository.commit({ 'a.yaml': 'a: 1\n' });
        const before = server.accesses.length;
        expect(await errorOf(git.lookUp({ ...remote, addresses: ['127.0.0.77'] }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
        expect(server.accesses.length).toBe(before);
      });
    });

    describe('telling failures apart, none of them as absence', () => {
      it.each<[string, () => Promise<void>, GitFailure['code']]>([
        ['an unknown repository', async () => void (remote = { url: server.url('nowhere') }), 'REPOSITORY_NOT_FOUND'],
        ['a 500', async () => server.fail(1, { status: 500 }), 'REPOSITORY_UNREACHABLE'],
        ['a 503', async () => server.fail(1, { status: 503 }), 'REPOSITORY_UNREACHABLE'],
        ['a 401', async () => server.fail(1, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }), 'AUTHENTICATION_FAILED'],
        ['a 403', async () => server.fail(1, { status: 403 }), 'AUTHENTICATION_FAILED'],
        ['a 404', async () => server.fail(1, { status: 404 }), 'REPOSITORY_NOT_FOUND'],
        ['a 429', async () => server.fail(1, { status: 429, headers: { 'retry-after': '7' } }), 'RATE_LIMITED'],
        ['a page of HTML', async () => server.fail(8, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' }), 'GIT_PROTOCOL_ERROR'],
        ['a redirect', async () => server.fail(1, { status: 302, headers: { location: '/elsewhere.git/info/refs?service=git-upload-pack' } }), 'EGRESS_REFUSED'],
        ['a name that does not resolve', async () => void (remote = { url: 'http://git.invalid/fleet.git' }), 'REPOSITORY_UNREACHABLE'],
        ['a port where nobody listens', async () => void (remote = { url: 'http://127.0.0.1:1/fleet.git' }), 'REPOSITORY_UNREACHABLE'],
      ])('%s', async (_name, arrange, code) => {
        await repository.commit({ 'a.yaml': 'a: 1\n' });
        await arrange();
        const failure = await errorOf(git.lookUp(remote, ['main'], never));
        expect(failure).toMatchObject({ code, url: remote.url });
      });

      it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
        ['seconds', { 'retry-after': '7' }, 7_000],
        ['a date, by the clock of the server', { date: 'Thu, 26 Nov 2020 10:00:00 GMT', 'retry-after': 'Thu, 26 Nov 2020 10:02:00 GMT' }, 120_000],
        ['a date that is past', { date: 'Thu, 26 Nov 2020 10:00:00 GMT', 'retry-after': 'Thu, 26 Nov 2020 09:00:00 GMT' }, undefined],
        ['nonsense', { 'retry-after': 'soon' }, undefined],
      ])('hears how long the server asks to wait: %s', async (_name, headers, retryAfterMs) => {
        for (const [status, code] of [[429, 'RATE_LIMITED'], [503, 'REPOSITORY_UNREACHABLE']] as const) {
          server.fail(1, { status, headers });
          const failure = await errorOf(git.lookUp(remote, ['main'], never));
          expect([failure.code, failure.retryAfterMs]).toEqual([code, retryAfterMs]);
        }
      });

      it.each(['close', 'truncate'] as const)('a connection that ends early (%s) is never read as a shorter list', async (fault) => {
        await repository.commit({ 'a.yaml': 'a: 1\n' });
        for (const answers of [0, 1]) {
          const isHit = afterAnswers(server, answers, fault);
          const failure = await errorOf(git.lookUp(remote, ['main'], never));
          expect([isHit(), ['REPOSITORY_UNREACHABLE', 'GIT_PROTOCOL_ERROR'].includes(failure.code)]).toEqual([true, true]);
          server.clearFaults();
        }
      });

      it('a server that is down, and back again', async () => {
        const other = await anotherServer({});
        const there = await aGitRepository(other, 'fleet');
        const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
        await other.stop();
        expect(await errorOf(git.lookUp({ url: there.url }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE', retryable: true });
        await other.start();
        expect((await valueOf(git.lookUp({ url: there.url }, ['main'], never))).get('main')?.commit).toBe(commit);
      });

      // Found by fault schedule 1004: a look-up into a blackhole held its repository for the whole deadline.
      it('a server that falls silent, long before the deadline', async () => {
        const short = adapter({ silenceMs: 1_000, lookUpTimeoutMs: 60_000, fetchTimeoutMs: 60_000 });
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n' });
        server.fail(1, 'hang');
        expect(await errorOf(short.lookUp(remote, ['main'], never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
        server.fail(1, 'answer');
        server.fail(1, 'hang');
        expect(await errorOf(short.fetchCommit(remote, 'silent', { commit, ref: 'main' }, never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
      });

      it('a server that hangs, by its own deadline and by the caller', async () => {
        server.fail(3, 'hang');
        expect(await errorOf(adapter({ lookUpTimeoutMs: 300 }).lookUp(remote, ['main'], never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
        expect(await errorOf(git.lookUp(remote, ['main'], AbortSignal.timeout(300)))).toMatchObject({ code: 'GIT_TIMED_OUT' });
        const controller = new AbortController();
        const pending = errorOf(git.lookUp(remote, ['main'], controller.signal));
        controller.abort();
        expect(await pending).toMatchObject({ code: 'GIT_ABORTED' });
      });

      it('a certificate that is not trusted, until its authority is given', async () => {
        const tls = await selfSigned();
        const secure = await anotherServer({ tls });
        const there = await aGitRepository(secure, 'fleet');
        const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
        expect(await errorOf(git.lookUp({ url: there.url }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
        const trusted = { url: there.url, caPem: tls.cert };
        expect((await valueOf(git.lookUp(trusted, ['main'], never))).get('main')?.commit).toBe(commit);
        const objects = await valueOf(git.fetchCommit(trusted, 'secure', { commit, ref: 'main' }, never));
        expect(text(await valueOf((await valueOf(objects.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
      });

      it.each([
        ['file:///etc/passwd'], ['ext::sh -c touch% /tmp/x'], ['git://localhost/x.git'], ['ssh://-oProxyCommand=touch@localhost/x.git'], ['ssh://git:canary@localhost/x.git'], ['--upload-pack=touch /tmp/x'], ['http://user:canary@localhost/x.git'],
      ])('%s is refused before any connection', async (url) => {
        const failure = await errorOf(git.lookUp({ url }, ['main'], never));
        expect(failure).toMatchObject({ code: 'EGRESS_REFUSED', retryable: false });
        expect(JSON.stringify(failure)).not.toContain('canary');
        expect(await errorOf(git.fetchCommit({ url }, 'fleet', { commit: 'a'.repeat(40), ref: 'main' }, never))).toMatchObject({ code: 'EGRESS_REFUSED' });
      });
    });

    describe('keeping credentials', () => {
      let locked: GitRepositoryBuilder;
      let commit: string;
      const canaries = [CREDENTIALS.password, encodeURIComponent(CREDENTIALS.password), Buffer.from(`${CREDENTIALS.username}:${CREDENTIALS.password}`).toString('base64')];

      beforeEach(async () => {
        locked = await aGitRepository(server, `locked-${count++}`, { credentials: CREDENTIALS });
        commit = await locked.commit({ 'a.yaml': 'a: 1\n' });
      });

      it('sends them where they belong, and writes them nowhere', async () => {
        const mine = { url: locked.url, credentials: CREDENTIALS };
        expect((await valueOf(git.lookUp(mine, ['main'], never))).get('main')?.commit).toBe(commit);
        const fetched = await valueOf(git.fetchCommit(mine, 'locked', { commit, ref: 'main' }, never));
        expect(text(await valueOf((await valueOf(fetched.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
        const mirrored = await valueOf(git.mirror(mine, 'locked', [{ fullRef: 'refs/heads/main', commit }], never));
        expect(text(await valueOf((await valueOf(mirrored.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
        for (const file of await filesUnder(cacheDirectory)) {
          const content = await readFile(file, 'latin1');
          for (const canary of canaries) expect(content.includes(canary)).toBe(false);
        }
      });

      it('fails at once with wrong ones or none, without repeating them', async () => {
        const wrong = { username: 'fleet', password: 'canary-wrong' };
        const before = server.accesses.length;
        const failure = await errorOf(git.lookUp({ url: locked.url, credentials: wrong }, ['main'], never));
        expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED', retryable: false });
        expect(server.accesses.length - before).toBeLessThanOrEqual(2);
        expect(JSON.stringify(failure)).not.toContain('canary');
        expect(await errorOf(git.lookUp({ url: locked.url }, ['main'], never))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
        expect(await errorOf(git.fetchCommit({ url: locked.url }, 'locked', { commit, ref: 'main' }, never))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
      });

      it('takes them out of what a server or a proxy echoes', async () => {
        const echo = canaries.join(' and ');
        for (const status of [400, 401, 403, 404, 429, 500]) {
          server.fail(1, { status, headers: { 'content-type': 'text/plain' }, body: `you sent ${echo}` });
          const failure = await errorOf(git.lookUp({ url: locked.url, credentials: CREDENTIALS }, ['main'], never));
          for (const canary of canaries) expect(JSON.stringify(failure)).not.toContain(canary);
        }
      });

      it('never takes them to another host by a redirect', async () => {
        const heard: (string | undefined)[] = [];
        const thief = createServer((request, response) => {
          heard.push(request.headers.authorization);
          response.writeHead(404).end();
        }).listen(0, '127.0.0.1');
        await new Promise((resolve) => thief.once('listening', resolve));
        const address = thief.address();
        const port = address !== null && typeof address === 'object' ? address.port : 0;
        try {
          for (const status of [301, 302, 307]) {
            server.fail(1, { status, headers: { location: `http://127.0.0.1:${port}/x.git/info/refs?service=git-upload-pack` } });
            expect(await errorOf(git.lookUp({ url: locked.url, credentials: CREDENTIALS }, ['main'], never))).toMatchObject({ code: 'EGRESS_REFUSED' });
          }
          expect(heard.filter((header) => header !== undefined)).toEqual([]);
        } finally {
          thief.closeAllConnections();
          thief.close();
        }
      });
    });

    describe('fetching one commit', () => {
      it('by id, also when the branch has moved on, and not again once it is here', async () => {
        const first = await repository.commit({ 'a.yaml': 'a: 1\n' });
        await repository.commit({ 'a.yaml': 'a: 2\n' });
        expect(text(await valueOf((await treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
        const before = server.accesses.length;
        await server.stop();
        try {
          expect(text(await valueOf((await treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
          const restarted = adapter();
          const again = await valueOf(restarted.fetchCommit(remote, 'fleet', { commit: first, ref: 'main' }, never));
          expect(text(await valueOf((await valueOf(again.tree(first))).read('a.yaml')))).toBe('a: 1\n');
          await restarted.close();
        } finally {
          await server.start();
        }
        expect(server.accesses.length).toBe(before);
      });

      it('follows a branch commit by commit, forwards and backwards', async () => {
        const commits: string[] = [];
        for (let i = 0; i < 4; i++) commits.push(await repository.commit({ 'a.yaml': `a: ${i}\n`, [`dir-${i}/b.yaml`]: 'b: 1\n' }));
        for (const i of [0, 2, 1, 3]) expect(text(await valueOf((await treeOf(commits[i] ?? '')).read('a.yaml')))).toBe(`a: ${i}\n`);
      });

      it('from a server that gives refs only, by searching the history of the ref', async () => {
        const old = await anotherServer({ protocolV2: false });
        const there = await aGitRepository(old, 'old', { allowAnySha1: false });
        const first = await there.commit({ 'a.yaml': 'a: 1\n' });
        const second = await there.commit({ 'a.yaml': 'a: 2\n' });
        for (const [commit, content] of [[first, 'a: 1\n'], [second, 'a: 2\n']] as const) {
          const objects = await valueOf(git.fetchCommit({ url: there.url }, 'old', { commit, ref: 'main' }, never));
          expect(text(await valueOf((await valueOf(objects.tree(commit))).read('a.yaml')))).toBe(content);
        }
        expect(await errorOf(git.fetchCommit({ url: there.url }, 'old', { commit: 'b'.repeat(40), ref: 'main' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
      });

      it('that no ref reaches any more: with the capability it comes, else it is unreachable', async () => {
        const kept = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const dropped = await repository.commit({ 'a.yaml': 'a: 2\n' });
        await repository.branch('main', kept);
        await writeConfig(repository, 'uploadpack.allowAnySHA1InWant', 'false');
        const result = await git.fetchCommit(remote, 'fleet', { commit: dropped, ref: 'main' }, never);
        expect(result.ok ? 'here' : result.error.code).toBe(git.capabilities.fetchUnadvertised ? 'here' : 'COMMIT_UNREACHABLE');
      });

      it('that a force push has taken away is COMMIT_UNREACHABLE, and so is one of a branch that is gone', async () => {
        const first = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const lost = await repository.commit({ 'a.yaml': 'a: 2\n' });
        await repository.forcePush('main', first);
        expect(await errorOf(git.fetchCommit(remote, 'fleet', { commit: lost, ref: 'main' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE', retryable: false });
        expect(await errorOf(git.fetchCommit(remote, 'fleet', { commit: lost, ref: 'gone' }, never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
        expect(text(await valueOf((await treeOf(first)).read('a.yaml')))).toBe('a: 1\n');
      });

      it('that was broken off leaves nothing that looks whole, and heals', async () => {
        const big = Buffer.alloc(400_000, 'x0y1z2').toString('base64');
        const commit = await repository.commit({ 'big.yaml': big, 'a.yaml': 'a: 1\n' });
        for (let answered = 0; answered < 4; answered++) {
          for (const fault of ['truncate', 'close', 'hang'] as const) {
            const controller = new AbortController();
            const deadline = fault === 'hang' ? AbortSignal.timeout(400) : controller.signal;
            const hit = afterAnswers(server, answered, fault);
            const result = await git.fetchCommit(remote, `broken-${fault}-${answered}`, { commit, ref: 'main' }, deadline);
            if (hit()) expect(result.ok ? 'taken for whole' : result.error.code).not.toBe('COMMIT_UNREACHABLE');
            if (!result.ok) expect(['GIT_PROTOCOL_ERROR', 'REPOSITORY_UNREACHABLE', 'GIT_TIMED_OUT']).toContain(result.error.code);
            server.clearFaults();
            const objects = await valueOf(git.fetchCommit(remote, `broken-${fault}-${answered}`, { commit, ref: 'main' }, never));
            expect(text(await valueOf((await valueOf(objects.tree(commit))).read('big.yaml')))).toBe(big);
          }
        }
      });

      it('heals a copy on disk that was damaged between two runs', async () => {
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n', 'dir/b.yaml': 'b: 1\n' });
        await treeOf(commit);
        await git.close();
        const damages: readonly ((files: readonly string[]) => Promise<void>)[] = [
          async (files) => overwrite(files.filter((file) => /\.(pack|idx)$|objects\/[0-9a-f]{2}\//.test(file)), 'garbage'),
          async (files) => overwrite(files.filter((file) => file.endsWith('/config') || file.endsWith('/HEAD')), 'not \u0000 git'),
          async (files) => overwrite(files.filter((file) => file.includes('/objects/')), ''),
          async (files) => void (await Promise.all(files.filter((file) => file.includes('/objects/')).map((file) => rm(file)))),
          async (files) => overwrite([...files.filter((file) => file.endsWith('/HEAD')).map((file) => file.replace(/HEAD$/, 'shallow.lock'))], ''),
        ];
        for (const damage of damages) {
          await damage(await filesUnder(cacheDirectory));
          const fresh = adapter();
          const read = async (): Promise<string> => {
            const objects = await fresh.fetchCommit(remote, 'fleet', { commit, ref: 'main' }, never);
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
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const trees = await Promise.all(Array.from({ length: 20 }, () => treeOf(commit)));
        const reads = await Promise.all(trees.map((tree) => valueOf(tree.read('a.yaml'))));
        expect(new Set(reads.map(text))).toEqual(new Set(['a: 1\n']));
        expect(server.count('fetch', repository.name)).toBeLessThanOrEqual(2);
      });

      it('forgets a repository', async () => {
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n' });
        await commitOf(commit);
        await git.forget('fleet');
        expect((await filesUnder(cacheDirectory)).filter((file) => file.includes('fleet'))).toEqual([]);
        expect((await commitOf(commit)).commit).toBeDefined();
      });
    });

    describe('mirroring history', () => {
      it('knows authors, subjects, times, parents and ancestry, and asks for no refs once it has a commit', async () => {
        const first = await repository.commit({ 'a.yaml': 'a: 1\n' }, 'first\n\nwith a body', { author: { name: 'Grace Ünal', email: 'grace@example.com' } });
        const second = await repository.commit({ 'a.yaml': 'a: 2\n' }, 'second');
        await repository.branch('side', first);
        const side = await repository.commit({ 'b.yaml': 'b: 1\n' }, 'side', { branch: 'side' });
        const wanted = [{ fullRef: 'refs/heads/main', commit: second }, { fullRef: 'refs/heads/side', commit: side }];
        const objects = await valueOf(git.mirror(remote, 'fleet', wanted, never));
        expect(await valueOf(objects.commit(first))).toEqual({
          id: first, treeId: expect.stringMatching(/^[0-9a-f]{40}$/), parents: [], author: { name: 'Grace Ünal', email: 'grace@example.com' },
          committedAt: new Date('2026-01-01T00:00:00.000Z'), subject: 'first',
        });
        expect((await valueOf(objects.commit(second))).parents).toEqual([first]);
        expect(await valueOf(objects.isAncestor(first, second))).toBe(true);
        expect(await valueOf(objects.isAncestor(second, second))).toBe(true);
        expect(await valueOf(objects.isAncestor(second, first))).toBe(false);
        expect(await valueOf(objects.isAncestor(side, second))).toBe(false);
        expect(await errorOf(objects.isAncestor('c'.repeat(40), second))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
        expect(await errorOf(objects.commit('c'.repeat(40)))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
        const before = server.accesses.length;
        await valueOf(git.mirror(remote, 'fleet', wanted, never));
        expect(server.accesses.length).toBe(before);
        if (git.capabilities.fetchUnadvertised) expect(server.count('ref-look-up', repository.name)).toBe(0);
      });

      it('keeps what a force push took away, and tells that history was rewritten', async () => {
        const base = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const old = await repository.commit({ 'a.yaml': 'a: 2\n' });
        await valueOf(git.mirror(remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: old }], never));
        await repository.branch('main', base);
        const replaced = await repository.commit({ 'a.yaml': 'a: 3\n' });
        await repository.forgetUnreachable();
        const objects = await valueOf(git.mirror(remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: replaced }], never));
        expect(await valueOf(objects.isAncestor(old, replaced))).toBe(false);
        expect(await valueOf(objects.isAncestor(base, replaced))).toBe(true);
        expect((await valueOf(objects.commit(old))).id).toBe(old);
        expect(await errorOf(git.mirror(remote, 'fleet', [{ fullRef: 'refs/heads/main', commit: 'd'.repeat(40) }], never))).toMatchObject({ code: 'COMMIT_UNREACHABLE' });
      });

      it('reads contents when they are asked for, many in one request, with what the server allows', async () => {
        const files = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`apps/f${i}.yaml`, `n: ${i}\n`]));
        const commit = await repository.commit(files);
        const objects = await valueOf(git.mirror(remote, 'fleet', [{ fullRef: 'refs/heads/main', commit }], never));
        const tree = await valueOf(objects.tree(commit));
        const before = server.count('fetch', repository.name);
        const read = await valueOf(tree.readMany(Object.keys(files)));
        expect(read.map(text)).toEqual(Object.values(files));
        expect(server.count('fetch', repository.name) - before).toBe(git.capabilities.partialClone ? 1 : 0);
        expect((await valueOf(tree.list('apps'))).length).toBe(30);

        const old = await anotherServer({ protocolV2: false });
        for (const options of [{ allowFilter: false, allowAnySha1: false }, { allowFilter: true, allowAnySha1: false }]) {
          const there = await aGitRepository(old, `old-${String(options.allowFilter)}`, options);
          const id = await there.commit(files);
          const readAll = async (): Promise<string> => {
            const mirrored = await valueOf(git.mirror({ url: there.url }, there.name, [{ fullRef: 'refs/heads/main', commit: id }], never));
            const contents = await (await valueOf(mirrored.tree(id))).readMany(Object.keys(files));
            return contents.ok ? contents.value.map(text).join('') : contents.error.code;
          };
          expect([Object.values(files).join(''), 'SOURCE_UNAVAILABLE']).toContain(await readAll());
          expect(await readAll()).toBe(Object.values(files).join(''));
        }
      });

      it('says that contents are unavailable, not absent, while the server is away', async () => {
        const commit = await repository.commit({ 'a.yaml': 'a: 1\n' });
        const tree = await valueOf((await valueOf(git.mirror(remote, 'fleet', [{ fullRef: 'refs/heads/main', commit }], never))).tree(commit));
        server.fail(8, { status: 503 });
        const read = await tree.read('a.yaml');
        server.clearFaults();
        if (git.capabilities.partialClone) expect(read).toMatchObject({ ok: false, error: { code: 'SOURCE_UNAVAILABLE', path: 'a.yaml' } });
        expect(text(await valueOf(tree.read('a.yaml')))).toBe('a: 1\n');
      });
    });

    describe('reading trees', () => {
      it('lists, reads and describes entries, and tells absent from refused', async () => {
        const commit = await repository.commit({ 'apps/web/deploy.yaml': 'kind: Deployment\n', 'run.sh': { executable: '#!/bin/sh\n' }, 'empty.yaml': '', 'ünï code.yaml': 'u: 1\n' });
        const tree = await treeOf(commit);
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
        const secret = join(cacheDirectory, 'sentinel');
        await writeFile(secret, 'outside');
        const commit = await repository.commit({
          'base/a.yaml': 'a: 1\n', 'apps/a.yaml': { symlink: '../base/a.yaml' }, 'apps/base': { symlink: '../base' }, 'apps/self': { symlink: '.' },
          'apps/out': { symlink: '../../etc/passwd' }, 'apps/absolute': { symlink: secret }, 'apps/there-and-back': { symlink: '../../apps/a.yaml' },
          'apps/loop': { symlink: 'loop' }, 'apps/dangling': { symlink: 'nowhere' }, 'apps/backslash': { symlink: '..\\..\\x' }, 'apps/git': { symlink: '../.git/config' },
        });
        const tree = await treeOf(commit);
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
        const commit = await repository.commit({ 'vendor/lib': { gitlink: 'e'.repeat(40) }, 'apps/a.yaml': 'a: 1\n' });
        const tree = await treeOf(commit);
        expect(await valueOf(tree.entry('vendor/lib'))).toMatchObject({ mode: 'gitlink', id: 'e'.repeat(40) });
        for (const path of ['vendor/lib', 'vendor/lib/x.yaml']) expect(await tree.read(path)).toMatchObject({ ok: false, error: { code: 'PATH_REFUSED', path: 'vendor/lib' } });
        expect(text(await valueOf(tree.read('apps/a.yaml')))).toBe('a: 1\n');
      });

      it('refuses hostile names where they are read, with a printable path, and ignores them elsewhere', async () => {
        const blob = await repository.blob('a: 1\n');
        const names: readonly (string | Uint8Array)[] = [
          '.git', '.GIT', '.g\u200cit', 'git~1', 'GIT~1', '.git.', '.git ', '.git::$INDEX_ALLOCATION', 'a.', 'a ', 'a\\b', 'a\rb', 'a\nb', 'a\u001bb', '..', '.', 'x/y', Buffer.from([0x61, 0xff, 0x62]),
        ];
        const entries = [];
        for (const [index, name] of names.entries()) {
          const id = await repository.rawTree([{ mode: '100644', name, id: blob }]);
          entries.push({ mode: '40000' as const, name: `h${String(index).padStart(2, '0')}`, id });
        }
        const good = await repository.rawTree([{ mode: '100644', name: 'a.yaml', id: blob }]);
        const folded = await repository.rawTree([{ mode: '100644', name: 'A.yaml', id: blob }, { mode: '100644', name: 'a.yaml', id: blob }]);
        const twice = await repository.rawTree([{ mode: '100644', name: 'a.yaml', id: blob }, { mode: '100644', name: 'a.yaml', id: blob }]);
        const root = await repository.rawTree([
          { mode: '100644', name: '.GIT', id: blob }, { mode: '40000', name: 'folded', id: folded }, { mode: '40000', name: 'good', id: good }, ...entries, { mode: '40000', name: 'twice', id: twice },
        ]);
        const commit = await repository.commitTree(root);
        const tree = await treeOf(commit);
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
        expect((await filesUnder(cacheDirectory)).filter((file) => file.endsWith('.yaml'))).toEqual([]);
      });
    });
  });
}

/** A certificate for localhost that is its own authority. */
async function selfSigned(): Promise<{ readonly key: string; readonly cert: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=localhost', keys, signingAlgorithm: algorithm, notBefore: new Date('2020-01-01'), notAfter: new Date('2099-01-01'),
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }]), new BasicConstraintsExtension(true)],
    },
    webcrypto,
  );
  const key = KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert: certificate.toString('pem') };
}

async function valueOf<T, E>(pending: Promise<Result<T, E>> | Result<T, E>): Promise<T> {
  const result = await pending;
  if (result.ok) return result.value;
  throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
}

async function errorOf<T, E>(pending: Promise<Result<T, E>>): Promise<E> {
  const result = await pending;
  if (!result.ok) return result.error;
  throw new Error('expected a failure, got a value');
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

async function filesUnder(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

async function overwrite(files: readonly string[], content: string): Promise<void> {
  for (const file of files) {
    await rm(file, { force: true });
    await writeFile(file, content);
  }
}

async function writeConfig(repository: GitRepositoryBuilder, key: string, value: string): Promise<void> {
  const file = join(repository.directory, 'config');
  const [section = '', name = ''] = key.split('.');
  await writeFile(file, `${await readFile(file, 'utf8')}\n[${section}]\n\t${name} = ${value}\n`);
}

/** Lets the server answer `answers` requests, then breaks all that follow. Tells whether a request was broken. */
function afterAnswers(server: GitServer, answers: number, fault: 'truncate' | 'close' | 'hang'): () => boolean {
  const before = server.accesses.length;
  server.fail(answers, 'answer');
  server.fail(8, fault);
  return () => server.accesses.slice(before).some((access) => access.answered === fault);
}
