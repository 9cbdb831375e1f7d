import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ApplicationId, RepositoryId } from '#domain';
import { aClock, aGitRepository, type GitFault, type GitRepositoryBuilder } from '#testing';
import type { SourceWatcher } from '../../src/features/sources/source-watcher.js';
import { SourceWorld } from './source-world.js';

jest.setTimeout(120_000);

const REPOSITORIES = 8;
const AT_ONCE = 4;
const INTERVAL_MS = 60_000;
const content = (version: number): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { version: "${version}" }\n`;

interface Followed {
  readonly git: GitRepositoryBuilder;
  readonly id: RepositoryId;
  readonly application: ApplicationId;
}

describe('a Git host with eight repositories', () => {
  const clock = aClock();
  let world: SourceWorld;
  let watcher: SourceWatcher;
  let followed: readonly Followed[];
  let count = 0;

  beforeAll(async () => void (world = await SourceWorld.start('system')));
  afterAll(() => world.close());
  beforeEach(async () => {
    watcher = await world.watcher({ monotonic: clock, settings: { maxConcurrent: AT_ONCE } });
    followed = await Promise.all(Array.from({ length: REPOSITORIES }, () => follow(`storm-${(count += 1)}`)));
    await watcher.pass();
    for (const { application } of followed) expect(await world.application(application)).toMatchObject({ reason: null, releases: 1 });
  });
  afterEach(async () => {
    world.git.clearFaults();
    await watcher.stop();
    await world.database.pool.query(`UPDATE repositories SET deleted_at = now(), name = name || '~'`); // each test looks at its own
  });

  async function follow(name: string, url?: string): Promise<Followed> {
    const git = await aGitRepository(world.git, name);
    await git.commit({ 'app/a.yaml': content(1) });
    const id = await world.addRepository(url ?? git.url);
    return { git, id, application: await world.addApplication(id, 'app') };
  }

  /** Everything is due, and is looked at; what the server was asked meanwhile. */
  async function round(): Promise<number> {
    const before = world.git.accesses.length;
    await world.letTimePass();
    await watcher.pass();
    return world.git.accesses.length - before;
  }

  it.each<[string, GitFault, string, number]>([
    ['a storm of 429', { status: 429, headers: { 'retry-after': '30' } }, 'REPOSITORY_RATE_LIMITED', 30_000],
    ['a storm of 503', { status: 503 }, 'REPOSITORY_UNREACHABLE', 5_000],
    ['connections that break', 'close', 'REPOSITORY_UNREACHABLE', 5_000],
  ])('is left alone in %s, asked by one, and followed again within two intervals', async (_, fault, reason, pauseMs) => {
    world.git.fail(1_000, fault);
    const answersOfFailure = await round();
    expect(answersOfFailure).toBeLessThanOrEqual(AT_ONCE);
    for (const { id, application } of followed) {
      expect(await world.repository(id)).toMatchObject({ reason, claim: null });
      expect((await world.repository(id)).due_in_ms).toBeLessThanOrEqual(2 * INTERVAL_MS);
      expect(await world.application(application)).toMatchObject({ reason, releases: 1 });
    }
    const waiting = (await Promise.all(followed.map(({ id }) => world.repository(id)))).filter(({ message }) => message?.includes('has failed for several repositories in a row') === true);
    expect(waiting).toHaveLength(REPOSITORIES - AT_ONCE);

    expect(await round()).toBe(0);
    clock.advance(pauseMs - 1);
    expect(await round()).toBe(0);
    clock.advance(1);
    expect(await round()).toBe(1);

    const second = await Promise.all(followed.map(({ git }) => git.commit({ 'app/a.yaml': content(2) })));
    world.git.clearFaults();
    clock.advance(INTERVAL_MS);
    await round();
    await round();
    for (const [index, { id, application }] of followed.entries()) {
      expect(await world.repository(id)).toMatchObject({ reason: null, message: null, failures: 0 });
      expect(await world.application(application)).toMatchObject({ reason: null, releases: 2, evaluated_commit: second[index] });
    }
  });

  it('is asked for the good ones as ever while many are missing or refuse their credentials', async () => {
    for (let i = 0; i < 4; i++) {
      await world.addRepository(world.git.url(`missing-${i}`));
      const locked = await aGitRepository(world.git, `locked-${(count += 1)}`, { credentials: { username: 'reader', password: 'right' } });
      await world.addRepository(locked.url, { username: 'reader', password: 'wrong' });
    }
    for (let i = 0; i < 3; i++) {
      const commits = await Promise.all(followed.map(({ git }) => git.commit({ 'app/a.yaml': content(2 + i) })));
      await round();
      for (const [index, { application }] of followed.entries()) expect(await world.application(application)).toMatchObject({ reason: null, evaluated_commit: commits[index] });
    }
  });
});
