import { request as httpsRequest } from 'node:https';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandboxCluster, startSandboxHost, type SandboxCluster } from '#sandbox';

interface Answer {
  readonly code: number;
  readonly text: string;
  readonly json: { readonly [key: string]: unknown };
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One request as any HTTP client sends it: no Kubernetes client between the test and the server. */
function ask(cluster: SandboxCluster, path: string, { method = 'GET', body, token = cluster.adminToken, headers = {} }: Asked = {}): Promise<Answer> {
  const text = typeof body === 'string' ? body : body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(`${cluster.server}${path}`, { method, ca: cluster.caPem, headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text ?? '')), ...headers } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const received = Buffer.concat(chunks).toString('utf8');
        resolve({ code: response.statusCode ?? 0, text: received, json: received.startsWith('{') && !received.includes('\n{') ? JSON.parse(received) : {} });
      });
    });
    sent.on('error', reject);
    sent.end(text);
  });
}

/** A watch that has sent its first event. */
function openWatch(cluster: SandboxCluster): Promise<{ readonly ended: Promise<'cut' | 'complete'> }> {
  return new Promise((resolve, reject) => {
    const sent = httpsRequest(`${cluster.server}${CONFIG_MAPS}?watch=true`, { ca: cluster.caPem, headers: { authorization: `Bearer ${cluster.adminToken}` } }, (response) => {
      const ended = new Promise<'cut' | 'complete'>((settle) => response.once('close', () => settle(response.complete ? 'complete' : 'cut')));
      response.on('error', () => undefined);
      response.once('data', () => resolve({ ended }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string, data: Readonly<Record<string, string>> = {}): unknown => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describe('a sandbox cluster over HTTPS', () => {
  let directory = '';
  let cluster: SandboxCluster;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-sandbox-'));
    cluster = await startSandboxCluster({ name: 'one', auditLogPath: join(directory, 'audit.log'), simulator: { readyAfterMs: 10 } });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it.each([
    ['no token', ''],
    ['a made-up token', 'x'.repeat(32)],
    ['a token signed by somebody else', 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhL2IiLCJ1aWQiOiJ4IiwiZXhwIjo5OTk5OTk5OTk5fQ.AAAA'],
  ])('lets nobody in with %s', async (_what, token) => {
    expect(await ask(cluster, CONFIG_MAPS, { token })).toMatchObject({ code: 401, json: { kind: 'Status', reason: 'Unauthorized' } });
  });

  it.each([
    ['PATCH', `${CONFIG_MAPS}/kube-root-ca.crt`, { 'content-type': 'application/strategic-merge-patch+json' }],
    ['PATCH', `${CONFIG_MAPS}/kube-root-ca.crt`, { 'content-type': 'application/json-patch+json' }],
    ['DELETE', CONFIG_MAPS, {}],
    ['POST', '/api/v1/namespaces/default/pods/web/eviction', {}],
    ['GET', '/openapi/v3', {}],
    ['GET', CONFIG_MAPS, { accept: 'application/vnd.kubernetes.protobuf' }],
  ])('answers 501 to %s %s %j, naming it', async (method, path, headers) => {
    const answer = await ask(cluster, path, { method, headers, ...(method === 'GET' ? {} : { body: {} }) });
    expect(answer).toMatchObject({ code: 501, json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'NotImplemented', code: 501 } });
    expect(answer.json['message']).toContain(`${method} ${path}`);
  });

  it.each([
    ['a body that is not JSON', { method: 'POST', body: '{' }, 400, 'BadRequest'],
    ['a body that is too large', { method: 'POST', body: configMap('large', { a: 'x'.repeat(4 * 1024 * 1024) }) }, 413, 'RequestEntityTooLarge'],
    ['another kind than the URL says', { method: 'POST', body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } } }, 400, 'BadRequest'],
    ['another namespace than the URL says', { method: 'POST', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'other' } } }, 400, 'BadRequest'],
    ['data that is not text', { method: 'POST', body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 1 } } }, 400, 'BadRequest'],
  ])('refuses %s', async (_what, asked, code, reason) => {
    expect(await ask(cluster, CONFIG_MAPS, asked)).toMatchObject({ code, json: { kind: 'Status', reason } });
  });

  it('refuses a typo in an applied object as the real server does', async () => {
    const apply = { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' }, body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typo' }, dataa: {} } };
    expect(await ask(cluster, `${CONFIG_MAPS}/typo?fieldManager=capstan`, apply)).toMatchObject({ code: 500, json: { message: 'failed to create typed patch object (default/typo; /v1, Kind=ConfigMap): .dataa: field not declared in schema' } });
    expect(await ask(cluster, `${CONFIG_MAPS}/typo`, apply)).toMatchObject({ code: 422, json: { reason: 'Invalid' } });
  });

  it('takes YAML for an apply', async () => {
    const body = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yaml\ndata:\n  a: "1"\n';
    expect(await ask(cluster, `${CONFIG_MAPS}/yaml?fieldManager=capstan`, { method: 'PATCH', headers: { 'content-type': 'application/apply-patch+yaml' }, body })).toMatchObject({ code: 201, json: { data: { a: '1' } } });
  });

  it('gives lists of metadata under their own kind', async () => {
    const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
    expect((await ask(cluster, CONFIG_MAPS, { headers: { accept } })).json).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', items: expect.arrayContaining([expect.objectContaining({ kind: 'PartialObjectMetadata' })]) });
  });

  it('mints tokens of ServiceAccounts that die with their account', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts';
    await ask(cluster, accounts, { method: 'POST', body: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'worker' } } });
    const minted = await ask(cluster, `${accounts}/worker/token`, { method: 'POST', body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } } });
    expect(minted).toMatchObject({ code: 201, json: { status: { token: expect.any(String), expirationTimestamp: expect.stringMatching(/Z$/) } } });
    const token = cluster.tokenFor('default', 'worker');
    expect(await ask(cluster, CONFIG_MAPS, { token })).toMatchObject({
      code: 403, json: { message: 'configmaps is forbidden: User "system:serviceaccount:default:worker" cannot list resource "configmaps" in API group "" in the namespace "default"' },
    });
    expect((await ask(cluster, '/version', { token })).code).toBe(200);
    await ask(cluster, `${accounts}/worker`, { method: 'DELETE' });
    expect((await ask(cluster, '/version', { token })).code).toBe(401);
    expect(() => cluster.tokenFor('default', 'worker')).toThrow('no ServiceAccount system:serviceaccount:default:worker');
  });

  it('lets an account act for another only where a rule says so', async () => {
    const headers = { 'impersonate-user': 'system:serviceaccount:default:default' };
    const token = cluster.tokenFor('default', 'default');
    expect(await ask(cluster, CONFIG_MAPS, { headers, token })).toMatchObject({
      code: 403, json: { message: 'serviceaccounts "default" is forbidden: User "system:serviceaccount:default:default" cannot impersonate resource "serviceaccounts" in API group "" in the namespace "default"' },
    });
    expect((await ask(cluster, CONFIG_MAPS, { headers })).code).toBe(403);
    expect(cluster.auditEvents().at(-1)).toMatchObject({ user: { username: 'kubernetes-admin' }, impersonatedUser: { username: 'system:serviceaccount:default:default' }, responseStatus: { code: 403 } });
  });

  it('writes the audit log before the answer is there, without any content', async () => {
    await ask(cluster, '/api/v1/namespaces/default/secrets', { method: 'POST', body: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'hidden' }, stringData: { word: 'swordfish' } }, headers: { 'user-agent': 'tester/1' } });
    const log = await readFile(join(directory, 'audit.log'), 'utf8');
    const last: unknown = JSON.parse(log.trim().split('\n').at(-1) ?? '');
    expect(last).toMatchObject({
      kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', stage: 'ResponseComplete', verb: 'create', requestURI: '/api/v1/namespaces/default/secrets', userAgent: 'tester/1',
      objectRef: { resource: 'secrets', namespace: 'default', name: 'hidden', apiVersion: 'v1' }, responseStatus: { code: 201 },
    });
    expect(log).not.toMatch(/swordfish|c3dvcmRmaXNo/);
    expect(log).not.toContain(cluster.adminToken);
  });

  it('cuts connections without losing anything', async () => {
    const watch = await openWatch(cluster);
    cluster.dropConnections();
    expect(await watch.ended).toBe('cut');
    expect((await ask(cluster, `${CONFIG_MAPS}/yaml`)).json).toMatchObject({ data: { a: '1' } });
  });

  it('writes a kubeconfig that only its owner can read', async () => {
    const path = join(directory, 'kubeconfig');
    await cluster.writeKubeconfig(path);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ 'current-context': 'one', clusters: [{ cluster: { server: cluster.server } }], users: [{ user: { token: cluster.adminToken } }] });
  });

  it('serves many clusters on one listener, each its own', async () => {
    const host = await startSandboxHost();
    const [left, right] = [await startSandboxCluster({ name: 'left', host }), await startSandboxCluster({ name: 'right', host, kubernetesVersion: 'v1.35.0' })];
    try {
      await ask(left, CONFIG_MAPS, { method: 'POST', body: configMap('only-left') });
      expect((await ask(left, `${CONFIG_MAPS}/only-left`)).code).toBe(200);
      expect((await ask(right, `${CONFIG_MAPS}/only-left`)).code).toBe(404);
      expect((await ask(right, CONFIG_MAPS, { token: left.adminToken })).code).toBe(401);
      expect((await ask(right, '/version')).json).toMatchObject({ major: '1', minor: '35', gitVersion: 'v1.35.0' });
      await expect(startSandboxCluster({ name: 'left', host })).rejects.toThrow('already serves a cluster named left');
      await left.stop();
      expect((await ask(left, '/version')).code).toBe(404);
      expect((await ask(right, '/version')).code).toBe(200);
    } finally {
      await right.stop();
      await host.stop();
    }
  });
});
