import { aGitRepository, type GitRepositoryBuilder } from '#testing';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { filesUnder } from './disk-files.contract.js';
import { errorOf, text, valueOf } from './expect-result.contract.js';
import { never, type GitGround } from './git-ground.contract.js';

const CREDENTIALS = { username: 'fleet', password: 'canary/pass+word=7' };

/** What every adapter promises about credentials. */
export function credentialsContract(ground: GitGround): void {
  describe('keeping credentials', () => {
    let locked: GitRepositoryBuilder;
    let commit: string;
    const canaries = [CREDENTIALS.password, encodeURIComponent(CREDENTIALS.password), Buffer.from(`${CREDENTIALS.username}:${CREDENTIALS.password}`).toString('base64')];

    beforeEach(async () => {
      locked = await aGitRepository(ground.server, `locked-${ground.next()}`, { credentials: CREDENTIALS });
      commit = await locked.commit({ 'a.yaml': 'a: 1\n' });
    });

    it('sends them where they belong, and writes them nowhere', async () => {
      const mine = { url: locked.url, credentials: CREDENTIALS };
      expect((await valueOf(ground.git.lookUp(mine, ['main'], never))).get('main')?.commit).toBe(commit);
      const fetched = await valueOf(ground.git.fetchCommit(mine, 'locked', { commit, ref: 'main' }, never));
      expect(text(await valueOf((await valueOf(fetched.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
      const mirrored = await valueOf(ground.git.mirror(mine, 'locked', [{ fullRef: 'refs/heads/main', commit }], never));
      expect(text(await valueOf((await valueOf(mirrored.tree(commit))).read('a.yaml')))).toBe('a: 1\n');
      for (const file of await filesUnder(ground.cacheDirectory)) {
        const content = await readFile(file, 'latin1');
        for (const canary of canaries) expect(content.includes(canary)).toBe(false);
      }
    });

    it('fails at once with wrong ones or none, without repeating them', async () => {
      const wrong = { username: 'fleet', password: 'canary-wrong' };
      const before = ground.server.accesses.length;
      const failure = await errorOf(ground.git.lookUp({ url: locked.url, credentials: wrong }, ['main'], never));
      expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED', retryable: false });
      expect(ground.server.accesses.length - before).toBeLessThanOrEqual(2);
      expect(JSON.stringify(failure)).not.toContain('canary');
      expect(await errorOf(ground.git.lookUp({ url: locked.url }, ['main'], never))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
      expect(await errorOf(ground.git.fetchCommit({ url: locked.url }, 'locked', { commit, ref: 'main' }, never))).toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    });

    it('takes them out of what a server or a proxy echoes', async () => {
      const echo = canaries.join(' and ');
      for (const status of [400, 401, 403, 404, 429, 500]) {
        ground.server.fail(1, { status, headers: { 'content-type': 'text/plain' }, body: `you sent ${echo}` });
        const failure = await errorOf(ground.git.lookUp({ url: locked.url, credentials: CREDENTIALS }, ['main'], never));
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
          ground.server.fail(1, { status, headers: { location: `http://127.0.0.1:${port}/x.git/info/refs?service=git-upload-pack` } });
          expect(await errorOf(ground.git.lookUp({ url: locked.url, credentials: CREDENTIALS }, ['main'], never))).toMatchObject({ code: 'EGRESS_REFUSED' });
        }
        expect(heard.filter((header) => header !== undefined)).toEqual([]);
      } finally {
        thief.closeAllConnections();
        thief.close();
      }
    });
  });
}
