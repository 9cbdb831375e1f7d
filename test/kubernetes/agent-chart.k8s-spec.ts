import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '#domain';
import { startRealKubernetes, type RealCluster, type RealKubernetes } from '#testing';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { must } from '../contract/kubernetes/contract-server.js';
import { capstanCommand } from '../stage/capstan-command.js';
import { parseManifest } from '../e2e/stage/join-cluster.js';
import { ROOT } from '../e2e/stage/stage.js';
import { toolPath } from '../e2e/stage/tool-path.js';
import { runTool, type ToolOutcome } from './stage/run-tool.js';
import { describeWithKubernetes } from './stage/describe-with-kubernetes.js';

const CHART = join(ROOT, 'helm/capstan-agent');
const PRESETS = [
  ['cluster-admin', []],
  ['namespaced', ['--namespaces', 'shop', 'web']],
  ['cluster-admin', ['--logs']],
  ['namespaced', ['--namespaces', 'shop', 'web', '--logs']],
  ['cluster-admin', ['--prometheus-url', 'http://prometheus.monitoring:9090/tenant']],
] as const;
const CA = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const HELM_ONLY = ['helm.sh/chart', 'app.kubernetes.io/managed-by'];

describeWithKubernetes('the chart of the agent', () => {
  describe('the chart of the agent', () => {
    let kubernetes: RealKubernetes | undefined;
    let hub: Server | undefined;
    let directory = '';
    const cluster = (): RealCluster => {
      const [first] = kubernetes?.clusters ?? [];
      if (first === undefined) throw new Error('no cluster was started');
      return first;
    };
    beforeAll(async () => {
      [kubernetes, hub, directory] = await Promise.all([startRealKubernetes(), answeringHub(), mkdtemp(join(tmpdir(), 'capstan-chart-'))]);
    }, 180_000);
    afterAll(async () => {
      hub?.close();
      await kubernetes?.stop();
      await rm(directory, { recursive: true, force: true });
    }, 60_000);

    const joinAs = async (output: string, preset: string, more: readonly string[]): Promise<string> => {
      const address = hub?.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const env = { CAPSTAN_SERVER: `http://127.0.0.1:${port}`, CAPSTAN_TOKEN: 'of-the-test' };
      const { exitCode, stdout, stderr } = await capstanCommand(ROOT, env, ['cluster', 'join', 'eu-1', '--output', output, '--preset', preset, ...more]);
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
      return stdout;
    };
    const helm = async (values: string): Promise<ToolOutcome> => {
      const file = join(directory, 'values.yaml');
      await writeFile(file, values);
      return runTool(await toolPath('helm'), ['template', 'capstan-agent', CHART, '--namespace', 'capstan-system', '--values', file], directory);
    };

    it.each(PRESETS)('renders, with the values that `cluster join` prints, what its manifest holds: %s %j', async (preset, more) => {
      const manifest = parseManifest(await joinAs('manifest', preset, more));
      const rendered = await helm(await joinAs('helm', preset, more));
      expect({ ...rendered, stdout: '' }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      expect(keyed(parseManifest(rendered.stdout))).toEqual(keyed(manifest.filter((object) => object.kind !== 'Namespace')));
    });

    it.each(PRESETS)('applies on a real API server as manifest and as chart: %s %j', async (preset, more) => {
      const { client } = cluster();
      for (const name of ['capstan-system', 'shop', 'web']) must(await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, { fieldManager: 'namespaces' }));
      const forms = { kubectl: parseManifest(await joinAs('manifest', preset, more)), helm: parseManifest((await helm(await joinAs('helm', preset, more))).stdout) };
      for (const [fieldManager, objects] of Object.entries(forms)) {
        for (const dryRun of [true, false]) for (const object of objects) must(await client.apply(object, { fieldManager, dryRun, force: true }));
      }
    });

    it.each<[string, string, string]>([
      ['a preset', 'hub: { host: hub.example.com, caHash: "sha256:HASH" }\n', 'preset'],
      ['a preset that exists', 'hub: { host: hub.example.com, caHash: "sha256:HASH" }\napply: { preset: all }\n', 'preset'],
      ['namespaces for namespaced', 'hub: { host: hub.example.com, caHash: "sha256:HASH" }\napply: { preset: namespaced }\n', 'namespaces'],
      ['the CA of the hub', 'hub: { host: hub.example.com }\napply: { preset: cluster-admin }\n', 'caPem'],
      ['values that it knows', 'hub: { host: hub.example.com, caHash: "sha256:HASH" }\napply: { preset: cluster-admin, prefix: x }\n', 'prefix'],
    ])('refuses to render without %s', async (_what, values, word) => {
      const rendered = await helm(values.replace('HASH', 'a'.repeat(64)));
      expect(rendered.exitCode).not.toBe(0);
      expect(rendered.stderr).toContain(word);
    });

    it('mounts the token and the authorities of a Prometheus, each from its Secret', async () => {
      const values = `hub: { host: hub.example.com, caHash: "sha256:${'a'.repeat(64)}" }\napply: { preset: cluster-admin }\nprometheus: { url: "https://prometheus:9090", tokenSecret: prom-token, caSecret: prom-ca }\n`;
      const rendered = await helm(values);
      expect({ ...rendered, stdout: '' }).toEqual({ exitCode: 0, stdout: '', stderr: '' });
      const deployment = JSON.stringify(parseManifest(rendered.stdout).find(({ kind }) => kind === 'Deployment'));
      for (const text of [
        '{"name":"CAPSTAN_PROMETHEUS_TOKEN_FILE","value":"/etc/capstan/prometheus-token/token"}', '{"name":"CAPSTAN_PROMETHEUS_CA_FILE","value":"/etc/capstan/prometheus-ca/ca.pem"}',
        '{"name":"prometheus-token","mountPath":"/etc/capstan/prometheus-token","readOnly":true}', '{"name":"prometheus-ca","secret":{"secretName":"prom-ca","optional":true}}',
      ]) expect(deployment).toContain(text);
      expect((await helm(values.replace('https://', 'https://me:word@'))).stderr).toContain('url');
    });

    it('is not given a preset by the command line either', async () => {
      const { exitCode, stderr } = await capstanCommand(ROOT, { CAPSTAN_SERVER: 'http://127.0.0.1:1', CAPSTAN_TOKEN: 'x' }, ['cluster', 'join', 'eu-1', '--output', 'manifest']);
      expect(exitCode).toBe(2);
      expect(stderr).toContain('--preset');
    });
  });
});

/** Just enough of a hub to mint a token for `cluster join`. */
async function answeringHub(): Promise<Server> {
  const hub = { host: 'hub.example.com', agentPort: 9443, enrollPort: 9444, caPem: CA, caHash: `sha256:${'a'.repeat(64)}` };
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      const isToken = JSON.stringify(body).includes('createJoinToken');
      const data = isToken
        ? { createJoinToken: { token: 'a-token', joinToken: { expiresAt: '2030-01-01T00:00:00Z' }, hub, userErrors: [] } }
        : { createCluster: { cluster: { name: 'eu-1' }, userErrors: [] } };
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Objects by kind and name, without the labels that helm alone adds. */
function keyed(objects: readonly KubeObject[]): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    objects.map((object) => {
      const labels = Object.fromEntries(Object.entries(object.metadata.labels ?? {}).filter(([key]) => !HELM_ONLY.includes(key)));
      return [`${object.kind} ${object.metadata.namespace ?? ''}/${object.metadata.name}`, { ...object, metadata: { ...object.metadata, labels } }];
    }),
  );
}
