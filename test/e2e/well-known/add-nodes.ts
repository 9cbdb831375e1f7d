import { until } from '#testing';
import type { StageCluster } from '../stage/stage-cluster.js';
import { must } from '../../contract/kubernetes/contract-server.js';

/** Gives a cluster further nodes that kwok plays: replicas that must not share one need as many. */
export async function addNodes({ admin }: StageCluster, names: readonly string[]): Promise<void> {
  for (const name of names) must(await admin.create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' } } }));
  const nodes = must(await admin.resolve('', 'Node'));
  for (const name of names) {
    await until(`node ${name} takes pods`, 60_000, async () => {
      const node = must(await admin.get(nodes, '', name));
      return !('spec' in node) || JSON.stringify(node['spec']).includes('taints') || !JSON.stringify(node['status'] ?? '').includes('"Running"') ? undefined : true;
    });
  }
}
