import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from './free-ports.js';
import { GuardedProcess } from './guarded-process.js';
import { realKubernetesAvailable } from './kubernetes-programs.js';
import { RealCluster } from './real-cluster.js';
import { until } from '../until.js';

export interface RealKubernetesRequest {
  /** How many clusters; they share one etcd and nothing else. @default 1 */
  readonly clusters?: number;
  /** Kept after the end, for its logs. Absent: a temporary directory that goes with `stop`. */
  readonly workDir?: string;
  /** Ends the start early; it rejects then and nothing is left running. */
  readonly signal?: AbortSignal;
}

export interface RealKubernetes {
  /** `cluster-0`, `cluster-1`, ... */
  readonly clusters: readonly RealCluster[];
  /** Kills everything that was started here. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts real control planes on loopback. What it starts ends with `stop`, or with this process however that ends.
 * @throws when programs are missing (ask `realKubernetesAvailable` first) or something does not come up; nothing is left running then.
 */
export async function startRealKubernetes(request: RealKubernetesRequest = {}): Promise<RealKubernetes> {
  const programs = await realKubernetesAvailable();
  if (!programs.ok) throw new Error(`${programs.error.programs.join(', ')} missing: ${programs.error.hint}`);
  const workDir = request.workDir ?? (await mkdtemp(join(tmpdir(), 'capstan-kubernetes-')));
  await mkdir(workDir, { recursive: true });
  const count = request.clusters ?? 1;
  const [etcdPort = 0, etcdPeerPort = 0, ...ports] = await freePorts(2 + 2 * count);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const peerUrl = `http://127.0.0.1:${etcdPeerPort}`;

  const etcd = new GuardedProcess({
    name: 'etcd', file: programs.value.etcd, cwd: workDir, logPath: join(workDir, 'etcd.log'),
    args: [
      `--data-dir=${join(workDir, 'etcd')}`, '--unsafe-no-fsync', `--listen-client-urls=${etcdUrl}`, `--advertise-client-urls=${etcdUrl}`, `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`, `--initial-cluster=default=${peerUrl}`, '--log-level=warn',
    ],
  });
  const clusters: RealCluster[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(clusters.map((cluster) => cluster.stop()));
    await etcd.kill();
    if (request.workDir === undefined) await rm(workDir, { recursive: true, force: true });
  };
  try {
    await until('etcd answers', 30_000, async () => {
      if (!etcd.isRunning) throw new Error(`ended at once: ${etcd.logTail()}`);
      const answer = await fetch(`${etcdUrl}/readyz`).catch(() => undefined);
      return answer?.ok === true ? true : undefined;
    }, () => etcd.logTail());
    for (let index = 0; index < count; index += 1) {
      clusters.push(await RealCluster.create({
        name: `cluster-${index}`, directory: join(workDir, `cluster-${index}`), programs: programs.value, etcdUrl, apiPort: ports[2 * index] ?? 0, kwokPort: ports[2 * index + 1] ?? 0,
      }));
    }
    request.signal?.throwIfAborted();
    const abort = (): void => void Promise.all(clusters.map((cluster) => cluster.stop()));
    request.signal?.addEventListener('abort', abort, { once: true });
    await Promise.all(clusters.map((cluster) => cluster.start()));
    request.signal?.removeEventListener('abort', abort);
    return { clusters, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
