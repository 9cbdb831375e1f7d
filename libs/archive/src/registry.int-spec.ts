import { ok } from '#kernel';
import { aTarArchive, HelmProgram, REGISTRY_USER, RegistryServer, testTool, type FrontFault, type RegistryOptions } from '#testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ArchiveRepositories, type ArchiveAnswer } from './archive-repositories.js';
import type { ArchiveRemote } from './archive-remote.js';

const NEVER = new AbortController().signal;
const ARTIFACT = 'application/vnd.cncf.flux.content.v1.tar+gzip';

describe.each<[NonNullable<RegistryOptions['auth']>]>([['NONE'], ['BASIC'], ['TOKEN']])('a registry with authentication %s', (auth) => {
  let helm: HelmProgram;
  let registry: RegistryServer;
  const digests = new Map<string, string>();

  beforeAll(async () => {
    helm = await HelmProgram.open(await testTool('helm'));
    registry = await RegistryServer.start(await testTool('registry'), { auth });
    for (const version of ['1.0.0', '1.1.0', '2.0.0+build.7']) digests.set(version, await registry.push(helm, { name: 'web', version, files: { 'values.yaml': `v: ${version}\n` } }));
  }, 60_000);
  afterEach(() => void (registry.front.fault = () => undefined));
  afterAll(async () => {
    await registry.stop();
    await helm.dispose();
  });

  const remote = (credentials: ArchiveRemote['credentials'] = auth === 'NONE' ? undefined : REGISTRY_USER): ArchiveRemote => ({ type: 'OCI', url: registry.url, credentials });
  const lookUp = async (ref: string, repositories = new ArchiveRepositories()): Promise<ArchiveAnswer> => {
    const found = await repositories.lookUp(remote(), [ref], NEVER);
    return found.ok ? (found.value.get(ref) ?? ok(undefined)) : found;
  };

  it('gives the digest of the chart that helm has pushed, by range, version, tag and digest', async () => {
    for (const [ref, version, fullRef] of [['web@1.x', '1.1.0', 'version/1.1.0'], ['web@1.0.0', '1.0.0', 'version/1.0.0'], ['web:1.1.0', '1.1.0', 'tag/1.1.0'], ['web@>=2', '2.0.0+build.7', 'version/2.0.0+build.7']] as const) {
      const location = `http://${registry.front.authority}/v2/team/charts/web/blobs/${digests.get(version) ?? ''}`;
      expect(await lookUp(ref)).toMatchObject({ ok: true, value: { fullRef, commit: digests.get(version), location } });
    }
    for (const absent of ['web@3.x', 'web@1.2.3', 'web:nightly', 'other@1.x', `web@sha256:${'0'.repeat(64)}`]) expect(await lookUp(absent)).toEqual(ok(undefined));
  });

  it('is asked once for the tags and for each manifest, and a manifest that is known is not sent again', async () => {
    const repositories = new ArchiveRepositories();
    registry.front.accesses.length = 0;
    await repositories.lookUp(remote(), ['web@1.x', 'web@>=2', 'web@1.0.0'], NEVER);
    const asked = (): readonly string[] => registry.front.accesses.filter(({ status }) => status === 200).map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`);
    expect(asked().filter((line) => line.endsWith('/tags/list'))).toHaveLength(1);
    expect(asked().filter((line) => line.startsWith('GET /v2/team/charts/web/manifests/'))).toHaveLength(3);
    await repositories.lookUp(remote(), ['web@1.x', 'web@>=2', 'web@1.0.0'], NEVER);
    expect(asked().filter((line) => line.startsWith('GET /v2/team/charts/web/manifests/'))).toHaveLength(3);
    if (auth === 'TOKEN') expect(registry.front.accesses.filter(({ path }) => path.startsWith('/token'))).toHaveLength(2);
  });

  it.each<[string, FrontFault, string]>([
    ['429', { status: 429, headers: { 'retry-after': '7' } }, 'RATE_LIMITED'],
    ['500', { status: 500 }, 'REPOSITORY_UNREACHABLE'],
    ['403', { status: 403 }, 'AUTHENTICATION_FAILED'],
    ['a page of HTML', { status: 200, body: '<html>' }, 'GIT_PROTOCOL_ERROR'],
    ['a broken connection', 'close', 'REPOSITORY_UNREACHABLE'],
    ['half an answer', 'truncate', 'GIT_PROTOCOL_ERROR'],
    ['a redirect to another scheme', { status: 307, headers: { location: 'file:///etc/passwd' } }, 'EGRESS_REFUSED'],
    ['silence', 'hang', 'GIT_TIMED_OUT'],
  ])('that answers a question with %s has failed, and says nothing of what there is', async (_name, fault, code) => {
    registry.front.fault = (path, method) => (path.includes('/tags/list') || (path.includes('/manifests/') && method === 'GET') ? fault : undefined);
    const repositories = new ArchiveRepositories({ silenceMs: 500 });
    for (const ref of ['web@1.x', 'web:1.0.0']) expect(await lookUp(ref, repositories)).toMatchObject({ ok: false, error: { code, ...(code === 'RATE_LIMITED' ? { retryAfterMs: 7_000 } : {}) } });
  });

  it('that gives another manifest than it says, is not believed', async () => {
    registry.front.fault = (path, method) => (path.includes('/manifests/') && method === 'GET' ? 'garble' : undefined);
    expect(await lookUp('web:1.0.0')).toMatchObject({ ok: false, error: { code: 'CONTENT_MISMATCH' } });
  });

  if (auth !== 'NONE') {
    it('refuses whoever has no password or a wrong one; failures repeat neither', async () => {
      for (const credentials of [undefined, { username: 'puller', password: 'a-wrong-password' }]) {
        const refused = await new ArchiveRepositories().lookUp({ ...remote(), credentials }, ['web@1.x'], NEVER);
        expect(refused).toMatchObject({ ok: false, error: { code: 'AUTHENTICATION_FAILED' } });
        expect(JSON.stringify(refused)).not.toContain('a-wrong-password');
      }
    });

    it('is not told the password of another host, and a host to which it redirects hears of none', async () => {
      const other = await RegistryServer.start(await testTool('registry'));
      try {
        registry.front.fault = (path) => (path.includes('/tags/list') && path.startsWith('/v2/') ? { status: 307, headers: { location: `http://${other.front.authority}${path}` } } : undefined);
        await lookUp('web@1.x');
        expect(other.front.accesses.length).toBeGreaterThan(0);
        registry.front.fault = (path) => (path.startsWith('/v2/') ? { status: 401, headers: { 'www-authenticate': `Bearer realm="http://${other.front.authority}/token",service="x"` } } : undefined);
        await lookUp('web@1.x');
        expect(other.front.accesses.some(({ path }) => path.startsWith('/token'))).toBe(true);
        expect(other.front.accesses.map(({ authorization }) => authorization)).not.toContainEqual(expect.anything());
      } finally {
        await other.stop();
      }
    });
  }
});

describe('an artifact in a registry', () => {
  let registry: RegistryServer;
  beforeAll(async () => void (registry = await RegistryServer.start(await testTool('registry'))), 30_000);
  afterAll(() => registry.stop());

  const lookUp = async (repository: string, ref: string): Promise<ArchiveAnswer> => {
    const found = await new ArchiveRepositories().lookUp({ type: 'OCI', url: `http://${registry.front.authority}/${repository}`, credentials: undefined }, [ref], NEVER);
    return found.ok ? (found.value.get(ref) ?? ok(undefined)) : found;
  };

  it('is found by tag, version and the digest of its manifest; a tag that moved is another archive', async () => {
    const first = await registry.pushArtifact('team/manifests', 'latest', { mediaType: ARTIFACT, content: aTarArchive([{ name: 'a.yaml', content: 'a: 1\n' }]) });
    await registry.pushArtifact('team/manifests', '1.2.0', { mediaType: ARTIFACT, content: aTarArchive([{ name: 'a.yaml', content: 'a: 1\n' }]) });
    for (const ref of ['latest', '@1.x', first.manifest]) expect(await lookUp('team/manifests', ref)).toMatchObject({ ok: true, value: { commit: first.layer } });
    const second = await registry.pushArtifact('team/manifests', 'latest', { mediaType: ARTIFACT, content: aTarArchive([{ name: 'a.yaml', content: 'a: 2\n' }]) });
    expect(await lookUp('team/manifests', 'latest')).toMatchObject({ ok: true, value: { commit: second.layer } });
    expect(await lookUp('team/manifests', first.manifest)).toMatchObject({ ok: true, value: { commit: first.layer } });
  });

  it('may have any one layer that is a gzipped tar; an image of programs is told from it', async () => {
    const content = aTarArchive([{ name: 'a.yaml', content: 'a: 1\n' }]);
    const oras = await registry.pushArtifact('team/oras', '1.0.0', { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', content });
    expect(await lookUp('team/oras', '1.0.0')).toMatchObject({ ok: true, value: { commit: oras.layer } });
    await registry.pushArtifact('team/other', '1.0.0', { mediaType: 'text/plain', content: Buffer.from('x') });
    expect(await lookUp('team/other', '1.0.0')).toMatchObject({ ok: false, error: { code: 'GIT_PROTOCOL_ERROR', message: expect.stringContaining('none of its layers is a gzipped tar') } });
  });

  it('is not what stands in the place of a chart', async () => {
    await registry.pushArtifact('team/charts/web', '1.0.0', { mediaType: ARTIFACT, content: aTarArchive([{ name: 'a.yaml', content: 'a: 1\n' }]) });
    expect(await lookUp('team/charts', 'web@1.0.0')).toMatchObject({ ok: false, error: { message: expect.stringContaining('no Helm chart') } });
  });
});
