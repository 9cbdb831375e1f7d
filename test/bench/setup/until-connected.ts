import { until } from '#testing';
import type { BenchCluster } from './bench-cluster.js';
import type { BenchStage } from './bench-stage.js';

const CONNECT_MS = 60_000;

/** Until the hub has a session with every agent. @throws with the last words of one that ended. */
export async function untilConnected({ hub }: BenchStage, clusters: readonly BenchCluster[]): Promise<void> {
  type Answer = { readonly clusters: { readonly edges: readonly { readonly node: { readonly name: string; readonly connection: string } }[] } };
  await until('the agents are connected', CONNECT_MS, async () => {
    const dead = clusters.find(({ agent }) => agent.hasEnded);
    if (dead !== undefined) throw new Error(await dead.agent.lastWords());
    const answer = await hub.api.query<Answer>('{ clusters(first: 50) { edges { node { name connection } } } }');
    return answer.clusters.edges.filter(({ node }) => node.connection === 'CONNECTED').length >= clusters.length ? true : undefined;
  });
}
