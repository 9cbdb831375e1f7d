import { err, silentLog } from '#kernel';
import type { TargetId } from '#domain';
import { systemClock, systemMonotonic, systemRandom, systemTimers } from '#runtime';
import type { HeldOrder } from '#wire';
import { randomUUID } from 'node:crypto';
import { openEdgePolicy, parseHubAddress, SessionLoop, type AgentIdentity, type OrderInbox, type VerifiedOrder } from '../../../apps/agent/src/session/index.js';
import type { Joining } from '../setup/join-token.js';

/** What light agents hold of a commit. */
export interface LightHoldings {
  readonly connected: number;
  readonly targets: number;
  /** Orders of the commit that came for a target which had one already. */
  readonly repeated: number;
}

const NOTHING = Object.freeze({ code: 'UNAVAILABLE', message: 'a light agent has no cluster' } as const);
const NO_REMOVAL = Object.freeze({ epoch: 0n, generation: 0n });

/** An agent with a real session and no cluster: what it takes is in memory, and reported healthy at once. */
export class LightAgent {
  isConnected = false;
  private readonly orders = new Map<TargetId, VerifiedOrder>();
  private readonly takenByCommit = new Map<string, { readonly targets: Set<TargetId>; orders: number }>();
  private readonly loop: SessionLoop;
  private identity: AgentIdentity | undefined;

  constructor({ hub, caPem, token }: Joining) {
    const address = parseHubAddress(hub);
    if (!address.ok) throw new Error(`not the address of a hub: ${hub}`);
    this.loop = new SessionLoop(
      { hub: address.value, ca: { pem: caPem }, joinToken: token, kubeSystemUid: randomUUID(), agentVersion: 'light', renderers: ['AUTO', 'PLAIN'] },
      {
        identities: { load: () => Promise.resolve(this.identity), save: (identity) => Promise.resolve(void (this.identity = identity)) },
        inbox: this.inbox(),
        credentials: { digests: () => new Map(), put: () => Promise.resolve(), drop: () => Promise.resolve() },
        requests: {
          describeObject: () => Promise.resolve(err(NOTHING)), listResources: () => Promise.resolve(err(NOTHING)), tests: () => Promise.resolve(err(NOTHING)), readLogs: () => Promise.resolve(err(NOTHING)),
          gateJob: () => Promise.resolve(err(NOTHING)),
          measure: () => Promise.resolve(err(NOTHING)),
        },
        facts: { current: () => undefined },
        edgePolicy: openEdgePolicy,
        events: { connected: () => (this.isConnected = true), disconnected: () => (this.isConnected = false) },
        clock: systemClock, monotonic: systemMonotonic, timers: systemTimers, random: systemRandom, log: silentLog,
      },
    );
  }

  run(signal: AbortSignal): Promise<void> {
    return this.loop.run(signal);
  }

  /** Targets whose newest order is of the commit, and how many orders of it came beyond the first for a target. */
  holds(commit: string): { readonly targets: number; readonly repeated: number } {
    const targets = [...this.orders.values()].filter(({ order }) => order.kind === 'ASSIGNMENT' && order.release.commit === commit).length;
    const taken = this.takenByCommit.get(commit);
    return { targets, repeated: taken === undefined ? 0 : taken.orders - taken.targets.size };
  }

  private inbox(): OrderInbox {
    return {
      held: () => [...this.orders.values()].map(heldOf),
      heldFor: (target) => {
        const order = this.orders.get(target);
        return order && heldOf(order);
      },
      floor: () => NO_REMOVAL,
      accept: (orders) => {
        for (const order of orders) this.take(order);
        return Promise.resolve();
      },
      confirmRemoved: () => undefined,
    };
  }

  private take(verified: VerifiedOrder): void {
    const { order } = verified;
    this.orders.set(order.target, verified);
    if (order.kind !== 'ASSIGNMENT') throw new Error('a light agent removes nothing');
    const { id: release, commit, sourceDigest } = order.release;
    const taken = this.takenByCommit.get(commit) ?? { targets: new Set(), orders: 0 };
    taken.targets.add(order.target);
    taken.orders += 1;
    this.takenByCommit.set(commit, taken);
    this.loop.reports.offer({
      target: order.target, epoch: order.epoch, generation: order.generation, release, commit, renderDigest: sourceDigest, sync: 'SYNCED', reason: 'SYNCED', message: '', health: 'HEALTHY', healthMessage: '',
      objectCount: 4, unhealthy: [], drifted: [], healedCount: 0, pendingRemoval: undefined, observedAt: systemClock.now(),
    });
  }
}

function heldOf({ order, orderDigest }: VerifiedOrder): HeldOrder {
  return { target: order.target, epoch: order.epoch, generation: order.generation, orderDigest };
}
