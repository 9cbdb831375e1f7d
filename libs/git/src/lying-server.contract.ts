import 'reflect-metadata';
import type { Result } from '#kernel';
import { aGitRepository, GitServer, seededRandom, type GitLie, type GitRepositoryBuilder } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractAdapterOptions } from './contract/git-ground.contract.js';
import type { GitPort } from './git-port.js';

jest.setTimeout(120_000);

const SEED = 4_2026;
const POINTS = 4;
/** How long a server may be silent: where one that hangs is waited out; and where none does, so that a busy machine is not taken for one. */
const HANG_MS = 600;
const BUSY_MS = 20_000;
/** Of a caller whom a server keeps waiting in the middle of an answer. */
const PATIENCE_MS = 800;
const FILES = { 'app/a.yaml': 'a: 1\n', 'app/deep/b.yaml': 'b: 2\n', 'big.yaml': Buffer.alloc(60_000, 'x0y1z2').toString('base64') };
const never = new AbortController().signal;

/** What every adapter of GitPort promises about a server that lies: the truth or a failure, never a part; and the truth again as soon as the server tells it. */
export function lyingServerContract(name: string, make: (options: ContractAdapterOptions) => GitPort): void {
  describe(`${name}, before a server that lies,`, () => {
    let server: GitServer;
    let repository: GitRepositoryBuilder;
    let commit: string;
    let cacheDirectory: string;
    let git: GitPort;

    beforeAll(async () => {
      server = await GitServer.start();
      repository = await aGitRepository(server, 'fleet');
      commit = await repository.commit(FILES);
      await repository.branch('other', commit);
    });
    afterAll(() => server.dispose());
    beforeEach(async () => {
      cacheDirectory = await mkdtemp(join(tmpdir(), 'capstan-git-lies-'));
    });
    afterEach(async () => {
      server.clearFaults();
      await git.close();
      await rm(cacheDirectory, { recursive: true, force: true });
    });

    /** Lets some requests pass, then lies to all that follow. */
    function lie(answered: number, told: GitLie): void {
      server.fail(answered, 'answer');
      server.fail(50, told);
    }

    function liesTold(): number {
      return server.accesses.filter(({ answered }) => answered === 'lie').length;
    }

    async function contentOf(key: string, signal = never): Promise<Readonly<Record<string, string>> | { readonly failed: string }> {
      const objects = await git.fetchCommit({ url: repository.url }, key, { commit, ref: 'main' }, signal);
      if (!objects.ok) return { failed: objects.error.code };
      const tree = await objects.value.tree(commit, signal);
      if (!tree.ok) return { failed: 'tree' };
      const content: Record<string, string> = {};
      for (const path of Object.keys(FILES)) {
        const read = await tree.value.read(path);
        if (!read.ok) return { failed: read.error.code };
        content[path] = Buffer.from(read.value).toString();
      }
      return content;
    }

    it.each(['close', 'hang', 'end'] as const)('finds all refs or says that it cannot, wherever the answer is cut off and the connection is left to %s', async (then) => {
      git = make({ cacheDirectory, silenceMs: then === 'hang' ? HANG_MS : BUSY_MS });
      const random = seededRandom(SEED);
      const before = liesTold();
      for (let point = 0; point < POINTS; point++) {
        const cutAt = point === 0 ? 0 : random.next();
        for (const answered of [0, 1]) {
          lie(answered, { cutAt, then });
          const found = await git.lookUp({ url: repository.url }, ['main', 'other', 'absent'], AbortSignal.timeout(10_000));
          server.clearFaults();
          if (found.ok) expect([cutAt, found.value.get('main')?.commit, found.value.get('other')?.commit, found.value.get('absent')]).toEqual([cutAt, commit, commit, undefined]);
          else expect(['REPOSITORY_UNREACHABLE', 'GIT_PROTOCOL_ERROR', 'GIT_TIMED_OUT']).toContain(found.error.code);
        }
      }
      expect(liesTold() - before).toBeGreaterThanOrEqual(POINTS);
      expect(valueOf(await git.lookUp({ url: repository.url }, ['main'], never)).get('main')?.commit).toBe(commit);
    });

    it.each<[string, (at: number) => GitLie]>([
      ['is cut off and the connection breaks', (cutAt) => ({ cutAt, then: 'close' })],
      ['is cut off and ends in order', (cutAt) => ({ cutAt, then: 'end' })],
      ['is cut off and nothing more comes', (cutAt) => ({ cutAt, then: 'hang' })],
      ['has one wrong byte', (garbledAt) => ({ garbledAt })],
    ])('reads a commit whole or not at all where the answer %s, and whole as soon as it is told', async (_, lieAt) => {
      git = make({ cacheDirectory, silenceMs: BUSY_MS });
      const random = seededRandom(SEED);
      const before = liesTold();
      for (let point = 0; point < POINTS; point++) {
        const at = random.next();
        const key = `lies-${point}`;
        const told = lieAt(at);
        lie(point % 3, told);
        const isHanging = 'then' in told && told.then === 'hang';
        const content = await contentOf(key, isHanging ? AbortSignal.timeout(PATIENCE_MS) : never);
        server.clearFaults();
        if ('failed' in content) expect([at, content.failed]).not.toEqual([at, expect.stringMatching(/NOT_FOUND|ABSENT|EMPTY/)]);
        else expect([at, content]).toEqual([at, FILES]);
        expect([at, await contentOf(key)]).toEqual([at, FILES]);
      }
      expect(liesTold() - before).toBeGreaterThanOrEqual(POINTS / 2);
    });
  });
}

function valueOf<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`expected a value, got ${JSON.stringify(result.error)}`);
  return result.value;
}
