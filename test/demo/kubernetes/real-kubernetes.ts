import { realKubernetesAvailable, startRealKubernetes } from '#testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageBuilder } from '../../stage/stage-builder.js';
import type { DemoHost } from '../cast/cluster.js';
import type { Part } from '../cast/fleet.js';

/** A demo that stays up must not lose its agents after an hour. */
const TOKEN_SECONDS = 7 * 24 * 3600;

/** Builds the programs of a control plane where they are missing, with progress on standard error. @throws saying what is needed */
export async function ensureRealKubernetes(root: string): Promise<void> {
  if ((await realKubernetesAvailable()).ok) return;
  const child = spawn(process.execPath, [join(root, 'scripts', 'tools.mjs'), 'kubernetes'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error('the programs of Kubernetes could not be built; without --kubernetes real the demo needs none');
}

/** Real control planes, one for each part; `<part>.kubeconfig` in `directory` is for people. */
export async function startRealClusters(parts: readonly Part[], directory: string, builder: StageBuilder, signal: AbortSignal): Promise<readonly DemoHost[]> {
  const starting = startRealKubernetes({ clusters: parts.length, workDir: join(directory, 'kubernetes'), signal });
  builder.adopt(async () => (await starting.catch(() => undefined))?.stop());
  const { clusters } = await starting;
  return Promise.all(
    clusters.map(async (cluster, index): Promise<DemoHost> => {
      await copyFile(cluster.adminKubeconfig, join(directory, `${parts[index]?.name ?? cluster.name}.kubeconfig`));
      const tokenFor = (namespace: string, account: string): Promise<string> => cluster.tokenFor(namespace, account, TOKEN_SECONDS);
      return { server: cluster.server, caPem: cluster.caPem, tokenFor, admin: cluster.client, auditLog: cluster.auditLog, install: undefined };
    }),
  );
}
