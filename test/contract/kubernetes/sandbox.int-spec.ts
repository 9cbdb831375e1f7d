import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createKubeClient, tokenCredentials } from '#kube';
import { NOT_SERVED, SERVED, servedTable, startSandboxCluster, type SandboxCluster } from '#sandbox';
import { AuditLog, BROKEN_TAG } from '#testing';
import { createRawClient, type RawClient } from './raw-request.js';
import { kubernetesSurfaceContract } from './kubernetes-surface.contract.js';

kubernetesSurfaceContract('sandbox', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'capstan-sandbox-'));
  const auditLogPath = join(directory, 'audit.log');
  const cluster = await startSandboxCluster({ name: 'contract', auditLogPath, simulator: { readyAfterMs: 20, brokenTag: BROKEN_TAG } });
  const { server, caPem, token } = cluster.connection;
  const connection = { server, caPem, credentials: tokenCredentials(token) };
  const client = createKubeClient(connection);
  const raw = createRawClient(connection);
  return {
    client,
    ask: raw.ask,
    auditLog: new AuditLog(auditLogPath),
    expireHistory: () => Promise.resolve(cluster.forgetHistory()),
    listWhileBusy: (namespace) => {
      cluster.refuse({ verb: 'list', resource: 'configmaps', times: 1, as: 'TOO_MANY_REQUESTS' });
      return raw.ask('GET', `/api/v1/namespaces/${namespace}/configmaps`);
    },
    stop: async () => {
      client.close();
      raw.close();
      await cluster.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
});

describe('the stated surface', () => {
  it.each(SERVED.map(({ what, proof }) => [what, proof] as const))('is proved: %s', async (_what, proof) => {
    const files = (await readdir(import.meta.dirname)).filter((name) => name.endsWith('.contract.ts'));
    const suites = await Promise.all(files.map((name) => readFile(join(import.meta.dirname, name), 'utf8')));
    expect(suites.filter((text) => text.includes(proof))).toHaveLength(1);
  });

  it('stands in the README as it is claimed', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../../libs/sandbox/README.md'), 'utf8');
    expect(readme).toContain(servedTable());
  });
});

describe('outside its surface the sandbox', () => {
  let cluster: SandboxCluster;
  let raw: RawClient;
  beforeAll(async () => {
    cluster = await startSandboxCluster({ name: 'outside' });
    const { server, caPem, token } = cluster.connection;
    raw = createRawClient({ server, caPem, credentials: tokenCredentials(token) });
    const spec = { containers: [{ name: 'app', image: 'example.com/web:1' }] };
    await raw.ask('POST', '/api/v1/namespaces/default/pods', { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec } });
    const template = { metadata: { labels: { app: 'web' } }, spec };
    await raw.ask('POST', '/apis/apps/v1/namespaces/default/deployments', { body: { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } }, template } } });
  });
  afterAll(async () => {
    raw.close();
    await cluster.stop();
  });

  it.each(NOT_SERVED.map((request) => [request.what, request] as const))('says so of %s', async (_what, { method, path, contentType, body, accept }) => {
    const answer = await raw.ask(method, path, { body, contentType, headers: accept === undefined ? {} : { accept } });
    expect(answer).toMatchObject({ status: 501, json: { reason: 'NotImplemented', message: expect.stringContaining(`the sandbox does not implement ${method} ${path.split('?')[0] ?? ''}`) } });
  });
});
