import { startSandboxCluster, startSandboxHost, type SandboxCluster } from '#sandbox';
import { until } from '#testing';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentFlags } from '../../stage/agent-flags.js';
import { Child } from '../../stage/child.js';
import { adminClient, AGENT_NAMESPACE } from '../../stage/join-cluster.js';
import type { BenchStage } from './bench-stage.js';
import { openHubDatabase } from './hub-database.js';
import { mintJoinTokens, type Joining, type LabelsOf } from './join-token.js';

export const SANDBOX_FLEET_NOTE = 'real agents, a process each, with the flags of `npm run agent`; only the cluster behind each is simulated: in-memory Kubernetes APIs over HTTPS in the process of the benchmark. All of it shares the cores of hub and database';

export interface SandboxFleet {
  readonly agents: readonly number[];
  /** Clusters in which every ConfigMap of the namespace is of this revision, as their own APIs have it. */
  clustersAt(namespace: string, objects: number, revision: number): number;
}

const AT_ONCE = 6;
const CONNECT_MS = 300_000;
const EVERYTHING = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

/** A simulated cluster with a real agent for each name; all connected when this answers. */
export async function startSandboxFleet(stage: BenchStage, clusters: LabelsOf): Promise<SandboxFleet> {
  const { builder, hub, directory, programs } = stage;
  const host = await startSandboxHost();
  builder.adopt(() => host.stop());
  const caFile = join(directory, 'hub-ca.pem');
  const running: { readonly sandbox: SandboxCluster; readonly agent: Child }[] = [];
  const joining = await mintJoinTokens(hub, clusters);
  await writeFile(caFile, joining[0]?.caPem ?? '');
  const flags = await agentFlags(stage.root);
  const queue = joining.values();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const one of queue) {
      const sandbox = await startSandboxCluster({ name: one.cluster, host, auditCapacity: 0, simulator: { readyAfterMs: 0 } });
      builder.adopt(() => sandbox.stop());
      await admitAgent(sandbox);
      const agent = await startAgent(stage, one, sandbox, caFile, flags);
      programs.push(agent);
      builder.adopt(() => agent.stop());
      running.push({ sandbox, agent });
    }
  }));
  const database = await openHubDatabase(hub);
  try {
    await until('the agents are connected', CONNECT_MS, async () => {
      const dead = running.find(({ agent }) => agent.hasEnded);
      if (dead !== undefined) throw new Error(await dead.agent.lastWords());
      const { rows: [row] } = await database.query<{ connected: number }>('SELECT count(*)::int AS connected FROM clusters WHERE connected_replica IS NOT NULL');
      return row !== undefined && row.connected >= clusters.size ? true : undefined;
    });
  } finally {
    await database.end();
  }
  return {
    agents: running.map(({ agent }) => agent.pid),
    clustersAt: (namespace, objects, revision) => running.filter(({ sandbox }) => countAt(sandbox, namespace, revision) === objects).length,
  };
}

function countAt(sandbox: SandboxCluster, namespace: string, revision: number): number {
  return [...sandbox.objects().values()].filter(({ kind, metadata, data }) => {
    return kind === 'ConfigMap' && metadata.namespace === namespace && typeof data === 'object' && data !== null && 'revision' in data && data['revision'] === String(revision);
  }).length;
}

/** The accounts of the agent, which may do everything: rights are not what is measured. */
async function admitAgent(sandbox: SandboxCluster): Promise<void> {
  const admin = adminClient(sandbox);
  const apply = async (object: Parameters<typeof admin.apply>[0]): Promise<void> => {
    const done = await admin.apply(object, { fieldManager: 'bench' });
    if (!done.ok) throw new Error(`${sandbox.name}: ${object.kind} ${object.metadata.name}: ${done.error.message}`);
  };
  const rbac = { group: 'rbac.authorization.k8s.io', version: 'rbac.authorization.k8s.io/v1' };
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: AGENT_NAMESPACE } });
  await apply({ apiVersion: rbac.version, kind: 'ClusterRole', metadata: { name: 'bench' }, rules: EVERYTHING });
  for (const name of ['capstan-agent', 'capstan-apply']) {
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: AGENT_NAMESPACE } });
    await apply({ apiVersion: rbac.version, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup: rbac.group, kind: 'ClusterRole', name: 'bench' }, subjects: [{ kind: 'ServiceAccount', name, namespace: AGENT_NAMESPACE }] });
  }
  admin.close();
}

async function startAgent({ root, directory }: BenchStage, { cluster, hub, token }: Joining, sandbox: SandboxCluster, caFile: string, flags: readonly string[]): Promise<Child> {
  const kubeconfig = join(directory, `${cluster}.kubeconfig`);
  await sandbox.writeKubeconfig(kubeconfig, sandbox.tokenFor(AGENT_NAMESPACE, 'capstan-agent'));
  return Child.start({
    name: `agent of ${cluster}`, args: [...flags, join(root, 'dist/agent.mjs')], logFile: join(directory, `${cluster}.agent.log`),
    env: {
      PATH: process.env['PATH'] ?? '', HOME: directory, KUBECONFIG: kubeconfig, CAPSTAN_HUB: hub, CAPSTAN_HUB_CA_FILE: caFile, CAPSTAN_JOIN_TOKEN: token,
      CAPSTAN_NAMESPACE: AGENT_NAMESPACE, CAPSTAN_DATA_DIR: join(directory, `${cluster}.cache`),
    },
  });
}
