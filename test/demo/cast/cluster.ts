import { createKubeClient, tokenCredentials } from '#kube';
import type { KubeObject } from '#domain';
import { startSandboxCluster, type SandboxCluster } from '#sandbox';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { Child } from './child.js';
import type { DemoHub } from './hub.js';

const run = promisify(execFile);
const AGENT_NAMESPACE = 'capstan-system';

/** A cluster of the demo: an in-memory Kubernetes, and the agent that runs beside it with a token of its own ServiceAccount. */
export interface DemoCluster {
  readonly name: string;
  readonly sandbox: SandboxCluster;
  readonly agent: Child;
  readonly kubeconfig: string;
}

export interface JoinRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hub: DemoHub;
  readonly directory: string;
  readonly root: string;
}

/** Joins a new cluster as an operator would: `capstan cluster join`, its manifest applied, and an agent with that account's token. */
export async function joinCluster(request: JoinRequest): Promise<DemoCluster> {
  const { name, directory } = request;
  const sandbox = await startSandboxCluster({ name, auditLogPath: join(directory, `${name}.audit.log`), simulator: { readyAfterMs: 300 } });
  const objects = await joinManifest(request);
  const admin = createKubeClient({ server: sandbox.server, caPem: sandbox.caPem, credentials: tokenCredentials(sandbox.adminToken) }, { userAgent: 'demo-administrator' });
  try {
    for (const object of objects) {
      // The agent's Deployment stays out: in this cluster no pod really runs, the process below plays it.
      if (object.kind === 'Deployment') continue;
      const applied = await admin.apply(object, { fieldManager: 'demo-administrator' });
      if (!applied.ok) throw new Error(`${name}: ${object.kind} ${object.metadata.name}: ${applied.error.code} ${applied.error.message}`);
    }
  } finally {
    admin.close();
  }
  const kubeconfig = join(directory, `${name}.kubeconfig`);
  await sandbox.writeKubeconfig(kubeconfig);
  const agentKubeconfig = join(directory, `${name}.agent.kubeconfig`);
  await sandbox.writeKubeconfig(agentKubeconfig, sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent'));
  return { name, sandbox, kubeconfig, agent: startAgent(request, agentKubeconfig, objects) };
}

async function joinManifest({ name, labels, hub, root }: JoinRequest): Promise<readonly KubeObject[]> {
  const labelArguments = Object.entries(labels).flatMap(([key, value]) => ['-l', `${key}=${value}`]);
  const args = [join(root, 'dist/apps/cli/src/main.js'), 'cluster', 'join', name, ...labelArguments, '--output', 'manifest', '--preset', 'cluster-admin'];
  const { stdout } = await run(process.execPath, args, { env: { CAPSTAN_SERVER: hub.api.url, CAPSTAN_TOKEN: hub.api.token }, timeout: 30_000 });
  return parseAllDocuments(stdout).map((document) => document.toJS() as KubeObject).filter((object) => object !== null);
}

/** The agent takes from the applied Secrets what its pod would get as environment and files. */
function startAgent({ name, directory, root }: JoinRequest, kubeconfig: string, objects: readonly KubeObject[]): Child {
  const secret = (wanted: string, key: string): string => {
    const data = objects.find((object) => object.kind === 'Secret' && object.metadata.name === wanted)?.['stringData'];
    const value = typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>)[key] : undefined;
    if (typeof value !== 'string') throw new Error(`the manifest has no ${wanted}/${key}`);
    return value;
  };
  const caFile = join(directory, `${name}.hub-ca.pem`);
  writeFileSync(caFile, secret('capstan-hub', 'ca.pem'));
  return Child.start({
    name: `agent of ${name}`,
    args: ['--max-semi-space-size=2', join(root, 'dist/agent.mjs')],
    logFile: join(directory, `${name}.agent.log`),
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: directory,
      KUBECONFIG: kubeconfig,
      CAPSTAN_HUB: secret('capstan-hub', 'host'),
      CAPSTAN_HUB_CA_FILE: caFile,
      CAPSTAN_JOIN_TOKEN: secret('capstan-join', 'token'),
      CAPSTAN_NAMESPACE: AGENT_NAMESPACE,
      CAPSTAN_DATA_DIR: join(directory, `${name}.cache`),
      CAPSTAN_KUSTOMIZE: process.env['CAPSTAN_KUSTOMIZE'] ?? '',
    },
  });
}
