import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { silentLog } from '#kernel';
import type { ApplicationId, RepositoryId } from '#domain';
import { aGitRepository, until, type GitFault, type GitRepositoryBuilder, type GitRepositoryOptions } from '#testing';
import type { SourceWatcher } from '../../src/features/sources/source-watcher.js';
import { SourceWorld, type GitAdapter } from './source-world.js';

jest.setTimeout(120_000);

const CONFIG_MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\n';
const OVERLAYS = Array.from({ length: 3 }, (_, index) => `overlays/${index}`);
const FLEET = {
  'base/kustomization.yaml': 'resources: [a.yaml]\n', 'base/a.yaml': CONFIG_MAP, 'README.md': 'hello\n',
  ...Object.fromEntries(OVERLAYS.map((path) => [`${path}/kustomization.yaml`, 'resources: [../../base]\n'])),
};

describe.each<GitAdapter>(['system', 'isomorphic'])('the source watcher, with %s git', (adapter) => {
  let world: SourceWorld;
  let git: GitRepositoryBuilder;
  let repository: RepositoryId;
  let watcher: SourceWatcher;
  let count = 0;

  beforeAll(async () => void (world = await SourceWorld.start(adapter)));
  afterAll(() => world.close());
  beforeEach(async () => void (watcher = await world.watcher()));
  afterEach(async () => {
    world.git.clearFaults();
    await watcher.stop();
    await world.database.pool.query(`UPDATE repositories SET deleted_at = now(), name = name || '~'`); // each test looks at its own
  });

  const arrange = async (credentials?: GitRepositoryOptions['credentials']): Promise<void> => {
    count += 1;
    git = await aGitRepository(world.git, `fleet-${count}`, credentials === undefined ? {} : { credentials });
    repository = await world.addRepository(git.url, credentials);
  };
  // Without protocol version 2 every fetch begins with a list of refs: that is none of ours.
  const lookUps = (): number => world.git.accesses.filter((access) => access.repository === git.name && access.kind === 'ref-look-up' && access.gitProtocol !== undefined).length;
  const look = async (): Promise<void> => {
    await world.letTimePass();
    await watcher.pass();
  };

  it('asks once for fifty applications, and releases each', async () => {
    await arrange();
    const commit = await git.commit(FLEET);
    const applications: ApplicationId[] = [];
    for (let index = 0; index < 50; index += 1) applications.push(await world.addApplication(repository, OVERLAYS[index % 3] ?? ''));
    await watcher.pass();
    expect(lookUps()).toBe(1);
    expect(await Promise.all(applications.map((id) => world.releasedCommits(id)))).toEqual(applications.map(() => [commit]));
    expect(await world.ref(repository)).toMatchObject({ commit, full_ref: 'refs/heads/main', reason: null });
    expect(await world.repository(repository)).toMatchObject({ reason: null, failures: 0, claim: null });
    expect((await world.repository(repository)).due_in_ms).toBeGreaterThan(50_000);
  });

  it('answers fifty hints with one look-up, and fetches nothing when nothing moved', async () => {
    await arrange();
    await git.commit(FLEET);
    await world.addApplication(repository, 'overlays/0');
    await watcher.pass();
    await world.database.pool.query(`UPDATE repositories SET last_polled_at = now() - interval '1 minute'`);
    const before = { lookUps: lookUps(), fetches: world.git.count('fetch', git.name) };
    for (let hint = 0; hint < 50; hint += 1) watcher.hint(repository);
    await watcher.pass();
    expect(lookUps() - before.lookUps).toBe(1);
    expect(world.git.count('fetch', git.name) - before.fetches).toBe(0);
  });

  it('makes no release of a commit outside of the watched files, and one per overlay of a commit to the base', async () => {
    await arrange();
    const first = await git.commit(FLEET);
    const applications = await Promise.all(OVERLAYS.map((path) => world.addApplication(repository, path)));
    await watcher.pass();
    const aside = await git.commit({ 'README.md': 'changed\n', 'overlays/other/a.yaml': CONFIG_MAP });
    await look();
    for (const id of applications) expect(await world.application(id)).toMatchObject({ releases: 1, evaluated_commit: aside, reason: null });
    const second = await git.commit({ 'base/a.yaml': CONFIG_MAP.replace('name: a', 'name: b') });
    await look();
    expect(await Promise.all(applications.map((id) => world.releasedCommits(id)))).toEqual(applications.map(() => [first, second]));
  });

  it.each<[string, GitFault, string]>([
    ['a 500', { status: 500 }, 'REPOSITORY_UNREACHABLE'],
    ['a 401', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, 'AUTHENTICATION_FAILED'],
    ['a 404', { status: 404 }, 'REPOSITORY_NOT_FOUND'],
    ['a 429', { status: 429, headers: { 'retry-after': '120' } }, 'REPOSITORY_RATE_LIMITED'],
    ['a server that hangs', 'hang', 'REPOSITORY_UNREACHABLE'],
    ['a broken connection', 'close', 'REPOSITORY_UNREACHABLE'],
    ['an answer cut in half', 'truncate', 'REPOSITORY_UNREACHABLE'],
    ['an empty page', { status: 200, headers: { 'content-type': 'text/html' }, body: '' }, 'REPOSITORY_UNREACHABLE'],
  ])('keeps everything and says why after %s, then heals by itself', async (_name, fault, reason) => {
    await arrange();
    const commit = await git.commit(FLEET);
    const application = await world.addApplication(repository, 'overlays/0');
    await watcher.pass();
    const next = await git.commit({ 'base/a.yaml': `${CONFIG_MAP}data: { x: y }\n` });
    world.git.fail(8, fault);
    await look();
    world.git.clearFaults();
    expect(await world.repository(repository)).toMatchObject({ reason, failures: 1, claim: null });
    expect(await world.ref(repository)).toMatchObject({ commit, reason });
    expect(await world.application(application)).toMatchObject({ reason, releases: 1, evaluated_commit: commit });
    await look();
    expect(await world.repository(repository)).toMatchObject({ reason: null, message: null, failures: 0 });
    expect(await world.ref(repository)).toMatchObject({ commit: next, reason: null });
    expect(await world.application(application)).toMatchObject({ reason: null, releases: 2, evaluated_commit: next });
  });

  it('does not let a hint break into the pause that a server asked for', async () => {
    await arrange();
    await git.commit(FLEET);
    await world.addApplication(repository, 'overlays/0');
    world.git.fail(8, { status: 429, headers: { 'retry-after': '600' } });
    await watcher.pass();
    const before = world.git.accesses.length;
    watcher.hint(repository);
    await watcher.pass();
    expect(world.git.accesses.length).toBe(before);
    expect((await world.repository(repository)).due_in_ms).toBeGreaterThan(25_000);
  });

  it('shows a fetch that failed after the look-up, and goes on later', async () => {
    await arrange();
    const commit = await git.commit(FLEET);
    const application = await world.addApplication(repository, 'overlays/0');
    world.git.fail(2, 'answer');
    world.git.fail(8, { status: 503 });
    await watcher.pass();
    expect(await world.application(application)).toMatchObject({ reason: 'REPOSITORY_UNREACHABLE', releases: 0 });
    expect(await world.repository(repository)).toMatchObject({ reason: 'REPOSITORY_UNREACHABLE', failures: 1 });
    world.git.clearFaults();
    await look();
    expect(await world.releasedCommits(application)).toEqual([commit]);
    expect(await world.application(application)).toMatchObject({ reason: null });
  });

  it('takes a ref that is absent from a complete answer for missing, and nothing else', async () => {
    await arrange();
    const commit = await git.commit(FLEET);
    await git.branch('next', commit);
    const [here, gone] = [await world.addApplication(repository, 'overlays/0'), await world.addApplication(repository, 'overlays/0', 'next')];
    await watcher.pass();
    await git.deleteRef('refs/heads/next');
    await look();
    expect(await world.application(gone)).toMatchObject({ reason: 'HISTORY_REWRITTEN', releases: 1, evaluated_commit: commit });
    expect(await world.application(here)).toMatchObject({ reason: null, releases: 1 });
    expect(await world.ref(repository, 'next')).toMatchObject({ commit, reason: 'HISTORY_REWRITTEN' });
    const never = await world.addApplication(repository, 'overlays/0', 'never-there');
    await look();
    expect(await world.application(never)).toMatchObject({ reason: 'REF_NOT_FOUND', releases: 0 });
    expect(await world.repository(repository)).toMatchObject({ reason: null, failures: 0 });
    await git.branch('next', commit);
    await look();
    expect(await world.application(gone)).toMatchObject({ reason: null, releases: 1 });
  });

  it('says that credentials are wrong, shows them to nobody, and heals with the right ones', async () => {
    const credentials = { username: 'fleet', password: 'canary-right-7f3a' };
    await arrange(credentials);
    const commit = await git.commit(FLEET);
    const application = await world.addApplication(repository, 'overlays/0');
    await world.setCredentials(repository, { username: 'fleet', password: 'canary-wrong-91bd' });
    const lines: string[] = [];
    const note = (message: string, fields?: object): void => void lines.push(`${message} ${JSON.stringify(fields)}`);
    watcher = await world.watcher({ log: { debug: note, info: note, warn: note, error: note } });
    await watcher.pass();
    expect(await world.repository(repository)).toMatchObject({ reason: 'AUTHENTICATION_FAILED' });
    expect(await world.application(application)).toMatchObject({ reason: 'AUTHENTICATION_FAILED', releases: 0 });
    await world.setCredentials(repository, credentials);
    await look();
    expect(await world.releasedCommits(application)).toEqual([commit]);
    expect(await world.repository(repository)).toMatchObject({ reason: null });
    const said = lines.join('\n') + (await everyText(world));
    for (const secret of ['canary-right-7f3a', 'canary-wrong-91bd']) {
      for (const form of [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex'), Buffer.from(`fleet:${secret}`).toString('base64')]) expect(said).not.toContain(form);
    }
  });

  it('does not go to private addresses unless the host is listed', async () => {
    await arrange();
    await git.commit(FLEET);
    const application = await world.addApplication(repository, 'overlays/0');
    watcher = await world.watcher({ allowedHosts: [] });
    await watcher.pass();
    expect(world.git.accesses.filter((access) => access.repository === git.name)).toEqual([]);
    expect(await world.repository(repository)).toMatchObject({ reason: 'EGRESS_REFUSED' });
    expect(await world.application(application)).toMatchObject({ reason: 'EGRESS_REFUSED', releases: 0 });
  });

  it('shares the work: two watchers at once look once', async () => {
    await arrange();
    const commit = await git.commit(FLEET);
    const application = await world.addApplication(repository, 'overlays/0');
    const other = await world.watcher();
    await Promise.all([watcher.pass(), other.pass()]);
    expect(lookUps()).toBe(1);
    expect(await world.releasedCommits(application)).toEqual([commit]);
  });

  it.each(['after-claim', 'after-look-up', 'after-sightings', 'after-mirror', 'after-evaluation', 'before-finish'])('is taken over when it dies %s, and nothing happens twice', async (place) => {
    await arrange();
    const commit = await git.commit(FLEET);
    const applications = [await world.addApplication(repository, 'overlays/0'), await world.addApplication(repository, 'overlays/1')];
    const dead = new Promise<void>(() => undefined);
    let hasDied: () => void = () => undefined;
    const died = new Promise<void>((resolve) => (hasDied = resolve));
    const dying = await world.watcher({
      settings: { leaseMs: 400 },
      // Neither goes on nor renews its lease, as a process that was killed.
      timers: { sleep: () => dead, after: () => ({ cancel: () => undefined }) },
      failpoints: { hit: (name) => (name === `source-watcher.${place}` ? (hasDied(), dead) : undefined) },
    });
    await dying.takeDue();
    await died;
    await until('another watcher finishes the look', 20_000, async () => {
      await watcher.pass();
      return (await world.repository(repository)).claim === null ? true : undefined;
    });
    expect(await Promise.all(applications.map((id) => world.releasedCommits(id)))).toEqual([[commit], [commit]]);
  });

  it('leaves a repository to others when it is stopped in the middle, without calling it unreachable', async () => {
    await arrange();
    await git.commit(FLEET);
    await world.addApplication(repository, 'overlays/0');
    world.git.fail(1, 'hang');
    const stopped = await world.watcher();
    await stopped.takeDue();
    await until('the server is asked', 10_000, () => (world.git.accesses.some((access) => access.repository === git.name) ? true : undefined));
    await stopped.stop();
    expect(await world.repository(repository)).toMatchObject({ claim: null, reason: null, failures: 0 });
    await watcher.pass();
    expect(await world.repository(repository)).toMatchObject({ reason: null });
  });

  it('looks at once when a hint comes, and finds after a gap what no hint told', async () => {
    await arrange();
    const commit = await git.commit(FLEET);
    await watcher.pass();
    const first = await world.addApplication(repository, 'overlays/0');
    watcher = await world.watcher({ log: silentLog });
    watcher.start(); // as after a restart: the hint of the new application was heard by nobody
    await until('the application is released', 20_000, async () => ((await world.releasedCommits(first)).length > 0 ? true : undefined));
    const second = await world.addApplication(repository, 'overlays/1');
    watcher.hint(repository);
    await until('the second application is released', 20_000, async () => ((await world.releasedCommits(second)).length > 0 ? true : undefined));
    expect(await world.releasedCommits(second)).toEqual([commit]);
  });

  it('drops what it found when another watcher has taken over', async () => {
    await arrange();
    await git.commit(FLEET);
    await world.addApplication(repository, 'overlays/0');
    const slow = await world.watcher({
      failpoints: { hit: async (name) => (name === 'source-watcher.after-look-up' ? void (await world.database.pool.query('UPDATE repositories SET claim = gen_random_uuid() WHERE id = $1', [repository])) : undefined) },
    });
    await slow.pass();
    const { rows } = await world.database.pool.query('SELECT ref FROM repository_refs WHERE repository_id = $1', [repository]);
    expect(rows).toEqual([]);
  });
});

/** Every text, JSON and byte column of every table, as a dump would show it. */
async function everyText(world: SourceWorld): Promise<string> {
  const { rows: tables } = await world.database.pool.query<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'`);
  const dumps = await Promise.all(tables.map(async ({ name }) => JSON.stringify((await world.database.pool.query(`SELECT t::text FROM ${name} t`)).rows)));
  return dumps.join('\n');
}
