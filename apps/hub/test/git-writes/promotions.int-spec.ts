import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FURTHER_AUTHORS, type ApplicationInput } from '#domain';
import { anInput, value } from '../planning/planning-ground.js';
import type { GitContent } from '#testing';
import { writeGround, WRITER } from './write-ground.js';

jest.setTimeout(120_000);

type Promote = NonNullable<ApplicationInput['promoteFrom']>;
const app = (path: string, tier: string, promoteFrom?: Promote, ref = 'main'): ApplicationInput => anInput({ source: { repository: 'fleet', ref, path }, selector: { matchLabels: { tier } }, promoteFrom });
const FILES = {
  'env/staging/cm.yaml': 'a: 1\n', 'env/staging/values.yaml': 'replicas: 1\n', 'env/staging/deep/x.yaml': 'x: 1\n',
  'env/prod/cm.yaml': 'a: 0\n', 'env/prod/values.yaml': 'replicas: 9\n', 'env/prod/old.yaml': 'old: 1\n', 'other.yaml': 'o: 1\n',
};

describe('a promotion as a commit', () => {
  let ground: Awaited<ReturnType<typeof writeGround>>;
  beforeEach(async () => {
    ground = await writeGround();
    await ground.mayWrite(WRITER);
    await ground.fleet('s1 tier=staging', 's2 tier=staging', 'p1 tier=prod');
    value(await ground.create('staging', app('env/staging', 'staging')));
  }, 60_000);
  afterEach(() => ground?.close());

  const prod = (promoteFrom: Partial<Promote> = {}, path = 'env/prod', ref = 'main'): Promise<unknown> => ground.create('prod', app(path, 'prod', { application: 'staging', soak: 30 * 60_000, ...promoteFrom }, ref)).then(value);
  async function staging(...clusters: readonly string[]): Promise<void> {
    for (const cluster of clusters) await ground.answer('staging', cluster);
    await ground.plan();
  }
  /** All that was well is well for so much longer. */
  const later = async (minutes: number): Promise<void> => {
    await ground.rows(`UPDATE target_status SET health_since = health_since - $1 * interval '1 minute'`, [minutes]);
    await ground.rows(`UPDATE rollout_targets SET finished_at = finished_at - $1 * interval '1 minute'`, [minutes]);
  };
  const releases = (): Promise<readonly object[]> => ground.rows(`SELECT a.name, max(r.number) AS number FROM releases r JOIN applications a ON a.id = r.application_id GROUP BY a.name ORDER BY a.name`);

  it('carries a release over once it was well everywhere for the soak, keeps what is to be kept, and causes nothing further', async () => {
    await prod({ keep: ['values.yaml', 'absent.yaml'] });
    const head = await ground.pushes({ ...FILES, 'env/staging/deep/alias.yaml': { symlink: '../cm.yaml' } });
    expect(await ground.promotion('prod')).toMatchObject({ state: 'ROLLOUT', release: 1 });
    await staging('s1', 's2');
    expect(await ground.promotion('prod')).toMatchObject({ state: 'SOAK', until: expect.any(Date) });
    await later(29);
    expect([await ground.promotes(), await ground.owed()]).toEqual([0, []]);
    await later(2);
    await ground.rows(`UPDATE releases SET people = '{"isComplete": true, "people": [{"email": "ada@example.com", "commit": "c1"}, {"email": "bob@example.com", "commit": "c2"}]}' FROM applications a WHERE a.id = application_id AND a.name = 'staging'`);
    expect(await Promise.all([ground.promotes(), ground.promotes(), ground.promotes()])).toEqual(expect.arrayContaining([1]));
    expect(await ground.owed()).toHaveLength(1);
    expect(await ground.writes()).toMatchObject([{ kind: 'PROMOTION', state: 'DONE', commit: await ground.repository.head() }]);
    expect(await ground.git('diff-tree', '-r', '--name-status', head, 'main')).toBe('M\tenv/prod/cm.yaml\nA\tenv/prod/deep/alias.yaml\nA\tenv/prod/deep/x.yaml\nD\tenv/prod/old.yaml');
    const [row] = await ground.rows<{ readonly id: string }>('SELECT id FROM git_writes');
    expect(await ground.git('log', '-1', '--format=%B', 'main')).toBe(
      `Promote staging release 1 to prod\n\nThe files of the application default/prod are what those of default/staging were at\n${head}, which is release 1 there and was healthy on all its targets for 30m.\n\nCo-authored-by: ada@example.com <ada@example.com>\nCo-authored-by: bob@example.com <bob@example.com>\n\nCapstan-Promotion: ${row?.id ?? ''}`,
    );
    await ground.sees();
    expect(await releases()).toEqual([{ name: 'prod', number: 2 }, { name: 'staging', number: 1 }]);
    expect([await ground.promotion('prod'), await ground.promotes()]).toMatchObject([{ state: 'PROMOTED' }, 0]);
  });

  it('says in its commit that not everybody is known who wrote what it carries', async () => {
    await prod({ soak: 0 });
    await ground.pushes(FILES);
    await staging('s1', 's2');
    await ground.rows(`UPDATE releases SET people = '{"isComplete": false, "people": [{"email": "ada@example.com", "commit": "c1"}]}'`);
    expect(await ground.promotes()).toBe(1);
    const [write] = await ground.rows<{ commit_message: string }>('SELECT commit_message FROM git_writes');
    expect(write?.commit_message).toContain(`Co-authored-by: ada@example.com <ada@example.com>\nCo-authored-by: ${FURTHER_AUTHORS} <${FURTHER_AUTHORS}>`);
  });

  it('waits for everybody, and starts over with who was ill', async () => {
    await prod();
    await ground.pushes(FILES);
    await staging('s1', 's2');
    await later(60);
    await ground.answer('staging', 's2', { health: 'DEGRADED' });
    expect(await ground.promotion('prod')).toMatchObject({ state: 'TARGETS', targets: ['s2'] });
    await ground.answer('staging', 's2');
    expect(await ground.promotion('prod')).toMatchObject({ state: 'SOAK' });
    expect(await ground.promotes()).toBe(0);
  });

  it('goes to the same path of another branch, by a branch for a pull request', async () => {
    const base = await ground.repository.commit(FILES);
    await ground.repository.branch('live', base);
    await prod({ as: 'BRANCH', soak: 0 }, 'env/staging', 'live');
    await ground.sees('live');
    await ground.pushes({ 'env/staging/cm.yaml': 'a: 2\n' });
    await staging('s1', 's2');
    expect(await ground.promotes()).toBe(1);
    const [row] = await ground.writes();
    expect(row).toMatchObject({ state: 'DONE', new_branch: expect.stringMatching(/^capstan\/promote-staging-1-to-prod-/) });
    expect([await ground.repository.head('live'), await ground.git('diff', '--name-only', 'live', row?.new_branch ?? '')]).toEqual([base, 'env/staging/cm.yaml']);
  });

  it.each<[string, string, Readonly<Record<string, GitContent>>, string]>([
    ['within the directory', 'env/staging', { 'env/staging/deep/base.yaml': { symlink: '../../shared/x.yaml' }, 'env/shared/x.yaml': 's: 1\n' }, 'env/staging/deep/base.yaml cannot be written: the symlink leads out of the directory that is carried.'],
    ['in its place', 'env/blue', { 'env/blue': { symlink: 'staging' } }, 'env/blue cannot be written: it is a symlink: promote from the path that it leads to.'],
    ['on the way to it', 'latest/staging', { latest: { symlink: 'env' } }, 'latest cannot be written: it is a symlink: promote from the path that it leads to.'],
  ])('carries no symlink %s that leads out of it, and names it', async (_where, path, files, message) => {
    if (path !== 'env/staging') value(await ground.update('staging', app(path, 'staging'), { version: 1 }));
    await prod();
    const head = await ground.pushes({ ...FILES, ...files });
    await staging('s1', 's2');
    await later(31);
    await ground.promotes();
    expect([await ground.writes(), await ground.repository.head()]).toMatchObject([[{ state: 'FAILED', reason: 'PATH_UNWRITABLE', message }], head]);
  });

  it('says so when there is nothing to carry, and does nothing while it is not allowed to', async () => {
    await prod({ soak: 0 });
    await ground.pushes({ 'env/staging/cm.yaml': 'a: 1\n', 'env/prod/cm.yaml': 'a: 1\n' });
    await staging('s1', 's2');
    await ground.mayWrite(undefined);
    expect([await ground.promotion('prod'), await ground.promotes()]).toMatchObject([{ state: 'WRITE_CREDENTIALS_MISSING' }, 0]);
    await ground.mayWrite(WRITER);
    expect(await ground.promotes()).toBe(1);
    expect(await ground.writes()).toMatchObject([{ state: 'DONE', commit: null, message: expect.stringContaining('nothing to commit') }]);
    expect(await ground.promotes()).toBe(0);
  });

  it('only goes forward: what was taken back stays so, here and there', async () => {
    await prod({ soak: 0 });
    await ground.pushes(FILES);
    await staging('s1', 's2');
    await ground.promotes();
    await ground.writes();
    await ground.pushes({ 'env/staging/cm.yaml': 'a: 2\n' });
    await staging('s1', 's2');
    await ground.rows(`UPDATE targets SET hold_at = now(), hold_by = 'ada', hold_reason = 'a test' FROM applications a WHERE a.id = application_id AND a.name = 'prod'`);
    expect([await ground.promotion('prod'), await ground.promotes()]).toMatchObject([{ state: 'HELD', release: 2 }, 0]);
    await ground.rows('UPDATE targets SET hold_at = NULL, hold_by = NULL, hold_reason = NULL');
    expect(await ground.promotes()).toBe(1);
    await ground.rows(`UPDATE applications a SET current_release_id = r.id FROM releases r WHERE r.application_id = a.id AND r.number = 1 AND a.name = 'staging'`);
    await ground.rows(`DELETE FROM git_writes w USING releases r WHERE r.id = w.release_id AND r.number = 1`); // as if the first had been left out
    expect([await ground.promotion('prod'), await ground.promotes()]).toMatchObject([{ state: 'NEWER_PROMOTED', release: 1 }, 0]);
  });

  it('never comes back into the path where a chain began, which would go round for ever', async () => {
    await prod({ soak: 0 });
    value(await ground.create('inner', app('env/staging/inner', 'none', { application: 'prod', soak: 0 })));
    value(await ground.create('beside', app('env/beside', 'none', { application: 'prod', soak: 0 })));
    await ground.pushes({ ...FILES, 'env/staging/inner/cm.yaml': 'a: 0\n' });
    expect(await ground.promotion('inner')).toMatchObject({ state: 'PATHS_OVERLAP' });
    expect(await ground.promotion('beside')).toMatchObject({ state: 'ROLLOUT' });
  });

  it('is refused in a circle, which is named', async () => {
    await prod();
    const back = await ground.update('staging', app('env/staging', 'staging', { application: 'prod' }));
    expect(back).toMatchObject({ ok: false, error: { code: 'INVALID_APPLICATION', issues: [{ code: 'DEPENDENCY_CYCLE', path: ['spec', 'promoteFrom'], message: 'Releases would be promoted in a circle: prod from staging from prod.' }] } });
    expect(await ground.create('self', app('x', 'prod', { application: 'self' }))).toMatchObject({ ok: false, error: { issues: [{ code: 'DEPENDENCY_CYCLE' }] } });
    expect(await ground.create('wrong', app('x', 'prod', { application: 'Staging', soak: -1, keep: ['../up', ''] }))).toMatchObject({
      ok: false, error: { issues: [{ path: ['spec', 'promoteFrom', 'application'] }, { path: ['spec', 'promoteFrom', 'soak'] }, { path: ['spec', 'promoteFrom', 'keep', '0'] }, { path: ['spec', 'promoteFrom', 'keep', '1'] }] },
    });
  });
});
