import { ChartRepositoryServer, HelmProgram, REGISTRY_USER, RegistryServer, testTool, type FrontFault } from '#testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArchiveRepositories } from './archive-repositories.js';
import type { ArchiveRemote } from './archive-remote.js';
import { ArchiveStore } from './archive-store.js';

const NEVER = new AbortController().signal;

describe('archives by their digest', () => {
  let helm: HelmProgram;
  let charts: ChartRepositoryServer;
  let registry: RegistryServer;
  let directory: string;

  beforeAll(async () => {
    helm = await HelmProgram.open(await testTool('helm'));
    charts = await ChartRepositoryServer.start(helm);
    registry = await RegistryServer.start(await testTool('registry'), { auth: 'TOKEN' });
    for (const version of ['1.0.0', '1.1.0', '1.2.0']) await charts.publish({ name: 'web', version, files: { 'values.yaml': `v: ${version}\n` } });
    await registry.push(helm, { name: 'web', version: '1.0.0', files: {} });
  }, 60_000);
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-archives-'));
    charts.front.accesses.length = 0;
  });
  afterEach(async () => {
    charts.front.fault = registry.front.fault = () => undefined;
    await rm(directory, { recursive: true, force: true });
  });
  afterAll(async () => {
    await charts.front.stop();
    await registry.stop();
    await helm.dispose();
  });

  const store = (maxBytes = 1_000_000): ArchiveStore => new ArchiveStore({ directory, maxBytes, silenceMs: 500 }, NEVER);
  const chartRemote = (): ArchiveRemote => ({ type: 'HELM', url: charts.url, credentials: undefined });
  const registryRemote = (): ArchiveRemote => ({ type: 'OCI', url: registry.url, credentials: REGISTRY_USER });

  async function wanted(remote: ArchiveRemote, ref: string): Promise<{ readonly digest: string; readonly location: string }> {
    const found = await new ArchiveRepositories().lookUp(remote, [ref], NEVER);
    const answer = found.ok ? found.value.get(ref) : undefined;
    if (answer?.ok !== true || answer.value === undefined) throw new Error(`${ref} was not found: ${JSON.stringify(found)}`);
    return { digest: answer.value.commit, location: answer.value.location };
  }

  const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

  it('come from a chart repository and from a registry, once for all that ask, and then from the disk, without a server', async () => {
    for (const remote of [chartRemote(), registryRemote()]) {
      const what = await wanted(remote, 'web@1.0.0');
      const fetched = await Promise.all([1, 2, 3].map(() => store().fetch(remote, what, NEVER)));
      for (const one of fetched) expect(one.ok && digestOf(one.value)).toBe(what.digest);
    }
    const remote = chartRemote();
    const what = await wanted(remote, 'web@1.1.0');
    const shared = store();
    charts.front.accesses.length = 0;
    await Promise.all([1, 2, 3].map(() => shared.fetch(remote, what, NEVER)));
    expect(charts.front.accesses).toHaveLength(1);
    charts.front.fault = () => 'close';
    expect(await store().fetch(remote, what, NEVER)).toMatchObject({ ok: true });
  });

  it.each<[string, FrontFault, string]>([
    ['another content', { status: 200, body: 'something else' }, 'CONTENT_MISMATCH'],
    ['one byte turned over', 'garble', 'CONTENT_MISMATCH'],
    ['half of it', 'truncate', 'GIT_PROTOCOL_ERROR'],
    ['404', { status: 404 }, 'COMMIT_UNREACHABLE'],
    ['503', { status: 503 }, 'REPOSITORY_UNREACHABLE'],
    ['429', { status: 429 }, 'RATE_LIMITED'],
    ['silence', 'hang', 'GIT_TIMED_OUT'],
    ['a redirect to a file', { status: 302, headers: { location: 'file:///etc/passwd' } }, 'EGRESS_REFUSED'],
  ])('refuse %s, and keep nothing of it', async (_name, fault, code) => {
    for (const [remote, front] of [[chartRemote(), charts.front], [registryRemote(), registry.front]] as const) {
      const what = await wanted(remote, 'web@1.0.0');
      front.fault = (path) => (path.includes('.tgz') || path.includes('/blobs/') ? fault : undefined);
      expect(await store().fetch(remote, what, NEVER)).toMatchObject({ ok: false, error: { code } });
      expect(await readdir(directory).catch(() => [])).toEqual([]);
    }
  });

  it('follow a registry to where it stores blobs, without its token', async () => {
    const what = await wanted(registryRemote(), 'web@1.0.0');
    registry.front.fault = (path) => (path.includes('/blobs/') ? { status: 307, headers: { location: `${charts.url}/web-1.1.0.tgz?signature=x` } } : undefined);
    expect(await store().fetch(registryRemote(), what, NEVER)).toMatchObject({ ok: false, error: { code: 'CONTENT_MISMATCH' } });
    expect(charts.front.accesses).toEqual([expect.objectContaining({ path: '/charts/web-1.1.0.tgz?signature=x', authorization: undefined })]);
  });

  it('come without the disk where it takes nothing, and leave nothing unfinished on it', async () => {
    const what = await wanted(chartRemote(), 'web@1.0.0');
    const nowhere = new ArchiveStore({ directory: join(directory, 'a-file', 'below'), maxBytes: 1_000_000 }, NEVER);
    await writeFile(join(directory, 'a-file'), '');
    const fetched = await nowhere.fetch(chartRemote(), what, NEVER);
    expect(fetched.ok && digestOf(fetched.value)).toBe(what.digest);
    const left = join(directory, `${'a'.repeat(64)}.tgz.00000000-0000-4000-8000-000000000000`);
    await writeFile(left, 'half of it');
    await utimes(left, new Date(0), new Date(0));
    await store().fetch(chartRemote(), what, NEVER);
    expect((await readdir(directory)).filter((name) => name !== 'a-file')).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.tgz$/)]);
  });

  it('that were damaged on the disk are fetched again; those used longest ago make room', async () => {
    const remote = chartRemote();
    const first = await wanted(remote, 'web@1.0.0');
    await store().fetch(remote, first, NEVER);
    const [name = ''] = await readdir(directory);
    await writeFile(join(directory, name), 'damaged');
    const again = await store().fetch(remote, first, NEVER);
    expect(again.ok && digestOf(again.value)).toBe(first.digest);
    const size = again.ok ? again.value.length : 0;
    for (const version of ['1.1.0', '1.2.0']) await store(Math.round(size * 1.5)).fetch(remote, await wanted(remote, `web@${version}`), NEVER);
    expect(await readdir(directory)).toHaveLength(1);
  });
});
