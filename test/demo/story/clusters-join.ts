import { until } from '#testing';
import type { StageBuilder } from '../../stage/stage-builder.js';
import type { DemoHost } from '../cast/cluster.js';
import { counted } from '../cast/fleet.js';
import { joinDemoCluster } from '../cast/join-demo-cluster.js';
import type { Stage } from '../cast/stage.js';
import type { Narrator } from '../narrator.js';
import { failIfOver } from './watch-target.js';

interface Row {
  readonly name: string;
  readonly connection: string;
  readonly labels: Readonly<Record<string, string>>;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export async function clustersJoin(stage: Stage, hosts: readonly DemoHost[], builder: StageBuilder, narrator: Narrator): Promise<void> {
  const { parts, hub } = stage;
  narrator.chapter(`1. ${capital(counted(parts.length, 'cluster'))} ${parts.length === 1 ? 'joins' : 'join'}, with labels`);
  const join = async (): Promise<void> => {
    const joining = parts.map(async (part, index) => {
      const host = hosts[index];
      if (host === undefined) throw new Error(`nobody plays ${part.name}`);
      const cluster = await joinDemoCluster(part, host, stage);
      builder.adopt(() => cluster.agent.stop());
      stage.clusters.push(cluster);
    });
    const failed = (await Promise.allSettled(joining)).find((joined) => joined.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  };
  await narrator.step('capstan cluster join ...', join, () => 'tokens minted, agents started');
  const rows = await narrator.step(
    'every agent has a certificate of its own and a session',
    () =>
      until(`${counted(parts.length, 'cluster')} connected`, stage.patienceMs, async () => {
        await failIfOver(stage);
        const { clusters } = await hub.api.query<{ readonly clusters: { readonly edges: readonly { readonly node: Row }[] } }>('{ clusters(first: 50) { edges { node { name connection labels } } } }');
        const nodes = clusters.edges.map((edge) => edge.node);
        return nodes.length === parts.length && nodes.every(({ connection }) => connection === 'CONNECTED') ? nodes : undefined;
      }),
    (nodes) => `${nodes.length} connected`,
  );
  narrator.show(rows.map(({ name, labels }) => `${name.padEnd(10)} ${Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(', ')}`).join('\n'));
}
