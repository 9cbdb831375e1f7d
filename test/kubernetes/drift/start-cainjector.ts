import { GuardedProcess, type RealCluster } from '#testing';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The CA injector of cert-manager, as a process that works on a cluster. @throws when it was not built */
export async function startCaInjector(cluster: RealCluster): Promise<GuardedProcess> {
  const { findTool }: { findTool(name: string): string | undefined } = await import('../../../scripts/tools.mjs' as string);
  const file = findTool('cainjector');
  if (file === undefined) throw new Error('cainjector is missing: npm run tools -- kubernetes');
  return new GuardedProcess({ name: 'cainjector', file, args: ['-kubeconfig', cluster.adminKubeconfig], cwd: tmpdir(), logPath: join(dirname(cluster.adminKubeconfig), 'cainjector.log') });
}
