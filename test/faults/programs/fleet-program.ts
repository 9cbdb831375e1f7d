/**
 * Many sandbox clusters and their agents in one process that is never the hub's. Each agent has a log of its own, as its pod would; each cluster keeps its
 * audit log, and every ConfigMap that was ever there with the value that it had. Usage: node fleet-program.js <file with a FleetOrder as JSON>
 */
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readAgentConfig, startAgent, type RunningAgent } from '../../../apps/agent/src/compose.js';
import type { KubeObject } from '#domain';
import { createKubeClient, tokenCredentials, type KubeClient } from '#kube';
import { startSandboxCluster, startSandboxHost, type SandboxHost } from '#sandbox';
import { AGENT_NAMESPACE } from '../../stage/join-cluster.js';
import type { FleetOrder } from './fleet-order.js';

const order: FleetOrder = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const host = await startSandboxHost();
const agents: RunningAgent[] = [];
for (const cluster of order.clusters) agents.push(await startCluster(cluster, host));
process.stdout.write('ready\n');
process.once('SIGTERM', () => void Promise.all(agents.map((agent) => agent.close())).finally(() => process.exit(0)));

async function startCluster({ name, joinToken }: FleetOrder['clusters'][number], shared: SandboxHost): Promise<RunningAgent> {
  const at = (suffix: string): string => join(order.directory, `${name}.${suffix}`);
  const sandbox = await startSandboxCluster({ name, host: shared, auditLogPath: at('audit.log'), auditCapacity: 0 });
  const admin = createKubeClient({ server: sandbox.server, caPem: sandbox.caPem, credentials: tokenCredentials(sandbox.adminToken) }, { userAgent: 'stage-administrator' });
  for (const object of order.manifest) await install(admin, object);
  void witnessConfigMaps(admin, at('objects.log'));
  const dataDir = at('cache');
  mkdirSync(dataDir);
  const config = readAgentConfig({
    PATH: process.env['PATH'], CAPSTAN_HUB: order.hub, CAPSTAN_HUB_CA_FILE: order.hubCaFile, CAPSTAN_JOIN_TOKEN: joinToken, CAPSTAN_NAMESPACE: AGENT_NAMESPACE, CAPSTAN_DATA_DIR: dataDir,
    CAPSTAN_RENDER_CONCURRENCY: '1',
  });
  const token = sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent');
  return startAgent(config, {
    connection: { server: sandbox.server, caPem: sandbox.caPem, credentials: tokenCredentials(token) },
    renderProcess: order.renderProcess,
    logTo: createWriteStream(at('agent.log'), { flags: 'a', mode: 0o600 }),
  });
}

async function install(admin: KubeClient, object: KubeObject): Promise<void> {
  const result = await admin.apply(object, { fieldManager: 'stage-administrator' });
  if (!result.ok) throw new Error(`${object.kind} ${object.metadata.name}: ${result.error.code} ${result.error.message}`);
}

/** Every change of every ConfigMap, as the cluster itself tells it. */
async function witnessConfigMaps(admin: KubeClient, path: string): Promise<void> {
  const resource = await admin.resolve('', 'ConfigMap');
  if (!resource.ok) throw new Error(resource.error.message);
  const log = createWriteStream(path, { flags: 'a', mode: 0o600 });
  let resourceVersion: string | undefined;
  for (;;) {
    for await (const event of admin.watch(resource.value, resourceVersion === undefined ? {} : { resourceVersion })) {
      if (event.type === 'ENDED') {
        if (event.failure !== undefined) throw new Error(`the witness of ConfigMaps lost the thread: ${event.failure.code} ${event.failure.message}`);
        continue;
      }
      resourceVersion = event.resourceVersion;
      if (event.type === 'BOOKMARK') continue;
      const { metadata, ...object } = event.object;
      const data = object['data'];
      log.write(`${JSON.stringify({ at: Date.now(), type: event.type, namespace: metadata.namespace, name: metadata.name, data })}\n`);
    }
  }
}
