import { backoffMs, jitterMs, type Clock, type Log, type MonotonicClock, type Random, type Result, type Timers } from '#kernel';
import type { Renderer } from '#domain';
import { retryKindOf } from '#wire';
import type { Client } from '@grpc/grpc-js';
import { X509Certificate } from 'node:crypto';
import { AgentSession, type AgentSessionPorts, type SessionEnd } from './agent-session.js';
import { enroll, recover, type EnrollFailure } from './enroll.js';
import { caHash, fetchCaByHash } from './fetch-ca-by-hash.js';
import type { HubAddress } from './hub-address.js';
import type { OrderLanePorts } from './order-lane.js';
import { isExpired, renew, renewInMs } from './renewal.js';
import { ReportOutbox } from './report-outbox.js';
import { RequestLane } from './request-lane.js';
import { openClient } from './rpc.js';
import type { AgentIdentity, CredentialInbox, EdgePolicy, FactsSource, IdentityStore, OrderInbox, ReportSink, RequestHandler, SessionEvents } from './session.ports.js';
import type { OrderVerifier } from './verify-order.js';

/** The CA to trust: its PEM, or the SHA-256 of its public key (`sha256:<hex>`). */
export type CaPin = { readonly pem: string } | { readonly hash: string };

export interface SessionSettings {
  readonly hub: HubAddress;
  readonly ca: CaPin;
  /** One use, for the first start. */
  readonly joinToken: string | undefined;
  readonly kubeSystemUid: string;
  readonly agentVersion: string;
  readonly renderers: readonly Renderer[];
}

export interface SessionLoopPorts {
  readonly identities: IdentityStore;
  readonly inbox: OrderInbox;
  readonly credentials: CredentialInbox;
  readonly requests: RequestHandler;
  readonly facts: FactsSource;
  readonly edgePolicy: EdgePolicy;
  readonly events: SessionEvents;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

const BACKOFF = { baseMs: 500, maxMs: 20_000 };
const STALLED_MS = 5 * 60_000;
/** Near its end a certificate may have run out by the hub's clock while ours says otherwise. */
const NEAR_EXPIRY_MS = 15 * 60_000;

/** A session that lasted this long counts as a success; one that ends at once does not reset the backoff. */
const STEADY_MS = 5_000;
/** Another process holds this identity: it is not for us to fight for it. */
const SUPERSEDED_MS = 10_000;

/** What to do next, after how long a wait. */
interface Pause {
  readonly ms: number;
  readonly isStalled: boolean;
}

/**
 * Keeps this agent in touch with its hub for as long as it runs: enrols once, connects, renews, recovers, and tries again with jitter whatever happens.
 * Nothing here touches what runs in the cluster: without a hub the agent goes on with what it holds.
 */
export class SessionLoop {
  /** Where the reconciler puts what it observes; works without a session too. */
  readonly reports: ReportSink;
  private readonly outbox: ReportOutbox;
  private readonly requestLane: RequestLane;
  private identity: AgentIdentity | undefined;
  private attempt = 0;
  private isTokenSpent = false;

  constructor(
    private readonly settings: SessionSettings,
    private readonly ports: SessionLoopPorts,
  ) {
    this.outbox = new ReportOutbox(ports.monotonic, ports.timers);
    this.reports = this.outbox;
    this.requestLane = new RequestLane(ports.requests, ports.monotonic, ports.timers, ports.log);
  }

  /** Runs until aborted; then says goodbye and resolves. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let pause: Pause;
      try {
        pause = await this.step(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.ports.log.warn('the session with the hub could not be kept, it is tried again', { error });
        pause = this.backoff(0);
      }
      if (pause.ms > 0 && !signal.aborted) await this.ports.timers.sleep(pause.ms, signal).catch(() => undefined); // the loop looks at the signal
    }
  }

  private async step(signal: AbortSignal): Promise<Pause> {
    this.identity ??= await this.ports.identities.load(signal);
    const identity = this.identity;
    if (identity === undefined) return this.enrolled(signal);
    if (isExpired(identity, this.ports.clock)) return this.recovered(identity, signal);
    return this.connected(identity, signal);
  }

  private async enrolled(signal: AbortSignal): Promise<Pause> {
    const { joinToken, hub, kubeSystemUid, agentVersion } = this.settings;
    if (joinToken === undefined || this.isTokenSpent) {
      this.ports.log.error('this agent is not enrolled and has no join token that is still good: make one with `capstan cluster join`');
      return this.stalled();
    }
    const caPem = await this.trustedCa(undefined);
    if (caPem === undefined) return this.stalled();
    const identity = await enroll({ hub, caPem, joinToken, kubeSystemUid, agentVersion }, this.ports.clock, signal);
    if (!identity.ok && identity.error.code === 'ENROLLMENT_REFUSED') {
      this.isTokenSpent = true;
      this.ports.log.error('the hub refuses the join token, which was used before, has expired or is of another hub: make a new one with `capstan cluster join`', { code: identity.error.code });
      return this.stalled();
    }
    return this.adopt('enrolled', identity, signal);
  }

  private async recovered(identity: AgentIdentity, signal: AbortSignal): Promise<Pause> {
    const recovered = await recover(this.settings.hub, identity, this.ports.clock, signal);
    const mayEnrollAgain = !recovered.ok && recovered.error.code === 'ENROLLMENT_REFUSED' && this.settings.joinToken !== undefined && !this.isTokenSpent;
    return mayEnrollAgain ? this.enrolled(signal) : this.adopt('recovered', recovered, signal);
  }

  private async adopt(how: string, result: Result<AgentIdentity, EnrollFailure>, signal: AbortSignal): Promise<Pause> {
    if (!result.ok) {
      const isStalled = 'status' in result.error && retryKindOf(result.error.status) === 'STALLED';
      this.ports.log.warn(`this agent was not ${how}`, { code: result.error.code, status: 'status' in result.error ? result.error.status : undefined });
      return isStalled ? this.stalled() : this.backoff('retryAfterMs' in result.error ? result.error.retryAfterMs : 0);
    }
    await this.ports.identities.save(result.value, signal); // durable before it is used
    this.identity = result.value;
    this.attempt = 0;
    this.ports.log.info(`this agent is ${how}`, { clusterId: result.value.cluster, cluster: result.value.clusterName, hubId: result.value.hub, notAfter: result.value.notAfter });
    return { ms: 0, isStalled: false };
  }

  private async connected(identity: AgentIdentity, signal: AbortSignal): Promise<Pause> {
    const caPem = await this.trustedCa(identity.caPem);
    if (caPem === undefined) return this.stalled();
    const client = openClient(this.settings.hub.host, this.settings.hub.agentPort, caPem, identity);
    const leaving = new AbortController();
    const renewal = this.ports.timers.after(renewInMs(identity, this.ports.clock, this.ports.random), () => void this.renewed(client, leaving));
    try {
      const session = new AgentSession(client, () => this.identity ?? identity, this.sessionPorts());
      const sinceMs = this.ports.monotonic.nowMs();
      const end = await session.run(AbortSignal.any([signal, leaving.signal]));
      if (end.wasUp && this.ports.monotonic.nowMs() - sinceMs > STEADY_MS) this.attempt = 0;
      return await this.afterEnd(end, identity, signal);
    } finally {
      renewal.cancel();
      leaving.abort();
      client.close();
    }
  }

  /** Renews over the live connection, and leaves it so that the next one carries the new certificate. Until it succeeds, tries again within the old one's life. */
  private async renewed(client: Client, leaving: AbortController): Promise<void> {
    for (let attempt = 1; !leaving.signal.aborted && this.identity !== undefined; attempt += 1) {
      try {
        const renewed = await renew(client, this.identity, this.ports.clock, leaving.signal);
        if (renewed.ok) {
          const next: AgentIdentity = { ...renewed.value, signingKeys: this.identity.signingKeys }; // a key may have come meanwhile
          await this.ports.identities.save(next, leaving.signal); // durable before it is used
          this.identity = next;
          this.ports.log.info('the certificate is renewed', { notAfter: renewed.value.notAfter });
          leaving.abort(new Error('the certificate is renewed'));
          return;
        }
        this.ports.log.warn('the certificate could not be renewed yet', { code: renewed.error.code });
      } catch (error) {
        if (leaving.signal.aborted) return;
        this.ports.log.warn('the renewed certificate could not be kept yet', { error });
      }
      await this.ports.timers.sleep(backoffMs({ baseMs: 1_000, maxMs: 60_000 }, attempt, this.ports.random), leaving.signal).catch(() => undefined); // the loop looks at the signal
    }
  }

  private async afterEnd(end: SessionEnd, identity: AgentIdentity, signal: AbortSignal): Promise<Pause> {
    if (end.kind === 'LEFT') return { ms: 0, isStalled: false };
    this.ports.log.warn('the session with the hub ended', { kind: end.kind, ...(end.kind === 'FAILED' ? { code: end.failure.code, status: end.failure.status } : {}), ...(end.kind === 'GO_AWAY' ? { reason: end.reason } : {}) });
    if (end.kind === 'GO_AWAY') {
      if (end.reason === 'REVOKED') return this.recoverOrStall(identity, signal);
      if (end.reason === 'PROTOCOL') return this.stalled();
      return this.backoff(end.reason === 'SUPERSEDED' ? SUPERSEDED_MS : end.retryAfterMs);
    }
    if (end.kind === 'SILENT') return this.backoff(0);
    if (end.failure.code === 'CERTIFICATE_REFUSED') return this.recoverOrStall(identity, signal);
    if (retryKindOf(end.failure.status) === 'STALLED') return this.stalled();
    const isNearExpiry = identity.notAfter.getTime() - this.ports.clock.now().getTime() < NEAR_EXPIRY_MS;
    // A handshake that fails reads as "unavailable": near its end the certificate itself may be why, by the hub's clock.
    if (!end.wasUp && this.attempt >= 3 && isNearExpiry) return this.recovered(identity, signal);
    return this.backoff(end.failure.retryAfterMs);
  }

  /** The certificate counts no more: perhaps it ran out by the hub's clock, then the key still proves us; if we were revoked, nothing but a person helps. */
  private async recoverOrStall(identity: AgentIdentity, signal: AbortSignal): Promise<Pause> {
    const pause = await this.recovered(identity, signal);
    return this.identity !== identity || !pause.isStalled ? pause : this.stalled();
  }

  /** The pinned CA: as configured, or as fetched once by its hash. undefined: what we hold does not match the pin. */
  private async trustedCa(held: string | undefined): Promise<string | undefined> {
    const { ca, hub } = this.settings;
    if ('pem' in ca) return ca.pem;
    if (held !== undefined && caHash(new X509Certificate(held)) === ca.hash) return held;
    const fetched = await fetchCaByHash(hub.host, hub.enrollPort, ca.hash, this.ports.timers);
    if (fetched.ok) return fetched.value;
    if (fetched.error.code === 'HUB_UNREACHABLE') throw new Error(`the hub cannot be reached: ${fetched.error.cause}`);
    this.ports.log.error('the CA of the hub is not the pinned one', { code: fetched.error.code, host: hub.host });
    return undefined;
  }

  private backoff(atLeastMs: number): Pause {
    this.attempt += 1;
    return { ms: Math.max(atLeastMs, backoffMs(BACKOFF, this.attempt, this.ports.random)), isStalled: false };
  }

  private stalled(): Pause {
    return { ms: jitterMs(STALLED_MS, 0.2, this.ports.random), isStalled: true };
  }

  private sessionPorts(): AgentSessionPorts {
    const { inbox, credentials, timers, random, log } = this.ports;
    const lane: OrderLanePorts = {
      inbox, credentials, timers, random, log,
      verifier: () => this.verifier(),
      learnKey: async (key, signal) => {
        const { identity } = this;
        if (identity === undefined) return;
        const learned: AgentIdentity = { ...identity, signingKeys: [...identity.signingKeys, key] };
        await this.ports.identities.save(learned, signal);
        this.identity = learned;
        log.info('a new signing key of the hub is known', { keyId: key.keyId });
      },
    };
    return {
      lane, requests: this.requestLane, reports: this.outbox, facts: this.ports.facts, events: this.ports.events, agentVersion: this.settings.agentVersion,
      clock: this.ports.monotonic, timers, log,
    };
  }

  private verifier(): OrderVerifier {
    if (this.identity === undefined) throw new Error('orders came before an identity');
    return { identity: this.identity, inbox: this.ports.inbox, edgePolicy: this.ports.edgePolicy, renderers: this.settings.renderers, clock: this.ports.clock };
  }
}
