import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { digestOf, ok, parseDigest, silentLog } from '#kernel';
import { repositoryId, type AssignmentOrder } from '#domain';
import { systemMonotonic, systemTimers } from '#runtime';
import { aGitRepository, aTarArchive, ChartRepositoryServer, GitServer, HelmProgram, RenderProcessProgram, testTool } from '#testing';
import { openSource, type OpenSource } from '../src/source/index.js';
import type { CredentialLookup } from '../src/state/index.js';
import { SIGNAL } from './state-fixture.js';
import { anAssignment, idOf } from './test-orders.js';

const CLUSTER = { serverVersion: () => Promise.resolve(ok({ gitVersion: 'v1.36.3', major: '1', minor: '36' })), apiVersions: () => Promise.resolve(ok(['v1', 'v1/ConfigMap'])) };
const TEMPLATE = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { v: {{ .Values.v | quote }}, chart: {{ .Chart.Version | quote }} }\n';

describe('content from an archive', () => {
  let program: RenderProcessProgram;
  let helm: HelmProgram;
  let charts: ChartRepositoryServer;
  let directory: string;
  let source: OpenSource;
  let credentials: CredentialLookup;
  const over = new AbortController();

  beforeAll(async () => {
    program = await RenderProcessProgram.build();
    helm = await HelmProgram.open(await testTool('helm'));
  }, 60_000);
  afterAll(async () => {
    await helm.dispose();
    await program.remove();
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-source-'));
    charts = await ChartRepositoryServer.start(helm);
    credentials = { kind: 'NONE' };
    const settings = { dataDir: directory, git: undefined, kustomize: undefined, helm: await testTool('helm'), path: '/usr/bin:/bin', renderProcess: program.entry, cacheBytes: 1024 * 1024 * 1024, maxRenders: 2, allowPrivateHosts: [] };
    source = openSource(settings, { lookUp: () => credentials }, { namespace: 'capstan-system', partOf: 'capstan-agent' }, { timers: systemTimers, monotonic: systemMonotonic, log: silentLog, cluster: CLUSTER }, over.signal);
  });
  afterEach(async () => {
    await source.close();
    await charts.front.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function order(commit: string, part: Partial<AssignmentOrder['release']> = {}): AssignmentOrder {
    const base = anAssignment({ generation: 1, release: commit });
    const archive = { type: 'HELM' as const, location: `${charts.url}/web-1.0.0.tgz`, isChart: true };
    const repository = { id: repositoryId(idOf('repository', 'charts')), url: charts.url, credentialDigest: undefined };
    return { ...base, parameters: { v: 'of the order' }, release: { ...base.release, commit, path: '', renderer: 'HELM', ref: 'web@1.x', repository, archive, ...part } };
  }

  it('is the rendered chart of exactly the digest that was ordered, with its parameters', async () => {
    const commit = await charts.publish({ name: 'web', version: '1.0.0', files: { 'templates/a.yaml': TEMPLATE, 'values.yaml': 'v: of the chart\n' } });
    expect(await source.source.render(order(commit), SIGNAL)).toMatchObject({ ok: true, value: { objects: [{ metadata: { name: 'a' }, data: { v: 'of the order', chart: '1.0.0' } }] } });
    charts.front.fault = () => 'close';
    expect(await source.source.render(order(commit), SIGNAL)).toMatchObject({ ok: true });
  });

  it('takes values files from another repository, at the commit that the order pins; without it nothing is rendered', async () => {
    const commit = await charts.publish({ name: 'web', version: '1.0.0', files: { 'templates/a.yaml': TEMPLATE, 'values.yaml': 'v: of the chart\n' } });
    const git = await GitServer.start();
    const repository = await aGitRepository(git, 'env');
    const first = await repository.commit({ 'values/prod.yaml': 'v: of the first commit\n' });
    await repository.commit({ 'values/prod.yaml': 'v: of the second commit\n' });
    const env = { name: 'env', repository: { id: repositoryId(idOf('repository', 'env')), url: repository.url, credentialDigest: undefined }, commit: first, ref: 'main', path: 'values' };
    const helmSpec = { valuesFiles: ['$env/prod.yaml'], releaseName: '', skipHooks: false };
    const rendered = await source.source.render({ ...order(commit, { sources: [env], helm: helmSpec }), parameters: {} }, SIGNAL);
    expect(rendered).toMatchObject({ ok: true, value: { objects: [{ data: { v: 'of the first commit' } }] } });
    const missing = await source.source.render({ ...order(commit, { sources: [env], helm: { ...helmSpec, valuesFiles: ['$env/dev.yaml'] } }), parameters: {} }, SIGNAL);
    expect(missing).toMatchObject({ ok: false, error: { reason: 'PATH_NOT_FOUND', message: expect.stringContaining('$env/dev.yaml') } });
    const gone = { ...env, commit: 'f'.repeat(40) };
    expect(await source.source.render(order(commit, { sources: [gone], helm: helmSpec }), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'COMMIT_UNREACHABLE' } });
    await git.dispose();
  });

  it('comes from nowhere near the machine, though the index or a redirect leads there', async () => {
    const commit = await charts.publish({ name: 'web', version: '1.0.0', files: { 'templates/a.yaml': TEMPLATE } });
    const metadata = 'http://169.254.169.254/latest/meta-data';
    const led = order(commit, { archive: { type: 'HELM', location: metadata, isChart: true } });
    expect(await source.source.render(led, SIGNAL)).toMatchObject({ ok: false, error: { reason: 'EGRESS_REFUSED', message: expect.stringContaining('169.254.169.254') } });
    charts.front.fault = () => ({ status: 302, headers: { location: metadata } });
    expect(await source.source.render(order(commit), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'EGRESS_REFUSED' } });
  });

  it('is refused when the server gives anything else, also what would render', async () => {
    await charts.publish({ name: 'web', version: '1.0.0', files: { 'templates/a.yaml': TEMPLATE } });
    expect(await source.source.render(order(digestOf('another archive')), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'CONTENT_MISMATCH', retryable: true } });
  });

  it('is refused when it is hostile, or no chart', async () => {
    for (const [entries, message] of [
      [[{ name: 'web/Chart.yaml', content: 'name: web\n' }, { name: 'web/link', type: '2', linkName: '/etc/passwd' }], 'web/link: it is a link'],
      [[{ name: 'Chart.yaml', content: 'name: web\n' }], 'do not lie in one directory'],
    ] as const) {
      const archive = aTarArchive(entries);
      charts.front.fault = () => ({ status: 200, body: archive });
      expect(await source.source.render(order(digestOf(archive)), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'PATH_REFUSED', message: expect.stringContaining(message), retryable: false } });
    }
  });

  it('waits for the credentials that its repository needs, and sends them to no other place', async () => {
    const commit = await charts.publish({ name: 'web', version: '1.0.0', files: { 'templates/a.yaml': TEMPLATE } });
    const repository = { id: repositoryId(idOf('repository', 'charts')), url: charts.url, credentialDigest: parseDigest(commit) };
    expect(await source.source.render(order(commit, { repository }), SIGNAL)).toMatchObject({ ok: false, error: { reason: 'AUTHENTICATION_FAILED' } });
    credentials = { kind: 'HELD', credentials: { username: 'reader', password: 'a-password' } };
    const other = await ChartRepositoryServer.start(helm);
    const archive = { type: 'HELM' as const, location: `${other.url}/web-1.0.0.tgz`, isChart: true };
    expect(await source.source.render(order(commit, { repository, archive }), SIGNAL)).toMatchObject({ ok: true });
    expect(other.front.accesses.map(({ authorization }) => authorization)).toEqual([undefined]);
    expect(charts.front.accesses).toEqual([]);
    await other.front.stop();
  });
});
