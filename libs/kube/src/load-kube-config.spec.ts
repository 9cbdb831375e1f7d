import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadKubeConfig, type KubeConfigFailure, type KubeConnection } from '#kube';
import type { Result } from '#kernel';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const base64 = (value: string): string => Buffer.from(value).toString('base64');

describe('loadKubeConfig', () => {
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'capstan-kubeconfig-'));
  });
  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const config = (cluster: object, user: object, context: object = {}): Promise<string> =>
    file('config', JSON.stringify({
      'current-context': 'main', 'clusters': [{ name: 'c', cluster: { server: 'https://k.example.com:6443', ...cluster } }], 'users': [{ name: 'u', user }],
      'contexts': [{ name: 'main', context: { cluster: 'c', user: 'u', ...context } }],
    }));

  it.each([
    ['token', { token: 'sesame' }, { authorization: 'Bearer sesame' }],
    ['client-certificate', { 'client-certificate-data': base64(PEM), 'client-key-data': base64(PEM) }, { certificate: { cert: PEM, key: PEM } }],
    ['anonymous', {}, {}],
  ])('reads %s credentials', async (kind, user, now) => {
    const connection = must(await loadKubeConfig({ kubeconfig: await config({ 'certificate-authority-data': base64(PEM), 'tls-server-name': 'k' }, user, { namespace: 'team' }) }));
    expect(connection).toMatchObject({ server: 'https://k.example.com:6443', caPem: PEM, tlsServerName: 'k', namespace: 'team', credentials: { kind } });
    expect(await connection.credentials.current()).toEqual({ ok: true, value: now });
    expect(JSON.stringify(connection)).not.toContain('sesame');
  });

  it('finds files beside the kubeconfig', async () => {
    await file('ca.pem', PEM);
    await file('token', 'sesame\n');
    const connection = must(await loadKubeConfig({ kubeconfig: await config({ 'certificate-authority': 'ca.pem' }, { tokenFile: 'token', token: 'older' }) }));
    expect(connection.caPem).toBe(PEM);
    expect(await connection.credentials.current()).toEqual({ ok: true, value: { authorization: 'Bearer sesame' } });
  });

  it('reads a rotated token, and has none while the file is away', async () => {
    const token = await file('token', 'first');
    const { credentials } = must(await loadKubeConfig({ kubeconfig: await config({}, { tokenFile: token }) }));
    expect(await credentials.current()).toMatchObject({ value: { authorization: 'Bearer first' } });
    await file('token', 'second one');
    expect(await credentials.current()).toMatchObject({ value: { authorization: 'Bearer second one' } });
    await rm(token);
    expect(await credentials.current()).toMatchObject({ ok: false, error: { code: 'CREDENTIALS_UNAVAILABLE', message: expect.stringContaining('ENOENT') } });
    await file('token', '\n');
    expect(await credentials.current()).toMatchObject({ ok: false, error: { code: 'CREDENTIALS_UNAVAILABLE', message: expect.stringContaining('empty') } });
  });

  it.each<[string, object, object, KubeConfigFailure['code'], string]>([
    ['skipped verification', { 'insecure-skip-tls-verify': true }, { token: 'sesame' }, 'INSECURE_REFUSED', 'insecure-skip-tls-verify'],
    ['clear text over a network', { server: 'http://k.example.com' }, { token: 'sesame' }, 'INSECURE_REFUSED', 'https'],
    ['a server that is no URL', { server: 'k.example.com' }, {}, 'KUBECONFIG_INVALID', 'server'],
    ['credentials in the URL', { server: 'https://me:sesame@k.example.com' }, {}, 'UNSUPPORTED', 'credentials'],
    ['a proxy', { 'proxy-url': 'http://p' }, {}, 'UNSUPPORTED', 'proxy-url'],
    ['a password', {}, { username: 'me', password: 'sesame' }, 'UNSUPPORTED', 'username'],
    ['a certificate without key', {}, { 'client-certificate-data': base64(PEM) }, 'KUBECONFIG_INVALID', 'key'],
    ['a certificate that is none', {}, { 'client-certificate-data': base64('sesame'), 'client-key-data': base64(PEM) }, 'KUBECONFIG_INVALID', 'PEM'],
    ['a missing CA file', { 'certificate-authority': 'absent.pem' }, {}, 'KUBECONFIG_UNREADABLE', 'ENOENT'],
  ])('refuses %s', async (_what, cluster, user, code, detail) => {
    const failure = failureOf(await loadKubeConfig({ kubeconfig: await config(cluster, user) }));
    expect(failure).toMatchObject({ code, detail: expect.stringContaining(detail) });
    expect(JSON.stringify(failure)).not.toContain('sesame');
  });

  it('allows clear text on loopback', async () => {
    expect(must(await loadKubeConfig({ kubeconfig: await config({ server: 'http://127.0.0.1:8001' }, {}) })).server).toBe('http://127.0.0.1:8001');
  });

  it('tells where YAML is broken and not what it says', async () => {
    const failure = failureOf(await loadKubeConfig({ kubeconfig: await file('broken', 'users:\n- name: u\n  user: {token: sesame\n') }));
    expect(failure).toMatchObject({ code: 'KUBECONFIG_INVALID', detail: expect.stringMatching(/line \d+$/) });
    expect(JSON.stringify(failure)).not.toContain('sesame');
  });

  it('merges files, the first of a name winning, and takes the context that was asked for', async () => {
    const one = await file('one', JSON.stringify({ 'contexts': [{ name: 'b', context: { cluster: 'c', user: 'u' } }], 'clusters': [{ name: 'c', cluster: { server: 'https://first' } }] }));
    const two = await file('two', JSON.stringify({ 'current-context': 'a', 'clusters': [{ name: 'c', cluster: { server: 'https://second' } }], 'users': [{ name: 'u', user: { token: 't' } }] }));
    expect(must(await loadKubeConfig({ kubeconfig: `${one}:${two}`, context: 'b' })).server).toBe('https://first');
    expect(failureOf(await loadKubeConfig({ kubeconfig: `${one}:${two}` }))).toMatchObject({ code: 'CONTEXT_NOT_FOUND', detail: expect.stringContaining('context a') });
  });

  it('takes what the kubelet mounts', async () => {
    const mounted = join(directory, 'mounted');
    await mkdir(mounted);
    for (const [name, content] of Object.entries({ 'ca.crt': PEM, 'token': 'sesame', 'namespace': 'capstan-system' })) await writeFile(join(mounted, name), content);
    const connection = must(await loadKubeConfig({ serviceHost: 'fd00::1', servicePort: '443', serviceAccountDirectory: mounted }));
    expect(connection).toMatchObject({ server: 'https://[fd00::1]:443', caPem: PEM, namespace: 'capstan-system', credentials: { kind: 'token-file' } });
    expect(failureOf(await loadKubeConfig({ serviceAccountDirectory: mounted })).code).toBe('NOT_IN_CLUSTER');
    expect(failureOf(await loadKubeConfig({ serviceHost: 'h', servicePort: '443', serviceAccountDirectory: directory })).code).toBe('KUBECONFIG_UNREADABLE');
  });

  it('runs a credential program by the library that knows how, and does not repeat what it prints', async () => {
    const exec = (script: string): object => ({ exec: { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/sh', args: ['-c', script], interactiveMode: 'Never' } });
    const credential = JSON.stringify({ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'sesame' } });
    const good = must(await loadKubeConfig({ kubeconfig: await config({ 'certificate-authority-data': base64(PEM) }, exec(`echo '${credential}'`)) }));
    expect(await good.credentials.current()).toMatchObject({ ok: true, value: { authorization: 'Bearer sesame' } });
    const bad = must(await loadKubeConfig({ kubeconfig: await config({ 'certificate-authority-data': base64(PEM) }, exec('echo sesame >&2; exit 1')) }));
    const failed = await bad.credentials.current();
    expect(failed).toMatchObject({ ok: false, error: { code: 'CREDENTIALS_UNAVAILABLE', message: expect.stringContaining('user u') } });
    expect(JSON.stringify(failed)).not.toContain('sesame');
  });
});

function must(result: Result<KubeConnection, KubeConfigFailure>): KubeConnection {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function failureOf(result: Result<KubeConnection, KubeConfigFailure>): KubeConfigFailure {
  if (result.ok) throw new Error('expected a failure');
  return result.error;
}
