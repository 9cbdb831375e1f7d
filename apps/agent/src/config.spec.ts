import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError, readAgentConfig, SETTINGS } from './config.js';
import { settingsDocs } from './settings-docs.js';

const HASH = `sha256:${'a'.repeat(64)}`;
const LEAST = { CAPSTAN_HUB: 'hub.example.com', CAPSTAN_HUB_CA_HASH: HASH };

describe('the configuration of the agent', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'capstan-config-'));
    writeFileSync(join(directory, 'token'), 'capjoin_from_file\n');
    writeFileSync(join(directory, 'empty'), '\n');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('has usual values for everything but the hub and its CA', () => {
    expect(readAgentConfig(LEAST)).toMatchObject({
      hub: { host: 'hub.example.com', agentPort: 8443, enrollPort: 8444 }, ca: { hash: HASH }, joinToken: undefined, kubeconfig: undefined, namespace: 'capstan-system',
      applyServiceAccount: 'capstan-apply', gitAdapter: 'auto', gitCacheBytes: 1024 * 1024 * 1024, allowPrivateGitHosts: [], kustomize: undefined, helm: undefined, concurrency: 4, leaseDurationMs: 15_000, logLevel: 'info',
      failpoint: undefined, isFailpointEnabled: false, pod: undefined,
    });
    expect(Object.isFrozen(readAgentConfig(LEAST))).toBe(true);
  });

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['no hub', { CAPSTAN_HUB: '' }, 'CAPSTAN_HUB'],
    ['a hub with one port', { CAPSTAN_HUB: 'hub:8443' }, 'CAPSTAN_HUB'],
    ['a hub with a port that is none', { CAPSTAN_HUB: 'hub:0:99999' }, 'CAPSTAN_HUB'],
    ['neither CA nor hash', { CAPSTAN_HUB_CA_HASH: '' }, 'CAPSTAN_HUB_CA_FILE'],
    ['a hash that is none', { CAPSTAN_HUB_CA_HASH: 'sha256:abc' }, 'CAPSTAN_HUB_CA_HASH'],
    ['a CA file that is not there', { CAPSTAN_HUB_CA_FILE: '/nowhere/ca.pem' }, 'CAPSTAN_HUB_CA_FILE'],
    ['a namespace that is none', { CAPSTAN_NAMESPACE: 'Not A Name' }, 'CAPSTAN_NAMESPACE'],
    ['a relative helm', { CAPSTAN_HELM: 'bin/helm' }, 'CAPSTAN_HELM'],
    ['a relative kustomize', { CAPSTAN_KUSTOMIZE: 'bin/kustomize' }, 'CAPSTAN_KUSTOMIZE'],
    ['a Prometheus that is no address', { CAPSTAN_PROMETHEUS_URL: 'prometheus:9090' }, 'CAPSTAN_PROMETHEUS_URL'],
    ['a Prometheus with a query', { CAPSTAN_PROMETHEUS_URL: 'http://prometheus/?a=b' }, 'CAPSTAN_PROMETHEUS_URL'],
    ['another git', { CAPSTAN_GIT: 'libgit2' }, 'CAPSTAN_GIT'],
    ['a lease that is too short', { CAPSTAN_LEASE_DURATION: '1s' }, 'CAPSTAN_LEASE_DURATION'],
    ['no concurrency', { CAPSTAN_CONCURRENCY: '0' }, 'CAPSTAN_CONCURRENCY'],
    ['an unknown level', { CAPSTAN_LOG_LEVEL: 'loud' }, 'CAPSTAN_LOG_LEVEL'],
    ['a failpoint that does not read', { CAPSTAN_FAILPOINT: 'A B' }, 'CAPSTAN_FAILPOINT'],
  ])('refuses %s by the name of the variable', (_what, environment, variable) => {
    expect(() => readAgentConfig({ ...LEAST, ...environment })).toThrow(expect.objectContaining({ code: 'BAD_CONFIGURATION', variable }));
  });

  it('reads the token from its file, which wins, and does without one that is missing or empty', () => {
    const token = (environment: Readonly<Record<string, string>>): string | undefined => readAgentConfig({ ...LEAST, ...environment }).joinToken?.reveal();
    expect(token({ CAPSTAN_JOIN_TOKEN_FILE: join(directory, 'token'), CAPSTAN_JOIN_TOKEN: 'capjoin_variable' })).toBe('capjoin_from_file');
    expect(token({ CAPSTAN_JOIN_TOKEN_FILE: join(directory, 'missing') })).toBeUndefined();
    expect(token({ CAPSTAN_JOIN_TOKEN_FILE: join(directory, 'empty') })).toBeUndefined();
    expect(token({ CAPSTAN_JOIN_TOKEN: 'capjoin_variable' })).toBe('capjoin_variable');
  });

  it('takes no password in an address, and does not repeat it', () => {
    expect(() => readAgentConfig({ ...LEAST, CAPSTAN_PROMETHEUS_URL: 'http://me:canary@prometheus:9090' })).toThrow(expect.objectContaining({ variable: 'CAPSTAN_PROMETHEUS_URL', message: expect.not.stringContaining('canary') }));
    expect(readAgentConfig({ ...LEAST, CAPSTAN_PROMETHEUS_URL: 'https://prometheus:9090/a' }).prometheusUrl?.href).toBe('https://prometheus:9090/a');
  });

  it('does not print the token', () => {
    expect(JSON.stringify(readAgentConfig({ ...LEAST, CAPSTAN_JOIN_TOKEN: 'canary-token' }))).not.toContain('canary-token');
  });

  it('knows a pod by what the kubelet sets, unless a kubeconfig is named', () => {
    const pod = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', HOSTNAME: 'capstan-agent-x' };
    expect(readAgentConfig({ ...LEAST, ...pod }).pod).toEqual({ serviceHost: '10.0.0.1', servicePort: '443', name: 'capstan-agent-x' });
    expect(readAgentConfig({ ...LEAST, ...pod, KUBECONFIG: '/x' }).pod).toBeUndefined();
  });

  it('is documented, every variable of it', () => {
    const docs = settingsDocs();
    for (const { name } of Object.values(SETTINGS)) expect(docs).toContain(`\`${name}\``);
    expect(new ConfigError('X', 'y').message).toBe('X: y');
  });
});
