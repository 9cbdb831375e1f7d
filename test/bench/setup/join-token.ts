import type { StageHub } from '../../stage/start-hub.js';

/** Names of clusters with their labels. */
export type LabelsOf = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** What an agent needs to enrol: where its hub is, whom to trust, and a token of one use. */
export interface Joining {
  readonly cluster: string;
  /** host:agentPort:enrollPort */
  readonly hub: string;
  readonly caPem: string;
  readonly token: string;
}

interface Answer {
  readonly token: string;
  readonly hub: { readonly host: string; readonly agentPort: number; readonly enrollPort: number; readonly caPem: string };
}

const AT_ONCE = 8;

/** Makes the rows of clusters and a token for each, as `capstan cluster join` does. */
export async function mintJoinTokens({ api }: StageHub, clusters: LabelsOf): Promise<readonly Joining[]> {
  const minted: Joining[] = [];
  const queue = clusters.entries();
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (const [cluster, labels] of queue) {
      await api.mutate('createCluster', { name: cluster, labels });
      const { token, hub } = await api.mutate<Answer>('createJoinToken', { cluster }, 'token hub { host agentPort enrollPort caPem }');
      minted.push({ cluster, token, hub: `${hub.host}:${hub.agentPort}:${hub.enrollPort}`, caPem: hub.caPem });
    }
  }));
  return minted;
}
