import { startSandboxCluster, type SandboxCluster } from '#sandbox';
import { join } from 'node:path';
import type { Child } from '../../stage/child.js';
import { adminClient, joinCluster } from '../../stage/join-cluster.js';
import type { StageHub } from '../../stage/start-hub.js';

/** A cluster of the demo: an in-memory Kubernetes, and the agent that runs beside it. */
export interface DemoCluster {
  readonly name: string;
  readonly sandbox: SandboxCluster;
  readonly agent: Child;
  readonly kubeconfig: string;
}

export interface DemoClusterRequest {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly hub: StageHub;
  readonly directory: string;
  readonly root: string;
}

export async function joinDemoCluster(request: DemoClusterRequest): Promise<DemoCluster> {
  const { name, directory } = request;
  const sandbox = await startSandboxCluster({ name, auditLogPath: join(directory, `${name}.audit.log`), simulator: { readyAfterMs: 300 } });
  const kubeconfig = join(directory, `${name}.kubeconfig`);
  await sandbox.writeKubeconfig(kubeconfig);
  const admin = adminClient(sandbox);
  try {
    return { name, sandbox, kubeconfig, agent: await joinCluster({ ...request, cluster: sandbox, admin }) };
  } finally {
    admin.close();
  }
}
