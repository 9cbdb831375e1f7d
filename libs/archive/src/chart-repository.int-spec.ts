import { err, ok } from '#kernel';
import { gitFailure } from '#git';
import { ChartRepositoryServer, HelmProgram, testTool, type FrontFault } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ArchiveRepositories, type ArchiveAnswer } from './archive-repositories.js';

const NEVER = new AbortController().signal;
const CREDENTIALS = { username: 'reader', password: 'a-password-of-the-charts' };

describe('a chart repository', () => {
  let helm: HelmProgram;
  let charts: ChartRepositoryServer;
  const digests = new Map<string, string>();

  beforeAll(async () => {
    helm = await HelmProgram.open(await testTool('helm'));
    charts = await ChartRepositoryServer.start(helm, { credentials: CREDENTIALS });
    for (const [name, version] of [['web', '1.0.0'], ['web', '1.1.0'], ['web', '2.0.0-rc.1'], ['api', '0.1.0']] as const) digests.set(`${name} ${version}`, await charts.publish({ name, version, files: {} }));
  }, 60_000);
  afterEach(() => void (charts.front.fault = () => undefined));
  afterAll(async () => {
    await charts.front.stop();
    await helm.dispose();
  });

  const lookUp = async (ref: string, repositories = new ArchiveRepositories(), credentials: typeof CREDENTIALS | undefined = CREDENTIALS): Promise<ArchiveAnswer> => {
    const found = await repositories.lookUp({ type: 'HELM', url: charts.url, credentials }, [ref], NEVER);
    return found.ok ? (found.value.get(ref) ?? ok(undefined)) : found;
  };

  it('gives the digest that helm has put into its index, and where the archive lies', async () => {
    expect(await lookUp('web@1.x')).toMatchObject({ ok: true, value: { fullRef: 'version/1.1.0', commit: digests.get('web 1.1.0'), location: `${charts.url}/web-1.1.0.tgz`, title: 'web 1.1.0', createdAt: expect.any(Date) } });
    expect(await lookUp('web@>=2.0.0-0')).toMatchObject({ ok: true, value: { fullRef: 'version/2.0.0-rc.1' } });
    for (const absent of ['web@3.x', 'web@1.0.5', 'missing@1.x']) expect(await lookUp(absent)).toEqual(ok(undefined));
  });

  it('is asked for its index once for all that is wanted, and is not sent it again while it is the same', async () => {
    const repositories = new ArchiveRepositories();
    const look = (refs: readonly string[]): ReturnType<ArchiveRepositories['lookUp']> => repositories.lookUp({ type: 'HELM', url: charts.url, credentials: CREDENTIALS }, refs, NEVER);
    charts.front.accesses.length = 0;
    const first = await look(['web@1.x', 'api@0.1.0', 'missing@*']);
    expect(await look(['web@1.x', 'api@0.1.0', 'missing@*'])).toEqual(first);
    expect(charts.front.accesses.map(({ path, status }) => [path, status])).toEqual([['/charts/index.yaml', 200], ['/charts/index.yaml', 304]]);
    digests.set('web 1.2.0', await charts.publish({ name: 'web', version: '1.2.0', files: {} }));
    expect(await lookUp('web@1.x', repositories)).toMatchObject({ ok: true, value: { commit: digests.get('web 1.2.0') } });
  });

  it.each<[string, FrontFault, string]>([
    ['401', { status: 401 }, 'AUTHENTICATION_FAILED'],
    ['404', { status: 404 }, 'REPOSITORY_NOT_FOUND'],
    ['429', { status: 429, headers: { 'retry-after': '11' } }, 'RATE_LIMITED'],
    ['500', { status: 500 }, 'REPOSITORY_UNREACHABLE'],
    ['half of it', 'truncate', 'GIT_PROTOCOL_ERROR'],
    ['nothing in it', { status: 200, body: '' }, 'GIT_PROTOCOL_ERROR'],
    ['no chart in it', { status: 200, body: 'apiVersion: v1\nentries: {}\n' }, 'GIT_PROTOCOL_ERROR'],
    ['a page to sign in', { status: 200, body: '<html></html>' }, 'GIT_PROTOCOL_ERROR'],
    ['no digest', { status: 200, body: 'entries:\n  web:\n  - version: 1.0.0\n    urls: [a.tgz]\n' }, 'GIT_PROTOCOL_ERROR'],
    ['a file of ours', { status: 200, body: `entries:\n  web:\n  - version: 1.0.0\n    digest: ${'a'.repeat(64)}\n    urls: ["file:///etc/passwd"]\n` }, 'EGRESS_REFUSED'],
    ['a redirect without end', { status: 302, headers: { location: '/charts/index.yaml' } }, 'GIT_PROTOCOL_ERROR'],
    ['a closed connection', 'close', 'REPOSITORY_UNREACHABLE'],
  ])('whose index is %s has failed, and is not without the chart', async (_name, fault, code) => {
    charts.front.fault = () => fault;
    expect(await lookUp('web@1.x')).toMatchObject({ ok: false, error: { code } });
  });

  it('redirects, and takes no credentials along; a redirect to a place that is not allowed is not followed', async () => {
    const other = await ChartRepositoryServer.start(helm);
    try {
      charts.front.fault = () => ({ status: 302, headers: { location: `${other.url}/index.yaml` } });
      expect(await lookUp('web@1.0.0')).toMatchObject({ ok: true, value: { commit: digests.get('web 1.0.0') } });
      expect(other.front.accesses.map(({ authorization }) => authorization)).toEqual([undefined]);
      const egress = async (url: string): ReturnType<NonNullable<NonNullable<ConstructorParameters<typeof ArchiveRepositories>[0]>['egress']>> =>
        new URL(url).host === charts.front.authority ? ok(['127.0.0.1']) : err(gitFailure('EGRESS_REFUSED', url, 'not there'));
      expect(await lookUp('web@1.0.0', new ArchiveRepositories({ egress }))).toMatchObject({ ok: false, error: { code: 'EGRESS_REFUSED' } });
      expect(other.front.accesses).toHaveLength(1);
    } finally {
      await other.front.stop();
    }
  });

  it('refuses a wrong password, which no message repeats', async () => {
    const refused = await lookUp('web@1.x', undefined, { username: 'reader', password: 'a-wrong-password' });
    expect(refused).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_FAILED' } });
    expect(JSON.stringify(refused)).not.toContain('a-wrong-password');
  });
});
