import { err, ok, silentLog, type Digest, type Log, type Result } from '#kernel';
import { compareVersions, type OrderVersion, type RepositoryId, type TargetId } from '#domain';
import { systemClock, systemMonotonic, systemRandom, systemTimers } from '#runtime';
import type { HeldOrder, LogQuestion } from '#wire';
import {
  openEdgePolicy, SessionLoop, type AgentIdentity, type CaPin, type CredentialInbox, type IdentityStore, type OrderInbox, type RepositoryCredential, type RequestFailure, type VerifiedOrder,
} from '../../../apps/agent/src/session/index.js';

/** What a cluster would keep, in memory: it outlives the agent's process. */
export class DurableState implements IdentityStore, OrderInbox {
  identity: AgentIdentity | undefined;
  readonly orders = new Map<TargetId, VerifiedOrder>();
  readonly accepted: string[] = [];
  readonly confirmed: TargetId[] = [];
  saves = 0;
  /** The next so many writes fail. */
  failWrites = 0;
  private removedTo: OrderVersion = { epoch: 0n, generation: 0n };

  load(): Promise<AgentIdentity | undefined> {
    return Promise.resolve(this.identity);
  }

  save(identity: AgentIdentity): Promise<void> {
    this.identity = identity;
    this.saves += 1;
    return Promise.resolve();
  }

  held(): readonly HeldOrder[] {
    return [...this.orders.values()].map(({ order, orderDigest }) => ({ target: order.target, epoch: order.epoch, generation: order.generation, orderDigest }));
  }

  heldFor(target: TargetId): HeldOrder | undefined {
    return this.held().find((held) => held.target === target);
  }

  floor(): OrderVersion {
    return this.removedTo;
  }

  accept(orders: readonly VerifiedOrder[]): Promise<void> {
    if (this.failWrites > 0) {
      this.failWrites -= 1;
      return Promise.reject(new Error('the cluster does not answer'));
    }
    for (const order of orders) {
      this.orders.set(order.order.target, order);
      this.accepted.push(`${order.order.kind} ${order.order.target} ${order.order.generation}`);
    }
    return Promise.resolve();
  }

  confirmRemoved(order: VerifiedOrder): void {
    this.confirmed.push(order.order.target);
  }

  /** As the reconciler does when a removal is complete. */
  completeRemoval(target: TargetId): void {
    const done = this.orders.get(target)?.order;
    this.orders.delete(target);
    if (done !== undefined && compareVersions(done, this.removedTo) > 0) this.removedTo = { epoch: done.epoch, generation: done.generation };
  }
}

export class HeldCredentials implements CredentialInbox {
  readonly held = new Map<RepositoryId, RepositoryCredential>();

  digests(): ReadonlyMap<RepositoryId, Digest> {
    return new Map([...this.held].map(([repository, credential]) => [repository, credential.digest]));
  }

  put(credential: RepositoryCredential): Promise<void> {
    this.held.set(credential.repository, credential);
    return Promise.resolve();
  }

  drop(repository: RepositoryId): Promise<void> {
    this.held.delete(repository);
    return Promise.resolve();
  }
}

export interface AgentOptions {
  readonly agentPort: number;
  readonly enrollPort: number;
  readonly ca: CaPin;
  readonly joinToken?: string;
  readonly log?: Log;
}

/** The session of an agent, run in this process. */
export class AgentUnderTest {
  readonly credentials = new HeldCredentials();
  readonly messages: string[] = [];
  connections = 0;
  /** Answers questions for logs. */
  logs: (question: LogQuestion, signal: AbortSignal) => Result<AsyncIterable<Result<string, RequestFailure>>, RequestFailure> = () => err({ code: 'NOT_FOUND', message: 'no log' });
  readonly loop: SessionLoop;
  private readonly stopping = new AbortController();
  private readonly done: Promise<void>;

  constructor(
    readonly state: DurableState,
    options: AgentOptions,
  ) {
    const note = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => void this.messages.push(`${level} ${message} ${JSON.stringify(fields?.['code'] ?? fields?.['reason'] ?? '')}`);
    const log: Log = options.log ?? { ...silentLog, info: note('info'), warn: note('warn'), error: note('error') };
    this.loop = new SessionLoop(
      {
        hub: { host: 'localhost', agentPort: options.agentPort, enrollPort: options.enrollPort }, ca: options.ca, joinToken: options.joinToken,
        kubeSystemUid: '11111111-1111-4111-8111-111111111111', agentVersion: 'test', renderers: ['AUTO', 'PLAIN', 'KUSTOMIZE'],
      },
      {
        identities: state, inbox: state, credentials: this.credentials, edgePolicy: openEdgePolicy,
        requests: {
          listResources: () => Promise.resolve(ok({ nodes: [{ id: 'u1', parentId: undefined, ref: { group: '', kind: 'Pod', namespace: 'shop', name: 'web' }, uid: 'u1', health: 'HEALTHY', healthMessage: '', createdAt: undefined, status: 'Running', pod: { ready: 1, total: 1, restarts: 0, containers: ['app'] } }], isTruncated: false, unread: [] })),
          tests: () => Promise.resolve(err({ code: 'REFUSED', message: 'the release has no tests' })),
          gateJob: () => Promise.resolve(ok({ state: 'RUNNING', message: '' })),
          measure: (query) => Promise.resolve(query === 'up' ? ok({ value: 1, warnings: [] }) : err({ code: 'NOT_FOUND', message: query })),
          readLogs: (question, signal) => Promise.resolve(this.logs(question, signal)),
          describeObject: (_target, ref) => Promise.resolve(ref.name === 'there' ? ok({ objectJson: '{}', health: 'HEALTHY', healthMessage: '', events: [] }) : err({ code: 'NOT_FOUND', message: ref.name })),
        },
        facts: { current: () => ({ kubernetesVersion: 'v1.36.3', provider: '', region: '', nodes: 1, custom: {} }) },
        events: { connected: () => void (this.connections += 1), disconnected: () => undefined },
        clock: systemClock, monotonic: systemMonotonic, timers: systemTimers, random: systemRandom, log,
      },
    );
    this.done = this.loop.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('stop'));
    await this.done;
  }
}
