import type { KubeClient } from '#kube';
import { startSandboxCluster } from '#sandbox';
import { AuditLog, startRealKubernetes } from '#testing';
import { join } from 'node:path';
import type { Child } from '../../stage/child.js';
import { adminClient, joinCluster, type JoinableCluster } from '../../stage/join-cluster.js';
import type { StageBuilder } from '../../stage/stage-builder.js';
import type { BenchStage } from './bench-stage.js';

/** A cluster with its agent, and the witness of what was asked of it. */
export interface BenchCluster {
  readonly name: string;
  readonly admin: KubeClient;
  readonly auditLog: AuditLog;
  readonly agent: Child;
}

export interface BenchClusterRequest {
  readonly name: string;
  readonly kubernetes: 'sandbox' | 'real';
}

export const SANDBOX_NOTE = 'the cluster is SIMULATED: an in-memory Kubernetes API over HTTPS in the process of the benchmark, whose pods are ready at once';
export const REAL_NOTE = 'the cluster is real: kube-apiserver, controller manager and scheduler with etcd (without fsync) on the same machine; kwok plays the node, so that no container runs';

export async function joinBenchCluster(stage: BenchStage, { name, kubernetes }: BenchClusterRequest): Promise<BenchCluster> {
  const { builder, programs, hub, directory, root } = stage;
  const { cluster, admin, auditLog } = kubernetes === 'real' ? await realCluster(builder) : await sandboxCluster(builder, name, directory);
  const agent = await joinCluster({ name, labels: { env: 'bench' }, cluster, admin, hub, directory, root });
  programs.push(agent);
  builder.adopt(() => agent.stop());
  return { name, admin, auditLog, agent };
}

interface Started {
  readonly cluster: JoinableCluster;
  readonly admin: KubeClient;
  readonly auditLog: AuditLog;
}

async function sandboxCluster(builder: StageBuilder, name: string, directory: string): Promise<Started> {
  const auditLogPath = join(directory, `${name}.audit.log`);
  const cluster = await startSandboxCluster({ name, auditLogPath, auditCapacity: 0, historyCapacity: 20_000, simulator: { readyAfterMs: 0 } });
  const admin = adminClient(cluster);
  builder.adopt(() => cluster.stop());
  builder.adopt(async () => admin.close());
  return { cluster, admin, auditLog: new AuditLog(auditLogPath) };
}

async function realCluster(builder: StageBuilder): Promise<Started> {
  const kubernetes = await startRealKubernetes();
  builder.adopt(() => kubernetes.stop());
  const [cluster] = kubernetes.clusters;
  if (cluster === undefined) throw new Error('no real cluster was started');
  return { cluster, admin: cluster.client, auditLog: cluster.auditLog };
}
