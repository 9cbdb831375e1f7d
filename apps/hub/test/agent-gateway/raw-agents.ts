import type { ClusterId } from '#domain';
import { rootDigest, type HeldOrder } from '#wire';
import { aCluster, aJoinToken, type GatewayWorld, type RunningGateway } from './gateway-fixture.js';
import { enrollRaw, expectEnrolled, RawAgent, type RawIdentity } from './raw-agent.js';

/** Clusters that joined a gateway, and the sessions of their agents, which end together. */
export class RawAgents {
  readonly #open: RawAgent[] = [];

  constructor(
    private readonly world: GatewayWorld,
    private readonly running: RunningGateway,
  ) {}

  async enrolled(): Promise<RawIdentity & { readonly cluster: ClusterId }> {
    const { cluster } = await aCluster(this.world);
    return { ...expectEnrolled(await enrollRaw(this.world, this.running, await aJoinToken(this.world, cluster))), cluster };
  }

  /** Said hello with what it holds, and was welcomed. */
  async connected(identity: RawIdentity, held: readonly HeldOrder[] = []): Promise<RawAgent> {
    const agent = new RawAgent(this.world, this.running, identity);
    this.#open.push(agent);
    agent.hello({ rootDigest: rootDigest(held) });
    await agent.next('welcome');
    return agent;
  }

  close(): void {
    for (const agent of this.#open) agent.close();
  }
}
