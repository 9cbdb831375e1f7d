import type { ApplicationId, FurtherSource, RepositoryId } from '#domain';
import { aGitRepository, ChartRepositoryServer, HelmProgram, testTool, type ChartToPack, type GitRepositoryBuilder } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import type { SourceWatcher } from '../../src/features/sources/source-watcher.js';
import { SourceWorld } from './source-world.js';

jest.setTimeout(120_000);

const web = (version: string, note = ''): ChartToPack => ({ name: 'web', version, files: { 'values.yaml': `note: "${note}"\n` } });

describe('an application with a chart from one repository and values from another', () => {
  let world: SourceWorld;
  let helm: HelmProgram;
  let charts: ChartRepositoryServer;
  let git: GitRepositoryBuilder;
  let watcher: SourceWatcher;
  let chartRepository: RepositoryId;
  let valuesRepository: RepositoryId;
  let application: ApplicationId;
  let chart = '';
  let values = '';
  let count = 0;

  beforeAll(async () => void ([world, helm] = await Promise.all([SourceWorld.start('system'), HelmProgram.open(await testTool('helm'))])));
  beforeEach(async () => {
    count += 1;
    charts = await ChartRepositoryServer.start(helm);
    git = await aGitRepository(world.git, `values-${count}`);
    watcher = await world.watcher();
    chart = await charts.publish(web(`1.0.${count}`));
    values = await git.commit({ 'env/prod.yaml': 'note: a\n', 'env/other.yaml': 'note: x\n' });
    chartRepository = await world.addRepository(charts.url, undefined, 'HELM');
    valuesRepository = await world.addRepository(git.url);
    const sources: readonly FurtherSource[] = [{ name: 'env', repository: valuesRepository, ref: 'main', path: 'env', watch: [] }];
    const source = { renderer: 'HELM' as const, chart: 'web', version: '1.x', helm: { valuesFiles: ['$env/prod.yaml'], releaseName: '', skipHooks: false } };
    application = await world.addApplication(chartRepository, '', 'web@1.x', { source, sources });
  });
  afterEach(async () => {
    world.git.clearFaults();
    await watcher.stop();
    await charts.front.stop();
    await rm(charts.directory, { recursive: true });
    await world.database.pool.query(`UPDATE repositories SET deleted_at = now(), name = name || '~'`);
  });
  afterAll(async () => {
    await helm.dispose();
    await world.close();
  });

  /** Both repositories are looked at, and once more for what the first look set off. */
  const look = async (): Promise<void> => {
    for (let round = 0; round < 2; round += 1) {
      await world.letTimePass();
      await watcher.pass();
    }
  };
  const pins = async (): Promise<readonly string[]> => {
    const { rows } = await world.database.pool.query<{ pin: string }>(
      `SELECT r.commit || ' ' || s.name || ' ' || s.commit AS pin FROM releases r JOIN release_sources s ON s.release_id = r.id WHERE r.application_id = $1 ORDER BY r.number`, [application],
    );
    return rows.map(({ pin }) => pin);
  };

  it('is released when either changes, and a release pins both; a file that it does not use makes none', async () => {
    await look();
    expect(await pins()).toEqual([`${chart} env ${values}`]);
    const second = await git.commit({ 'env/prod.yaml': 'note: b\n' });
    await look();
    expect(await pins()).toEqual([`${chart} env ${values}`, `${chart} env ${second}`]);
    const unused = await git.commit({ 'env/other.yaml': 'note: y\n', 'README.md': 'x' });
    await look();
    expect(await pins()).toHaveLength(2);
    const next = await charts.publish(web(`1.1.${count}`));
    await look();
    expect((await pins()).at(-1)).toBe(`${next} env ${unused}`);
    expect(await world.application(application)).toMatchObject({ reason: null, releases: 3 });
  });

  it('for kustomizations is released when anything changes in the directory of the source, where bases may be', async () => {
    const own = await aGitRepository(world.git, `own-${count}`);
    const first = await own.commit({ 'app/kustomization.yaml': `resources: ["${git.url}//env/web?ref=main"]\n` });
    const sources: readonly FurtherSource[] = [{ name: 'env', repository: valuesRepository, ref: 'main', path: 'env', watch: [] }];
    application = await world.addApplication(await world.addRepository(own.url), 'app', 'main', { source: {}, sources });
    await look();
    expect(await pins()).toEqual([`${first} env ${values}`]);
    await git.commit({ 'README.md': 'x' });
    await look();
    expect(await pins()).toHaveLength(1);
    const second = await git.commit({ 'env/web/new.yaml': 'a: 1\n' });
    await look();
    expect(await pins()).toEqual([`${first} env ${values}`, `${first} env ${second}`]);
  });

  it('does not take for nobody who wrote what an earlier build has found without writing that down; the release after tells it again', async () => {
    await look();
    await world.database.pool.query('UPDATE application_sources SET people = NULL WHERE application_id = $1', [application]);
    for (const note of ['b', 'c']) {
      await git.commit({ 'env/prod.yaml': `note: ${note}\n` }, note, { author: { name: 'ada', email: 'ada@example.com' } });
      await look();
    }
    const { rows } = await world.database.pool.query<object>(`SELECT number, people -> 'isComplete' AS whole, people @> '{"people": [{"email": "ada@example.com"}]}' AS ada FROM releases WHERE application_id = $1 ORDER BY number`, [application]);
    expect(rows.slice(1)).toEqual([{ number: 2, whole: false, ada: true }, { number: 3, whole: true, ada: true }]);
  });

  it('stays as it is while one of them cannot be read, says which, and goes on by itself', async () => {
    await look();
    world.git.fail(50, { status: 500 });
    await charts.publish(web(`1.2.${count}`));
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'REPOSITORY_UNREACHABLE', message: expect.stringMatching(/^Source env: /), releases: 1 });
    world.git.clearFaults();
    await look();
    await look();
    expect(await world.application(application)).toMatchObject({ reason: null, releases: 2 });
  });

  it('is not released without a values file that it names, and is as soon as that is there', async () => {
    await git.commit({ 'env/prod.yaml': null });
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'PATH_NOT_FOUND', message: 'Source env: env/prod.yaml does not exist in this commit.', releases: 0 });
    const back = await git.commit({ 'env/prod.yaml': 'note: c\n' });
    await look();
    expect(await pins()).toEqual([`${chart} env ${back}`]);
  });

  it('is held when the history of its values is rewritten, until that is approved', async () => {
    await look();
    await git.branch('keep', values); // else the force push takes it from the server
    const rewritten = await git.commit({ 'env/prod.yaml': 'note: forced\n' }, 'forced', { branch: 'other' });
    await git.forcePush('main', rewritten);
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'HISTORY_REWRITTEN', message: expect.stringMatching(/^Source env: /), releases: 1 });
    await charts.publish(web(`1.3.${count}`));
    await look();
    expect(await world.application(application)).toMatchObject({ releases: 1 });
    expect(await world.approve(valuesRepository, 'main', rewritten)).toBe('APPROVED');
    await look();
    await look();
    expect((await pins()).at(-1)).toMatch(new RegExp(` env ${rewritten}$`));
  });

  it('costs one question for each repository and interval', async () => {
    await look();
    charts.front.accesses.length = 0;
    world.git.accesses.length = 0;
    await world.letTimePass();
    await watcher.pass();
    expect(charts.front.accesses).toHaveLength(1);
    expect(world.git.accesses.filter(({ kind }) => kind === 'ref-look-up')).toHaveLength(1);
  });
});
