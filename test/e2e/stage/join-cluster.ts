import type { KubeObject } from '#domain';
import type { RealCluster } from '#testing';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { must } from '../../contract/kubernetes/contract-server.js';
import { AGENT_NAMESPACE } from './agent-accounts.js';
import { capstanCommand } from '../../stage/capstan-command.js';
import type { HubProcess } from './hub-process.js';
import { Program } from './program.js';
import { StageCluster } from './stage-cluster.js';
import { toolPath } from './tool-path.js';

export interface ClusterRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What the applying account may touch; absent: everything. */
  readonly namespaces?: readonly string[];
  /**
   * How long an agent that was killed is waited for by the next one; it trusts its lease for two thirds of that. Longer where the API server is kept so
   * busy that it may not answer for a while. @default '3s'
   */
  readonly lease?: string;
  /** The Prometheus that its agent is told of, and the token that it shows there. */
  readonly prometheus?: { readonly url: string; readonly token: string };
}

export interface JoinRequest extends ClusterRequest {
  readonly root: string;
  readonly directory: string;
  readonly hub: HubProcess;
  readonly real: RealCluster;
  readonly kustomize: string;
  /** Where the agent finds its hub (`host:agentPort:enrollPort`) and its API server, when something stands between. Absent: what the manifest says. */
  readonly route?: { readonly hub: string; readonly kubernetes: string };
}

/**
 * Joins a cluster as an operator does: `capstan cluster join --output manifest`, applied on the API server. The kwok node only plays the
 * agent's pod, so the agent that works is a process beside it, with a token of the pod's ServiceAccount and the pod's settings.
 */
export async function joinCluster(request: JoinRequest): Promise<StageCluster> {
  const { name, root, directory, real } = request;
  for (const namespace of request.namespaces ?? []) must(await real.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }));
  const objects = await joinManifest(request);
  for (const object of objects) must(await real.client.apply(object, { fieldManager: 'kubectl' }));
  const kubeconfig = join(directory, `${name}.agent.kubeconfig`);
  writeFileSync(kubeconfig, await agentKubeconfig(real, request.route?.kubernetes), { mode: 0o600 });
  const caFile = join(directory, `${name}.hub-ca.pem`);
  writeFileSync(caFile, secretText(objects, 'capstan-hub', 'ca.pem'));
  const agent = new Program({
    name: `agent of ${name}`,
    args: ['--max-semi-space-size=2', join(root, 'dist/agent.mjs')],
    directory,
    logPath: join(directory, `${name}.agent.log`),
    env: {
      KUBECONFIG: kubeconfig,
      CAPSTAN_HUB: request.route?.hub ?? secretText(objects, 'capstan-hub', 'host'),
      CAPSTAN_HUB_CA_FILE: caFile,
      CAPSTAN_JOIN_TOKEN: secretText(objects, 'capstan-join', 'token'),
      CAPSTAN_NAMESPACE: AGENT_NAMESPACE,
      CAPSTAN_APPLY_SERVICE_ACCOUNT: 'capstan-apply',
      CAPSTAN_DATA_DIR: join(directory, `${name}.cache`),
      CAPSTAN_LEASE_DURATION: request.lease ?? '3s',
      CAPSTAN_KUSTOMIZE: request.kustomize,
      CAPSTAN_HELM: await toolPath('helm'),
      ...prometheusEnvironment(request),
    },
  });
  agent.start();
  return new StageCluster(name, real, agent);
}

function prometheusEnvironment({ name, directory, prometheus }: JoinRequest): Readonly<Record<string, string>> {
  if (prometheus === undefined) return {};
  const tokenFile = join(directory, `${name}.prometheus.token`);
  writeFileSync(tokenFile, `${prometheus.token}\n`, { mode: 0o600 });
  return { CAPSTAN_PROMETHEUS_URL: prometheus.url, CAPSTAN_PROMETHEUS_TOKEN_FILE: tokenFile };
}

async function joinManifest({ name, labels, namespaces, hub, root }: JoinRequest): Promise<readonly KubeObject[]> {
  const preset = namespaces === undefined ? ['--preset', 'cluster-admin'] : ['--preset', 'namespaced', '--namespaces', ...namespaces];
  const labelled = Object.entries(labels).flatMap(([key, value]) => ['-l', `${key}=${value}`]);
  const { exitCode, stdout, stderr } = await capstanCommand(root, { CAPSTAN_SERVER: hub.url, CAPSTAN_TOKEN: hub.token }, ['cluster', 'join', name, ...labelled, '--output', 'manifest', ...preset]);
  if (exitCode !== 0) throw new Error(`capstan cluster join ${name} ended with ${String(exitCode)}: ${stderr}`);
  return parseManifest(stdout);
}

/** The objects of a YAML stream that `capstan` or helm has printed. */
export function parseManifest(yaml: string): readonly KubeObject[] {
  return parseAllDocuments(yaml).map((document): KubeObject | null => document.toJS()).filter((object) => object !== null);
}

/** The kubeconfig of the agent: its ServiceAccount's token, as its pod has one. */
export async function agentKubeconfig(real: RealCluster, server = real.server): Promise<string> {
  const config: { readonly clusters: readonly { readonly name: string; readonly cluster: object }[] } = JSON.parse(readFileSync(real.adminKubeconfig, 'utf8'));
  const token = await real.tokenFor(AGENT_NAMESPACE, 'capstan-agent');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: config.clusters.map(({ name, cluster }) => ({ name, cluster: { ...cluster, server } })),
    users: [{ name: 'agent', user: { token } }],
    contexts: [{ name: 'agent', context: { cluster: real.name, user: 'agent' } }],
    'current-context': 'agent',
  });
}

function secretText(objects: readonly KubeObject[], name: string, key: string): string {
  const secret = objects.find((object) => object.kind === 'Secret' && object.metadata.name === name);
  const data: unknown = secret?.['stringData'];
  const value: unknown = typeof data === 'object' && data !== null ? Object.entries(data).find(([found]) => found === key)?.[1] : undefined;
  if (typeof value !== 'string') throw new Error(`the manifest has no ${name}/${key}`);
  return value;
}
