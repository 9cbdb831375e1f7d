import type { ApplicationId, RepositoryId } from '#domain';
import { aTarArchive, ChartRepositoryServer, HelmProgram, REGISTRY_USER, RegistryServer, testTool, type ChartToPack } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceWatcher } from '../../src/features/sources/source-watcher.js';
import { SourceWorld } from './source-world.js';

jest.setTimeout(120_000);

const web = (version: string, note = ''): ChartToPack => ({ name: 'web', version, files: { 'values.yaml': `note: "${note}"\n` } });

describe('releases of charts and artifacts', () => {
  let world: SourceWorld;
  let helm: HelmProgram;
  let charts: ChartRepositoryServer;
  let registry: RegistryServer;
  let watcher: SourceWatcher;

  beforeAll(async () => {
    [world, helm] = await Promise.all([SourceWorld.start('system'), HelmProgram.open(await testTool('helm'))]);
    registry = await RegistryServer.start(await testTool('registry'), { auth: 'BASIC' });
  });
  beforeEach(async () => {
    charts = await ChartRepositoryServer.start(helm);
    watcher = await world.watcher();
  });
  afterEach(async () => {
    await watcher.stop();
    await charts.front.stop();
    registry.front.fault = () => undefined;
    await rm(charts.directory, { recursive: true });
    await world.database.pool.query(`UPDATE repositories SET deleted_at = now(), name = name || '~'`);
  });
  afterAll(async () => {
    await registry.stop();
    await helm.dispose();
    await world.close();
  });

  const look = async (): Promise<void> => {
    await world.letTimePass();
    await watcher.pass();
  };
  const follow = async (repository: RepositoryId, ref: string): Promise<ApplicationId> => {
    const application = await world.addApplication(repository, '', ref);
    await look();
    return application;
  };

  it('follow a range to its newest version, say what it is and where it lies, and no look makes one anew', async () => {
    const first = await charts.publish(web('1.0.0'));
    const repository = await world.addRepository(charts.url, undefined, 'HELM');
    const application = await follow(repository, 'web@1.x');
    await look();
    expect(await world.releasedCommits(application)).toEqual([first]);
    const second = await charts.publish(web('1.1.0'));
    await charts.publish(web('2.0.0'));
    await look();
    expect(await world.releasedCommits(application)).toEqual([first, second]);
    const { rows } = await world.database.pool.query('SELECT subject, full_ref, location, source_digest FROM releases WHERE application_id = $1 ORDER BY number DESC LIMIT 1', [application]);
    expect(rows).toEqual([{ subject: 'web 1.1.0', full_ref: 'version/1.1.0', location: `${charts.url}/web-1.1.0.tgz`, source_digest: second }]);
  });

  it('cost one question for the whole repository, however many applications there are and charts they follow', async () => {
    for (const name of ['web', 'api']) await charts.publish({ ...web('1.0.0'), name });
    const repository = await world.addRepository(charts.url, undefined, 'HELM');
    for (let count = 0; count < 20; count += 1) await world.addApplication(repository, '', count % 2 === 0 ? 'web@1.x' : `api@>=0.${count}.0`);
    charts.front.accesses.length = 0;
    for (let round = 0; round < 3; round += 1) await look();
    expect(charts.front.accesses.map(({ status }) => status)).toEqual([200, 304, 304]);
  });

  it('are held when a version changes its content, until a person approves of exactly that', async () => {
    const first = await charts.publish(web('1.0.0'));
    const repository = await world.addRepository(charts.url, undefined, 'HELM');
    const application = await follow(repository, 'web@1.x');
    const changed = await charts.publish(web('1.0.0', 'changed'));
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'HISTORY_REWRITTEN', releases: 1, message: `Version 1.0.0 of web@1.x had the digest ${first} and has ${changed} now.` });
    expect(await world.approve(repository, 'web@1.x', changed, first)).toBe('APPROVED');
    await look();
    expect(await world.releasedCommits(application)).toEqual([first, changed]);
    expect(await world.application(application)).toMatchObject({ reason: null });
  });

  it('stay when the version goes: neither a lower version nor nothing follows it; a version that comes back is in order', async () => {
    await charts.publish(web('1.0.0'));
    const newest = await charts.publish(web('1.1.0'));
    const repository = await world.addRepository(charts.url, undefined, 'HELM');
    const application = await follow(repository, 'web@1.x');
    await rm(join(charts.directory, 'web-1.1.0.tgz'));
    await charts.publish({ ...web('1.0.0'), name: 'other' });
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'HISTORY_REWRITTEN', releases: 1, message: expect.stringContaining('which is gone; the highest that is left is 1.0.0') });
    await rm(join(charts.directory, 'web-1.0.0.tgz'));
    await charts.publish({ ...web('1.0.1'), name: 'other' });
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'HISTORY_REWRITTEN', releases: 1, message: expect.stringContaining('no version fits it now') });
    const next = await charts.publish(web('1.2.0'));
    await look();
    expect(await world.releasedCommits(application)).toEqual([newest, next]);
    expect(await world.application(application)).toMatchObject({ reason: null });
  });

  it('stay when the server fails or its index is empty, and the reason is told; a pause that it asks for is kept', async () => {
    const first = await charts.publish(web('1.0.0'));
    const repository = await world.addRepository(charts.url, undefined, 'HELM');
    const application = await follow(repository, 'web@1.x');
    for (const [fault, reason] of [[{ status: 500 }, 'REPOSITORY_UNREACHABLE'], [{ status: 404 }, 'REPOSITORY_NOT_FOUND'], [{ status: 401 }, 'AUTHENTICATION_FAILED'], ['truncate', 'REPOSITORY_UNREACHABLE'], [{ status: 200, body: 'entries: {}\n' }, 'REPOSITORY_UNREACHABLE']] as const) {
      await charts.publish({ ...web('1.0.0', reason + typeof fault), name: 'other' }); // another index each time, so that it is sent
      charts.front.fault = () => fault;
      await look();
      expect(await world.application(application)).toMatchObject({ reason, releases: 1 });
      expect(await world.line(repository, 'web@1.x')).toMatchObject({ good: first, rewrite: null });
    }
    charts.front.fault = () => ({ status: 429, headers: { 'retry-after': '300' } });
    await look();
    expect((await world.repository(repository)).due_in_ms).toBeGreaterThan(200_000);
    charts.front.fault = () => undefined;
    await look();
    expect(await world.application(application)).toMatchObject({ reason: null, releases: 1 });
  });

  it('come from a registry with its password; a tag that moves is followed, and what is wrong with one chart keeps no other', async () => {
    const first = await registry.push(helm, web('1.0.0'));
    const repository = await world.addRepository(registry.url, REGISTRY_USER, 'OCI');
    const [web1, latest, missing] = [await follow(repository, 'web@1.x'), await follow(repository, 'web:1.0.0'), await follow(repository, 'missing@1.x')];
    expect(await world.releasedCommits(web1)).toEqual([first]);
    expect(await world.application(missing)).toMatchObject({ reason: 'REF_NOT_FOUND', message: 'There is no version of the chart missing that fits 1.x.', releases: 0 });
    registry.front.fault = (path) => (path.includes('/missing/') ? { status: 403 } : undefined);
    const pushed = await registry.push(helm, web('1.0.0', 'again'));
    const second = await registry.push(helm, web('1.1.0'));
    await look();
    expect(await world.application(missing)).toMatchObject({ reason: 'AUTHENTICATION_FAILED' });
    expect(await world.releasedCommits(latest)).toEqual([first, pushed]);
    expect(await world.releasedCommits(web1)).toEqual([first, second]);
    const wrong = await world.addRepository(registry.url, { username: 'puller', password: 'a-wrong-password' }, 'OCI');
    const refused = await follow(wrong, 'web@1.x');
    expect(await world.application(refused)).toMatchObject({ reason: 'AUTHENTICATION_FAILED', releases: 0 });
  });

  it('are not looked for where the hub must not go, also not by a redirect', async () => {
    const closed = await world.watcher({ allowedHosts: [] });
    await charts.publish(web('1.0.0'));
    const application = await world.addApplication(await world.addRepository(charts.url, undefined, 'HELM'), '', 'web@1.x');
    await closed.pass();
    await closed.stop();
    expect(await world.application(application)).toMatchObject({ reason: 'EGRESS_REFUSED', releases: 0 });
    expect(charts.front.accesses).toEqual([]);
    charts.front.fault = () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/index.yaml' } });
    await look();
    expect(await world.application(application)).toMatchObject({ reason: 'EGRESS_REFUSED', releases: 0 });
  });

  it('of an artifact are one for each content, whatever its tags are called', async () => {
    const artifact = (text: string): Buffer => aTarArchive([{ name: 'a.yaml', content: text }]);
    const open = await RegistryServer.start(await testTool('registry'));
    try {
      const { layer } = await open.pushArtifact('team/manifests', 'latest', { mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', content: artifact('a: 1\n') });
      const repository = await world.addRepository(`http://${open.front.authority}/team/manifests`, undefined, 'OCI');
      const application = await follow(repository, 'latest');
      const second = await open.pushArtifact('team/manifests', 'latest', { mediaType: 'application/vnd.cncf.flux.content.v1.tar+gzip', content: artifact('a: 2\n') });
      await look();
      expect(await world.releasedCommits(application)).toEqual([layer, second.layer]);
    } finally {
      await open.stop();
    }
  });
});
