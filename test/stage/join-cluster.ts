import type { KubeObject } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { agentFlags } from './agent-flags.js';
import { Child } from './child.js';
import type { StageHub } from './start-hub.js';

const run = promisify(execFile);
const ADMINISTRATOR = 'stage-administrator';
export const AGENT_NAMESPACE = 'capstan-system';

/** A Kubernetes API that an agent can be put to, whether something really runs behind it or not. */
export interface JoinableCluster {
  readonly server: string;
  /** Undefined: what this machine trusts. */
  readonly caPem: string | undefined;
  readonly tlsServerName?: string | undefined;
  tokenFor(namespace: string, serviceAccount: string): string | Promise<string>;
}

export interface JoinRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly cluster: JoinableCluster;
  /** As its administrator. */
  readonly admin: KubeClient;
  /** Where the agent lives. @default capstan-system */
  readonly agentNamespace?: string;
  /** Where applied content may go. Absent: everywhere. */
  readonly applyNamespaces?: readonly string[];
  /** Puts one object of the manifest into the cluster. @default server-side apply as `admin` */
  readonly install?: (object: KubeObject) => Promise<void>;
  readonly hub: StageHub;
  readonly directory: string;
  readonly root: string;
  /** Of the agent, beyond those of a stage. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The administrator's client of an in-memory cluster. Close it after use. */
export function adminClient(cluster: { readonly server: string; readonly caPem: string; readonly adminToken: string }, userAgent = ADMINISTRATOR): KubeClient {
  return createKubeClient({ server: cluster.server, caPem: cluster.caPem, credentials: tokenCredentials(cluster.adminToken) }, { userAgent });
}

/**
 * Joins a cluster as an operator would: `capstan cluster join`, its manifest applied, and an agent with that account's token. The agent is a
 * process beside us: no cluster of the stage really runs its pod.
 */
export async function joinCluster(request: JoinRequest): Promise<Child> {
  const { name, cluster, directory, agentNamespace = AGENT_NAMESPACE, install = (object) => applied(request, object) } = request;
  const objects = await joinManifest(request);
  for (const object of objects) if (object.kind !== 'Deployment') await install(object);
  const kubeconfig = join(directory, `${name}.agent.kubeconfig`);
  await writeFile(kubeconfig, agentKubeconfig(cluster, await cluster.tokenFor(agentNamespace, 'capstan-agent')), { mode: 0o600 });
  const caFile = join(directory, `${name}.hub-ca.pem`);
  await writeFile(caFile, secretText(objects, 'capstan-hub', 'ca.pem'));
  return startAgent(request, await agentFlags(request.root), kubeconfig, caFile, objects);
}

async function applied({ name, admin }: JoinRequest, object: KubeObject): Promise<void> {
  const result = await admin.apply(object, { fieldManager: ADMINISTRATOR });
  if (!result.ok) throw new Error(`${name}: ${object.kind} ${object.metadata.name}: ${result.error.code} ${result.error.message}`);
}

async function joinManifest({ name, labels, hub, root, agentNamespace = AGENT_NAMESPACE, applyNamespaces }: JoinRequest): Promise<readonly KubeObject[]> {
  const labelArguments = Object.entries(labels).flatMap(([key, value]) => ['-l', `${key}=${value}`]);
  const preset = applyNamespaces === undefined ? ['cluster-admin'] : ['namespaced', '--namespaces', ...applyNamespaces];
  const args = [join(root, 'dist/apps/cli/src/main.js'), 'cluster', 'join', name, ...labelArguments, '--output', 'manifest', '--agent-namespace', agentNamespace, '--preset', ...preset];
  const { stdout } = await run(process.execPath, args, { env: { CAPSTAN_SERVER: hub.api.url, CAPSTAN_TOKEN: hub.api.token }, timeout: 120_000 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject).filter((object) => object !== null);
}

function agentKubeconfig({ server, caPem, tlsServerName }: JoinableCluster, token: string): string {
  const trust = { ...(caPem === undefined ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }), ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }) };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'agent',
    clusters: [{ name: 'cluster', cluster: { server, ...trust } }],
    users: [{ name: 'agent', user: { token } }],
    contexts: [{ name: 'agent', context: { cluster: 'cluster', user: 'agent' } }],
  });
}

/** The agent takes from the applied Secrets what its pod would get as environment and files. */
function startAgent({ name, directory, root, agentNamespace = AGENT_NAMESPACE, settings }: JoinRequest, flags: readonly string[], kubeconfig: string, caFile: string, objects: readonly KubeObject[]): Child {
  return Child.start({
    name: `agent of ${name}`,
    args: [...flags, join(root, 'dist/agent.mjs')],
    logFile: join(directory, `${name}.agent.log`),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      KUBECONFIG: kubeconfig,
      CAPSTAN_HUB: secretText(objects, 'capstan-hub', 'host'),
      CAPSTAN_HUB_CA_FILE: caFile,
      CAPSTAN_JOIN_TOKEN: secretText(objects, 'capstan-join', 'token'),
      CAPSTAN_NAMESPACE: agentNamespace,
      CAPSTAN_DATA_DIR: join(directory, `${name}.cache`),
      CAPSTAN_KUSTOMIZE: process.env['CAPSTAN_KUSTOMIZE'] ?? '',
      CAPSTAN_HELM: process.env['CAPSTAN_HELM'] ?? '',
      ...settings,
    },
  });
}

function secretText(objects: readonly KubeObject[], wanted: string, key: string): string {
  const data = objects.find((object) => object.kind === 'Secret' && object.metadata.name === wanted)?.['stringData'];
  const value = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>)[key] : undefined;
  if (typeof value !== 'string') throw new Error(`the manifest has no ${wanted}/${key}`);
  return value;
}
