import { aGitRepository } from '#testing';
import { describe, expect, it } from '@jest/globals';
import type { GitFailure } from '../git-failure.js';
import { afterAnswers } from './after-answers.contract.js';
import { errorOf, text, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';
import { selfSigned } from './self-signed.contract.js';

/** What every adapter promises about failures: each by its name, none as absence. */
export function failuresContract(ground: GitGround): void {
  describe('telling failures apart, none of them as absence', () => {
    it.each<[string, () => Promise<void>, GitFailure['code']]>([
      ['an unknown repository', async () => void (ground.remote = { url: ground.server.url('nowhere') }), 'REPOSITORY_NOT_FOUND'],
      ['a 500', async () => ground.server.fail(1, { status: 500 }), 'REPOSITORY_UNREACHABLE'],
      ['a 503', async () => ground.server.fail(1, { status: 503 }), 'REPOSITORY_UNREACHABLE'],
      ['a 401', async () => ground.server.fail(1, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }), 'AUTHENTICATION_FAILED'],
      ['a 403', async () => ground.server.fail(1, { status: 403 }), 'AUTHENTICATION_FAILED'],
      ['a 404', async () => ground.server.fail(1, { status: 404 }), 'REPOSITORY_NOT_FOUND'],
      ['a 429', async () => ground.server.fail(1, { status: 429, headers: { 'retry-after': '7' } }), 'RATE_LIMITED'],
      ['a page of HTML', async () => ground.server.fail(8, { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>sign in</html>' }), 'GIT_PROTOCOL_ERROR'],
      ['a redirect', async () => ground.server.fail(1, { status: 302, headers: { location: '/elsewhere.git/info/refs?service=git-upload-pack' } }), 'EGRESS_REFUSED'],
      ['a name that does not resolve', async () => void (ground.remote = { url: 'http://git.invalid/fleet.git' }), 'REPOSITORY_UNREACHABLE'],
      ['a port where nobody listens', async () => void (ground.remote = { url: 'http://127.0.0.1:1/fleet.git' }), 'REPOSITORY_UNREACHABLE'],
    ])('%s', async (_name, arrange, code) => {
      await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      await arrange();
      const failure = await errorOf(ground.git.lookUp(ground.remote, ['main'], never));
      expect(failure).toMatchObject({ code, url: ground.remote.url });
    });

    it.each<[string, Readonly<Record<string, string>>, number | undefined]>([
      ['seconds', { 'retry-after': '7' }, 7_000],
      ['a date, by the clock of the server', { date: 'Thu, 26 Nov 2020 10:00:00 GMT', 'retry-after': 'Thu, 26 Nov 2020 10:02:00 GMT' }, 120_000],
      ['a date that is past', { date: 'Thu, 26 Nov 2020 10:00:00 GMT', 'retry-after': 'Thu, 26 Nov 2020 09:00:00 GMT' }, undefined],
      ['nonsense', { 'retry-after': 'soon' }, undefined],
    ])('hears how long the server asks to wait: %s', async (_name, headers, retryAfterMs) => {
      for (const [status, code] of [[429, 'RATE_LIMITED'], [503, 'REPOSITORY_UNREACHABLE']] as const) {
        ground.server.fail(1, { status, headers });
        const failure = await errorOf(ground.git.lookUp(ground.remote, ['main'], never));
        expect([failure.code, failure.retryAfterMs]).toEqual([code, retryAfterMs]);
      }
    });

    it.each(['close', 'truncate'] as const)('a connection that ends early (%s) is never read as a shorter list', async (fault) => {
      await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      for (const answers of [0, 1]) {
        const isHit = afterAnswers(ground.server, answers, fault);
        const failure = await errorOf(ground.git.lookUp(ground.remote, ['main'], never));
        expect([isHit(), ['REPOSITORY_UNREACHABLE', 'GIT_PROTOCOL_ERROR'].includes(failure.code)]).toEqual([true, true]);
        ground.server.clearFaults();
      }
    });

    it('a server that is down, and back again', async () => {
      const other = await ground.anotherServer({});
      const there = await aGitRepository(other, 'fleet');
      const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
      await other.stop();
      expect(await errorOf(ground.git.lookUp({ url: there.url }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE', retryable: true });
      await other.start();
      expect((await valueOf(ground.git.lookUp({ url: there.url }, ['main'], never))).get('main')?.commit).toBe(commit);
    });

    // Found by fault schedule 1004: a look-up into a blackhole held its repository for the whole deadline.
    it('a server that falls silent, long before the deadline', async () => {
      const short = ground.adapter({ silenceMs: 1_000, lookUpTimeoutMs: 60_000, fetchTimeoutMs: 60_000 });
      const commit = await ground.repository.commit({ 'a.yaml': 'a: 1\n' });
      ground.server.fail(1, 'hang');
      expect(await errorOf(short.lookUp(ground.remote, ['main'], never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
      ground.server.fail(1, 'answer');
      ground.server.fail(1, 'hang');
      expect(await errorOf(short.fetchCommit(ground.remote, 'silent', { commit, ref: 'main' }, never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
    });

    it('a server that hangs, by its own deadline and by the caller', async () => {
      ground.server.fail(3, 'hang');
      expect(await errorOf(ground.adapter({ lookUpTimeoutMs: 300 }).lookUp(ground.remote, ['main'], never))).toMatchObject({ code: 'GIT_TIMED_OUT', retryable: true });
      expect(await errorOf(ground.git.lookUp(ground.remote, ['main'], AbortSignal.timeout(300)))).toMatchObject({ code: 'GIT_TIMED_OUT' });
      const controller = new AbortController();
      const pending = errorOf(ground.git.lookUp(ground.remote, ['main'], controller.signal));
      controller.abort();
      expect(await pending).toMatchObject({ code: 'GIT_ABORTED' });
    });

    it('a certificate that is not trusted, until its authority is given', async () => {
      const tls = await selfSigned();
      const secure = await ground.anotherServer({ tls });
      const there = await aGitRepository(secure, 'fleet');
      const commit = await there.commit({ 'a.yaml': 'a: 1\n' });
      expect(await errorOf(ground.git.lookUp({ url: there.url }, ['main'], never))).toMatchObject({ code: 'REPOSITORY_UNREACHABLE' });
      const trusted = { url: there.url, caPem: tls.cert };
      expect((await valueOf(ground.git.lookUp(trusted, ['main'], never))).get('main')?.commit).toBe(commit);
      const objects = await valueOf(ground.git.fetchCommit(trusted, 'secure', { commit, ref: 'main' }, never));
      expect(text(await valueOf((await valueOf(objects.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
    });

    it.each([
      ['file:///etc/passwd'], ['ext::sh -c touch% /tmp/x'], ['git://localhost/x.git'], ['ssh://-oProxyCommand=touch@localhost/x.git'], ['ssh://git:canary@localhost/x.git'], ['--upload-pack=touch /tmp/x'], ['http://user:canary@localhost/x.git'],
    ])('%s is refused before any connection', async (url) => {
      const failure = await errorOf(ground.git.lookUp({ url }, ['main'], never));
      expect(failure).toMatchObject({ code: 'EGRESS_REFUSED', retryable: false });
      expect(JSON.stringify(failure)).not.toContain('canary');
      expect(await errorOf(ground.git.fetchCommit({ url }, 'fleet', { commit: 'a'.repeat(40), ref: 'main' }, never))).toMatchObject({ code: 'EGRESS_REFUSED' });
    });
  });
}
