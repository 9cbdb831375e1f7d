import type { AgentIdentity, IdentityStore } from './session/session.ports.js';
import { AgentFailure } from './agent-failure.js';
import type { StateFailure } from './reconcile/agent.ports.js';
import { IdentityUnreadable, type IdentitySecret, type InventorySecrets, type OtherHub } from './state/index.js';

export interface EnrolledStateDeps {
  readonly identities: IdentitySecret;
  readonly inventory: InventorySecrets;
  /** Begins the work on what is stored, once, as soon as it is known for which hub. Resolves when the inbox can be asked. */
  readonly begin: (signal: AbortSignal) => Promise<void>;
  /** Told of what no retry mends. */
  readonly fail: (failure: AgentFailure) => void;
}

/**
 * The identity as the session sees it, and with it the door to the rest of the durable state: before anybody learns who this agent is, the
 * inventory is claimed for that hub and the work on stored orders has begun. A hub that did not write what is stored here gets nothing.
 */
export class EnrolledState implements IdentityStore {
  private current: AgentIdentity | undefined;
  private begun = false;

  constructor(private readonly deps: EnrolledStateDeps) {}

  /** Keys that may have signed what is stored. */
  signingKeys(): AgentIdentity['signingKeys'] {
    return this.current?.signingKeys ?? [];
  }

  async load(signal: AbortSignal): Promise<AgentIdentity | undefined> {
    let identity: AgentIdentity | undefined;
    try {
      identity = await this.deps.identities.load(signal);
    } catch (error) {
      if (error instanceof IdentityUnreadable) this.deps.fail(new AgentFailure('IDENTITY_UNREADABLE', error.message));
      throw error;
    }
    if (identity !== undefined) await this.takeUp(identity, signal);
    return identity;
  }

  async save(identity: AgentIdentity, signal: AbortSignal): Promise<void> {
    const writer = await this.deps.inventory.lastWriter(signal);
    if (!writer.ok) throw new Error(writer.error.message);
    if (writer.value !== undefined && writer.value.hub !== identity.hub) throw this.refuse(writer.value.hub, identity);
    await this.deps.identities.save(identity, signal);
    await this.takeUp(identity, signal);
  }

  private async takeUp(identity: AgentIdentity, signal: AbortSignal): Promise<void> {
    this.current = identity;
    if (this.begun) return;
    const claimed = await this.deps.inventory.claim(identity.hub, signal);
    if (!claimed.ok) throw this.explain(claimed.error, identity);
    await this.deps.begin(signal);
    this.begun = true;
  }

  private explain(error: StateFailure | OtherHub, identity: AgentIdentity): Error {
    if (error.code === 'OTHER_HUB') return this.refuse(error.hub, identity);
    if (error.code !== 'CORRUPT') return new Error(error.message);
    const failure = new AgentFailure('STATE_UNREADABLE', error.message);
    this.deps.fail(failure);
    return failure;
  }

  private refuse(owner: string, identity: AgentIdentity): AgentFailure {
    const failure = new AgentFailure(
      'OTHER_HUB',
      `this cluster belongs to hub ${owner} and this agent is to serve hub ${identity.hub}. Remove the cluster from its first hub, or, if that hub is gone for good, ` +
        'delete the Secrets of the agent with the label `capstan.dev/state in (inventory, shard, order)`: what the first hub applied then stays, and nobody tracks it',
    );
    this.deps.fail(failure);
    return failure;
  }
}
