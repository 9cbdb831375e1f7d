import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ApplicationId, RepositoryId } from '#domain';
import { aGitRepository, type GitRepositoryBuilder } from '#testing';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceWatcher } from '../../src/features/sources/source-watcher.js';
import { SourceWorld, type GitAdapter } from './source-world.js';

jest.setTimeout(120_000);

const values = (version: number): Record<string, string> => ({ 'app/cm.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { version: '${version}' }\n` });

describe.each<GitAdapter>(['system', 'isomorphic'])('a rewritten history, with %s git', (adapter) => {
  let world: SourceWorld;
  let git: GitRepositoryBuilder;
  let repository: RepositoryId;
  let watcher: SourceWatcher;
  let application: ApplicationId;
  let [first, second] = ['', ''];
  let count = 0;

  beforeAll(async () => void (world = await SourceWorld.start(adapter)));
  afterAll(() => world.close());
  beforeEach(async () => {
    watcher = await world.watcher();
    count += 1;
    git = await aGitRepository(world.git, `history-${count}`);
    repository = await world.addRepository(git.url);
    first = await git.commit(values(1));
    second = await git.commit(values(2));
    await git.branch('keep', second); // else a force push takes it from the server
  });
  afterEach(async () => {
    world.git.clearFaults();
    await watcher.stop();
    await world.database.pool.query(`UPDATE repositories SET deleted_at = now(), name = name || '~'`);
  });

  const follow = async (ref = 'main'): Promise<ApplicationId> => {
    application = await world.addApplication(repository, 'app', ref);
    await watcher.pass();
    expect(await world.releasedCommits(application)).toEqual([second]);
    return application;
  };
  const look = async (by = watcher): Promise<void> => {
    await world.letTimePass();
    await by.pass();
  };
  /** Another commit on top of `parent`, or on top of nothing, kept by a branch of its own. */
  const sibling = async (parent: string | undefined, version: number): Promise<string> => {
    if (parent !== undefined) await git.branch(`side-${version}`, parent);
    return git.commit(values(version), 'other', { branch: `side-${version}` });
  };
  const expectHeld = async (kind: string, held: string | null, ref = 'main'): Promise<void> => {
    expect(await world.line(repository, ref)).toMatchObject({ good: second, rewrite: kind, held, reason: 'HISTORY_REWRITTEN' });
    const { message, reason, releases } = await world.application(application);
    expect({ reason, releases }).toEqual({ reason: 'HISTORY_REWRITTEN', releases: 1 });
    expect(message).toContain(second);
    if (held !== null) expect(message).toContain(held);
  };
  const expectInOrder = async (at: string, ref = 'main'): Promise<void> => {
    expect(await world.line(repository, ref)).toMatchObject({ good: at, rewrite: null, held: null, approved: null, reason: null, message: null });
    expect(await world.application(application)).toMatchObject({ reason: null, message: null, evaluated_commit: at });
  };

  it('is held within one look after a force push, also for applications that come then, and heals when the branch comes back', async () => {
    await follow();
    await git.forcePush('main', first);
    await look();
    await expectHeld('DIVERGED', first);
    const late = await world.addApplication(repository, 'app');
    const fetches = world.git.count('fetch', git.name);
    await look();
    expect(world.git.count('fetch', git.name)).toBe(fetches);
    expect(await world.application(late)).toMatchObject({ reason: 'HISTORY_REWRITTEN', releases: 0 });
    await git.forcePush('main', second);
    const third = await git.commit(values(3));
    await look();
    await expectInOrder(third);
    expect(await world.releasedCommits(application)).toEqual([second, third]);
    expect(await world.releasedCommits(late)).toEqual([third]);
  });

  it('goes on after exactly this move was approved, by another hub process too, and then as ever', async () => {
    await follow();
    const other = await sibling(undefined, 7);
    await git.forcePush('main', other);
    await look();
    await expectHeld('DIVERGED', other);
    expect(await world.approve(repository, 'main', first)).toBe('COMMIT_MISMATCH');
    expect(await world.approve(repository, 'main', other, first)).toBe('COMMIT_MISMATCH');
    expect(await world.approve(repository, 'next', other)).toBe('REF_NOT_FOUND');
    await look();
    await expectHeld('DIVERGED', other);
    expect(await world.approve(repository, 'main', other, second)).toBe('APPROVED');
    expect(await world.approve(repository, 'main', other, second)).toBe('APPROVED');
    await watcher.stop();
    const restarted = await world.watcher();
    await look(restarted);
    await expectInOrder(other);
    expect(await world.approve(repository, 'main', other)).toBe('NOTHING_TO_APPROVE');
    const next = await git.commit(values(8));
    await look(restarted);
    await restarted.stop();
    await expectInOrder(next);
    expect(await world.releasedCommits(application)).toEqual([second, other, next]);
    const { rows } = await world.database.pool.query<{ count: number }>(`SELECT count(*)::int AS count FROM audit_log WHERE action = 'approveHistoryRewrite' AND object_id = $1`, [repository]);
    expect(rows).toEqual([{ count: 2 }]);
  });

  it('is approved once: a branch that goes there again is held again', async () => {
    await follow();
    const other = await sibling(first, 7);
    for (const round of [1, 2]) {
      await git.forcePush('main', other);
      await look();
      await expectHeld('DIVERGED', other);
      if (round === 2) break;
      expect(await world.approve(repository, 'main', other)).toBe('APPROVED');
      await git.forcePush('main', second); // it is put back before anybody looks
      await look();
      await expectInOrder(second);
    }
  });

  it('is not approved by the approval of another commit', async () => {
    await follow();
    const [one, two] = [await sibling(first, 7), await sibling(first, 8)];
    await git.forcePush('main', one);
    await look();
    expect(await world.approve(repository, 'main', one)).toBe('APPROVED');
    await git.forcePush('main', two);
    await look();
    await expectHeld('DIVERGED', two);
    expect(await world.releasedCommits(application)).toEqual([second]);
  });

  it('is a branch that is gone, and one that is made again elsewhere', async () => {
    await git.branch('live', second);
    await follow('live');
    await git.deleteRef('refs/heads/live');
    await look();
    await expectHeld('DELETED', null, 'live');
    expect(await world.approve(repository, 'live', second)).toBe('NOTHING_TO_APPROVE');
    world.git.fail(4, { status: 503 });
    await look();
    await expectHeld('DELETED', null, 'live');
    world.git.clearFaults();
    const other = await sibling(undefined, 7);
    await git.branch('live', other);
    await look();
    await expectHeld('DIVERGED', other, 'live');
    await git.branch('live', second);
    await look();
    await expectInOrder(second, 'live');
  });

  it('is a tag that moved, even forward, or is gone, or whose name a branch takes', async () => {
    await git.tag('v1', second, 'annotated');
    await follow('v1');
    const third = await git.commit(values(3));
    await git.tag('v1', third);
    await look();
    await expectHeld('TAG_MOVED', third, 'v1');
    await git.deleteRef('refs/tags/v1');
    await look();
    await expectHeld('DELETED', null, 'v1');
    await git.tag('v1', second);
    await look();
    await expectInOrder(second, 'v1');
    await git.branch('v1', second);
    await look();
    await expectHeld('RENAMED', second, 'v1');
    await git.branch('v1', third);
    await look();
    await expectHeld('RENAMED', third, 'v1');
    expect(await world.approve(repository, 'v1', third)).toBe('APPROVED');
    await look();
    await expectInOrder(third, 'v1');
    expect(await world.releasedCommits(application)).toEqual([second, third]);
  });

  it('is judged without the copy of the old commit, when nobody has it any more', async () => {
    await follow();
    await git.deleteRef('refs/heads/keep');
    await git.forcePush('main', first);
    const fresh = await world.watcher();
    await look(fresh);
    await fresh.stop();
    await expectHeld('DIVERGED', first);
  });

  it('is not seen in a history that is cut off, nor is that history followed: it cannot be judged', async () => {
    await follow();
    await git.commit(values(3));
    const fourth = await git.commit(values(4));
    await writeFile(join(git.directory, 'shallow'), `${fourth}\n`);
    await git.deleteRef('refs/heads/keep');
    for (const by of [watcher, await world.watcher()]) {
      await look(by);
      expect(await world.line(repository)).toMatchObject({ good: second, rewrite: null });
      expect((await world.application(application)).reason).not.toBe('HISTORY_REWRITTEN');
      expect(await world.releasedCommits(application)).toEqual([second]);
      await by.stop();
    }
    await rm(join(git.directory, 'shallow'));
    const restarted = await world.watcher();
    await look(restarted);
    await restarted.stop();
    await expectInOrder(fourth);
  });

  it('counts from before the line was noted, and from before a detour to another ref', async () => {
    await follow();
    await world.database.pool.query('UPDATE repository_refs SET good_full_ref = NULL, good_commit = NULL WHERE repository_id = $1', [repository]);
    await git.forcePush('main', first);
    await look();
    await expectHeld('DIVERGED', first);
    await world.follow(application, 'not-there');
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'REF_NOT_FOUND', releases: 1 });
    await world.follow(application, 'main');
    await look();
    await expectHeld('DIVERGED', first);
  });
});
