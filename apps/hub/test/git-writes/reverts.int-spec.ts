import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RetryGitWrite } from '../../src/features/git-writes/retry-git-write.js';
import { AuditTrail } from '../../src/platform/audit/index.js';
import { value } from '../planning/planning-ground.js';
import { writeGround, WRITER } from './write-ground.js';

jest.setTimeout(120_000);

const ALL = ['c1', 'c2'];
const GOOD = { 'apps/web/cm.yaml': 'a: 1\n', 'apps/web/kustomization.yaml': 'resources: [cm.yaml, ../../base]\n', 'base/kustomization.yaml': 'resources: [b.yaml]\n', 'base/b.yaml': 'b: 1\n', 'other.yaml': 'o: 1\n' };
const BAD = { 'apps/web/cm.yaml': 'a: 2\n', 'base/b.yaml': 'b: 2\n', 'other.yaml': 'o: 2\n' };

describe('a rollback that Git follows', () => {
  let ground: Awaited<ReturnType<typeof writeGround>>;
  let good: string;
  let bad: string;

  beforeEach(async () => {
    ground = await writeGround();
    await ground.mayWrite(WRITER);
    await ground.fleet(...ALL);
    await ground.application({ kind: 'ALL_AT_ONCE' });
    good = await ground.pushes(GOOD);
    await ground.answers(ALL);
    bad = await ground.pushes(BAD);
    await ground.answers(ALL);
  }, 60_000);
  afterEach(() => ground?.close());

  const released = (): Promise<{ readonly number: number; readonly source_digest: string }[]> => ground.rows(`SELECT number, source_digest FROM releases ORDER BY number`);

  const pushes = (): number => ground.server.accesses.filter(({ method, path }) => method === 'POST' && path.endsWith('/git-receive-pack')).length;

  async function refuses(words: string): Promise<void> {
    const hooks = join(ground.repository.directory, 'hooks');
    await mkdir(hooks, { recursive: true });
    await writeFile(join(hooks, 'pre-receive'), words === '' ? '#!/bin/sh\n' : `#!/bin/sh\necho '${words}' >&2\nexit 1\n`);
    await chmod(join(hooks, 'pre-receive'), 0o755);
  }

  it('puts back what the release was made from, bases too, and leaves the rest of the branch alone', async () => {
    const later = await ground.repository.commit({ 'other.yaml': 'o: 3\n', 'apps/web/late.yaml': 'l: 1\n' });
    value(await ground.goesBack());
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    expect(await ground.owed()).toMatchObject([{ kind: 'REVERT', state: 'PENDING', attempts: 0 }]);
    expect(await ground.repository.head()).toBe(later);

    const [row] = await ground.writes();
    expect(row).toMatchObject({ state: 'DONE', reason: null, commit: await ground.repository.head(), attempts: 1 });
    expect(await ground.git('rev-parse', 'main^')).toBe(later);
    expect(await ground.git('diff', '--name-status', good, 'main')).toBe('M\tother.yaml');
    expect(await ground.git('show', 'main:other.yaml')).toBe('o: 3');
    const [rollout] = await ground.rows<{ readonly id: string }>(`SELECT g.id FROM git_writes g JOIN rollouts o ON o.id = g.rollout_id WHERE o.cause = 'ROLLBACK'`);
    expect(await ground.git('log', '-1', '--format=%an %ae%n%B', 'main')).toBe(
      `Capstan capstan@example.com\nRoll back web to release 1\n\nThe files of the application default/web are again what they were at\n${good}, which is release 1. Release 2 (${bad}) is left.\n\n` +
      `Asked by admin: checkout fails Capstan-Rollback: forged\n\nCapstan-Rollback: ${rollout?.id ?? ''}`,
    );
    expect(await ground.rows(`SELECT actor_id, outcome FROM audit_log WHERE action = 'git-writer.revert'`)).toEqual([{ actor_id: 'git-writer', outcome: 'SUCCEEDED' }]);
    expect(await ground.rows(`SELECT kind FROM outbox WHERE kind LIKE 'gitWrite.%'`)).toEqual([{ kind: 'gitWrite.done' }]);
  });

  it('is seen as a release of the older content, over which the hold stands; lifted, targets get what they run, and no further commit comes of it', async () => {
    value(await ground.goesBack());
    await ground.writes();
    await ground.answers(ALL);
    expect((await ground.rows<{ readonly hinted_at: Date | null }>('SELECT hinted_at FROM repositories'))[0]?.hinted_at).not.toBeNull();
    await ground.sees();
    const [first, , third] = await released();
    expect(third).toEqual({ number: 3, source_digest: first?.source_digest });
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    expect(await ground.states()).toEqual({ c1: 'SKIPPED HELD', c2: 'SKIPPED HELD' });
    value(await ground.liftHold());
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3 });
    await ground.answers(ALL);
    await ground.sees();
    expect([await released(), await ground.writes(), await ground.git('rev-list', '--count', 'main')]).toMatchObject([{ length: 3 }, { length: 1 }, '3']);
  });

  it('comes on a branch of its own for a pull request', async () => {
    value(await ground.goesBack({}, 'BRANCH'));
    const [row] = await ground.writes();
    expect(row).toMatchObject({ state: 'DONE', new_branch: expect.stringMatching(/^capstan\/rollback-web-[0-9a-f]{12}$/) });
    expect(await ground.repository.head()).toBe(bad);
    expect(await ground.git('diff', '--name-only', good, row?.new_branch ?? '')).toBe('other.yaml');
  });

  it('killed between the push and its record, it finds its commit and writes no second', async () => {
    value(await ground.goesBack());
    const { promise: pushed, resolve } = Promise.withResolvers<void>();
    const dies = ground.writer({ hit: (name) => (name === 'git-writes.after-push' ? new Promise<void>(() => resolve()) : undefined) });
    expect(await dies.takeDue()).toBe(1);
    await pushed;
    const commit = await ground.repository.head();
    expect(await ground.writes()).toMatchObject([{ state: 'PENDING', attempts: 1 }]);
    await ground.rows(`UPDATE git_writes SET claimed_until = now()`);
    expect(await ground.writes()).toMatchObject([{ state: 'DONE', commit, attempts: 2 }]);
    expect(await ground.git('rev-list', '--count', 'main')).toBe('3');
  });

  it.each([
    ['git-writes.after-build', 'one that had nothing to commit', 3],
    ['git-writes.before-push', 'one that was pushed', 1],
  ])('frozen at %s for longer than its claim, it does not put an older wish over %s', async (failpoint, _later, release) => {
    await ground.pushes({ 'apps/web/cm.yaml': 'a: 3\n' });
    await ground.answers(ALL);
    const [frozen, thawed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const older = ground.writer({ hit: (name) => (name === failpoint ? (frozen.resolve(), thawed.promise) : undefined) });
    value(await ground.goesBack());
    expect(await older.takeDue()).toBe(1);
    await frozen.promise;
    await ground.answers(ALL);
    await ground.rows(`UPDATE git_writes SET claimed_until = now()`);
    value(await ground.goesBack({ release }));
    const [, later] = await ground.writes();
    const [head, sent] = [await ground.repository.head(), pushes()];
    thawed.resolve();
    await older.pass();
    expect([await ground.owed(), await ground.repository.head(), pushes() - sent]).toMatchObject([[{ state: 'FAILED', reason: 'SUPERSEDED', commit: null }, { ...later, state: 'DONE' }], head, 0]);
  });

  it('stands although a protected branch refuses the commit; it says so, and is tried again when a person asks', async () => {
    await refuses('main is protected');
    value(await ground.goesBack());
    expect(await ground.writes()).toMatchObject([{ state: 'FAILED', reason: 'PUSH_REFUSED', message: expect.stringContaining('main is protected') }]);
    await ground.answers(ALL);
    expect([await ground.assigned(), await ground.repository.head()]).toEqual([{ c1: 1, c2: 1 }, bad]);
    const [row] = await ground.rows<{ readonly id: string }>('SELECT id FROM git_writes');
    const retry = new RetryGitWrite(ground.tx, new AuditTrail(ground.tx, ground.ids));
    await refuses('');
    value(await retry.execute(ground.viewer, row?.id));
    expect(await ground.writes()).toMatchObject([{ state: 'DONE', attempts: 1 }]);
    expect(await retry.execute(ground.viewer, row?.id)).toEqual({ ok: false, error: { code: 'NOTHING_TO_RETRY', state: 'DONE' } });
  });

  it('needs no Git server to happen, and writes once there is one again', async () => {
    await ground.server.stop();
    value(await ground.goesBack());
    await ground.answers(ALL);
    expect(await ground.assigned()).toEqual({ c1: 1, c2: 1 });
    expect(await ground.writes()).toMatchObject([{ state: 'PENDING', reason: 'REPOSITORY_UNREACHABLE', attempts: 1 }]);
    expect((await ground.rows<{ readonly waits: boolean }>('SELECT next_at > now() AS waits FROM git_writes'))[0]?.waits).toBe(true);
    await ground.server.start();
    expect(await ground.writes()).toMatchObject([{ state: 'DONE', reason: null, attempts: 2 }]);
  });

  it('gives way to a later one of the application: the last wish is what the branch holds', async () => {
    await ground.server.stop();
    value(await ground.goesBack());
    await ground.answers(ALL);
    value(await ground.goesBack({ release: 2 }));
    await ground.server.start();
    expect(await ground.writes()).toMatchObject([{ state: 'FAILED', reason: 'SUPERSEDED' }, { state: 'DONE', commit: null, message: expect.stringContaining('nothing to commit') }]);
    expect(await ground.repository.head()).toBe(bad);
  });

  it('does not go on with credentials that were taken away or are wrong', async () => {
    value(await ground.goesBack());
    await ground.mayWrite(undefined);
    expect(await ground.writes()).toMatchObject([{ state: 'FAILED', reason: 'WRITE_CREDENTIALS_MISSING' }]);
    await ground.mayWrite({ ...WRITER, password: 'canary-wrong' });
    await ground.answers(ALL);
    value(await ground.goesBack({ release: 1 }));
    const rows = await ground.writes();
    expect(rows).toMatchObject([{}, { state: 'FAILED', reason: 'AUTHENTICATION_FAILED' }]);
    expect(JSON.stringify(rows)).not.toContain('canary');
  });

  it('is refused before anything is assigned where no commit could follow', async () => {
    const untouched = async (): Promise<void> => expect([await ground.assigned(), await ground.owed()]).toEqual([{ c1: 2, c2: 2 }, []]);
    await ground.mayWrite(undefined);
    expect(await ground.goesBack()).toEqual({ ok: false, error: { code: 'WRITE_CREDENTIALS_MISSING', repository: 'fleet' } });
    await untouched();
    await ground.mayWrite(WRITER);
    await ground.rows(`UPDATE repository_refs SET full_ref = 'refs/tags/main'`);
    expect(await ground.goesBack()).toMatchObject({ ok: false, error: { code: 'REVERT_NEEDS_BRANCH', ref: 'main' } });
    await untouched();
  });

  it('never puts the whole branch back for the sake of one application whose base is the root of the repository', async () => {
    await ground.pushes({ 'apps/web/kustomization.yaml': 'resources: [cm.yaml, ../..]\n', 'kustomization.yaml': 'resources: [root.yaml]\n', 'root.yaml': 'r: 1\n' });
    await ground.answers(ALL);
    await ground.pushes({ 'root.yaml': 'r: 2\n' });
    await ground.answers(ALL);
    const later = await ground.repository.commit({ 'other.yaml': 'o: 3\n' });
    expect(await ground.goesBack()).toMatchObject({ ok: false, error: { code: 'REVERT_WHOLE_REPOSITORY', application: 'web', release: 3 } });
    expect([await ground.assigned(), await ground.owed()]).toEqual([{ c1: 4, c2: 4 }, []]);
    await ground.rows('UPDATE releases SET fell_back = false'); // as earlier builds noted it
    value(await ground.goesBack());
    expect(await ground.assigned()).toEqual({ c1: 3, c2: 3 });
    expect(await ground.writes()).toMatchObject([{ kind: 'REVERT', state: 'FAILED', reason: 'WHOLE_REPOSITORY', commit: null, attempts: 1 }]);
    expect(await ground.repository.head()).toBe(later);
  });

  it('names the releases when targets would go back to different ones, and takes the one that is named', async () => {
    await ground.pushes({ 'apps/web/cm.yaml': 'a: 3\n' });
    await ground.answers(['c1']);
    await ground.fails('c2'); // c2 was well with 1 and 2, c1 with 3 as well
    await ground.pushes({ 'apps/web/cm.yaml': 'a: 4\n' });
    await ground.answers(ALL);
    expect(await ground.goesBack()).toMatchObject({ ok: false, error: { code: 'REVERT_AMBIGUOUS', application: 'web', releases: [{ number: 2, targets: 1 }, { number: 3, targets: 1 }] } });
    expect([await ground.assigned(), await ground.owed()]).toEqual([{ c1: 4, c2: 4 }, []]);
    value(await ground.goesBack({ release: 2 }));
    expect(await ground.writes()).toMatchObject([{ state: 'DONE' }]);
    expect(await ground.git('show', 'main:apps/web/cm.yaml')).toBe('a: 2');
  });
});
