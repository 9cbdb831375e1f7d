import { jitterMs, parseDigest, type Log, type MonotonicClock, type Random, type Timers } from '#kernel';
import type { HubId } from '#domain';
import {
  asBuffer, decodeAgentFrame, decodeAgentVersion, decodeSigned, DEFAULT_HEARTBEAT_MS, FrameReader, framesOf, HUB_CAPABILITIES, PROTOCOL_VERSION, sessionService, toWireSigned,
  type AgentBody, type Hello, type RenewRequest, type RenewResponse,
} from '#wire';
import type { ServerDuplexStream, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import type { CertificateAuthority } from '../hub-identity/certificate-authority.js';
import { parseCsr } from '../hub-identity/parse-csr.js';
import { OrderSync, type OrderSyncPorts } from '../orders/order-sync.js';
import { Refusal, toRefusal, toServiceError } from '../refusal.js';
import type { SigningKeyStore } from '../signing/signing-keys.js';
import { unary } from '../unary.js';
import { FrameBudget } from './frame-budget.js';
import { LiveSession } from './live-session.js';
import type { LiveSessions } from './live-sessions.js';
import { peerIdentity, type PeerIdentity } from './peer-identity.js';
import { SessionInbox, type InboxPorts } from './session-inbox.js';
import type { SessionStore } from './session.store.js';

export interface SessionPorts {
  readonly hub: HubId;
  /** Name of this replica, for `clusters.connected_replica`. */
  readonly replica: string;
  readonly version: string;
  readonly store: SessionStore;
  readonly sessions: LiveSessions;
  readonly authority: CertificateAuthority;
  readonly signingKeys: SigningKeyStore;
  readonly inbox: InboxPorts;
  readonly orders: OrderSyncPorts;
  readonly certificateTtlMs: number;
  readonly heartbeatMs?: number;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

type AgentCall = ServerDuplexStream<Buffer, Buffer>;

const HELLO_DEADLINE_MS = 10_000;
const MAX_VERSION = 64;
const MAX_CAPABILITIES = 64;
const MAX_HELD_CREDENTIALS = 1_000;
/** Streams of one replica; further agents are told to come back. */
const MAX_SESSIONS = 10_000;
/** Streams that wait for their Hello or for the database. */
const MAX_ARRIVING = 256;
const RETRY_AFTER_MS = 5_000;

/** One stream per agent: frames are taken in order, one at a time, and every ending leaves by `finally`. */
export class SessionHandler {
  private readonly syncs = new WeakMap<LiveSession, OrderSync>();
  private arriving = 0;
  private isClosing = false;

  constructor(private readonly ports: SessionPorts) {}

  implementation(): UntypedServiceImplementation {
    return {
      connect: (call: AgentCall) => void this.connect(call),
      renew: unary<RenewRequest, RenewResponse>(sessionService.renew.path, this.ports.log, (call) => this.renew(call)),
    };
  }

  /** The order sync of a live session. */
  syncOf(session: LiveSession): OrderSync | undefined {
    return this.syncs.get(session);
  }

  /** Says goodbye to every agent, each with another time to come back, and takes no new ones. */
  close(): void {
    this.isClosing = true;
    for (const session of this.ports.sessions.all()) session.end('SHUTTING_DOWN', jitterMs(RETRY_AFTER_MS, 0.8, this.ports.random));
  }

  private async connect(call: AgentCall): Promise<void> {
    const peer = peerIdentity(call, this.ports.hub); // at once: it reads empty after the end
    call.on('error', () => undefined); // the loop sees it too; without a listener it would end the process
    if (peer === undefined) return refuse(call, new Refusal('CERTIFICATE_REFUSED'));
    const later = jitterMs(RETRY_AFTER_MS, 0.8, this.ports.random);
    if (this.isClosing) return refuse(call, new Refusal('SHUTTING_DOWN', later));
    if (this.arriving >= MAX_ARRIVING || this.ports.sessions.size >= MAX_SESSIONS) return refuse(call, new Refusal('OVERLOADED', later));
    this.arriving += 1;
    let hasArrived = false;
    const arrived = (): void => {
      if (!hasArrived) this.arriving -= 1;
      hasArrived = true;
    };
    const over = new AbortController();
    const deadline = this.ports.timers.after(Math.min(HELLO_DEADLINE_MS, this.ports.heartbeatMs ?? DEFAULT_HEARTBEAT_MS), () => {
      over.abort();
      refuse(call, new Refusal('HEARTBEAT_MISSED')); // a slow network or database, not a wrong protocol: the agent shall try again soon
    });
    let session: LiveSession | undefined;
    let inbox: SessionInbox | undefined;
    try {
      const reader = new FrameReader<AgentBody>(decodeAgentFrame);
      const budget = new FrameBudget(this.ports.clock);
      for await (const message of framesOf(call, over.signal)) {
        if (!budget.take()) throw new Refusal('OVERLOADED', later);
        if (session !== undefined) session.lastHeardMs = this.ports.clock.nowMs();
        const frame = reader.read(message);
        if (!frame.ok) {
          if (frame.error.code !== 'UNKNOWN_MESSAGE' || session === undefined) throw new Refusal('MALFORMED');
          this.ports.log.warn('an agent sent a frame of a newer protocol', { clusterId: session.cluster });
          session.send({ $case: 'refused', value: { code: 'UNKNOWN_MESSAGE', detail: frame.error.detail } });
        } else if (frame.value !== undefined && (session === undefined || inbox === undefined)) {
          if (frame.value.body.$case !== 'hello') throw new Refusal('PROTOCOL');
          session = await this.admit(call, over, peer, frame.value.body.value);
          deadline.cancel();
          arrived();
          inbox = await this.welcome(session, frame.value.body.value);
        } else if (frame.value !== undefined && inbox !== undefined) {
          const next = inbox.take(frame.value.body);
          if (next === 'PROTOCOL') throw new Refusal('PROTOCOL');
          if (next === 'GOODBYE') break;
        }
      }
      if (!over.signal.aborted) call.end(); // else its status is on the way
    } catch (error) {
      this.onBroken(call, peer, session, error);
    } finally {
      deadline.cancel();
      arrived();
      inbox?.close();
      if (session !== undefined) await this.leave(session);
    }
  }

  private async admit(call: AgentCall, over: AbortController, peer: PeerIdentity, hello: Hello): Promise<LiveSession> {
    if (hello.protocol < 1) throw new Refusal('PROTOCOL');
    const admitted = await this.ports.store.admit(peer, decodeAgentVersion(hello.agentVersion), this.ports.replica);
    if (!admitted.ok) throw new Refusal(admitted.error.code);
    const session = new LiveSession(admitted.value, peer, call, over, this.ports.clock.nowMs());
    if (!this.ports.sessions.add(session)) throw new Refusal('SUPERSEDED');
    return session;
  }

  private async welcome(session: LiveSession, hello: Hello): Promise<SessionInbox> {
    const { admitted } = session;
    session.agentRoot = parseDigest(hello.rootDigest);
    session.capabilities = new Set(hello.capabilities.slice(0, MAX_CAPABILITIES).filter((name) => name.length <= MAX_VERSION));
    for (const [repository, digest] of Object.entries(hello.credentialDigests).slice(0, MAX_HELD_CREDENTIALS)) session.credentialDigests.set(repository, digest);
    const sync = new OrderSync(session, this.ports.orders);
    this.syncs.set(session, sync);
    session.send({
      $case: 'welcome',
      value: {
        protocol: Math.min(PROTOCOL_VERSION, hello.protocol),
        hubVersion: this.ports.version,
        capabilities: [...HUB_CAPABILITIES],
        sessionEpoch: admitted.sessionEpoch,
        heartbeatIntervalMs: this.ports.heartbeatMs ?? DEFAULT_HEARTBEAT_MS,
        clusterName: admitted.name,
        clusterLabels: { ...admitted.labels },
      },
    });
    await this.introduceKeys(session, hello);
    this.ports.log.info('agent connected', { clusterId: admitted.cluster, cluster: admitted.name, sessionEpoch: admitted.sessionEpoch, agentVersion: decodeAgentVersion(hello.agentVersion) });
    const inbox = new SessionInbox(
      session,
      {
        cluster: admitted.cluster,
        sessionEpoch: admitted.sessionEpoch,
        acknowledge: (sequence) => void session.send({ $case: 'reportsAck', value: { sequence } }),
      },
      sync,
      this.ports.inbox,
    );
    if (hello.facts !== undefined) inbox.onFacts(hello.facts);
    sync.compare();
    return inbox;
  }

  /** Signing keys that the agent lacks go before the orders that they sign. */
  private async introduceKeys(session: LiveSession, hello: Hello): Promise<void> {
    for (const key of await this.ports.signingKeys.active()) {
      if (hello.signingKeyIds.includes(key.keyId) || key.introduction === undefined) continue;
      const introduction = decodeSigned(key.introduction);
      if (introduction.ok) session.send({ $case: 'newSigningKey', value: { key: toWireSigned(introduction.value) } });
    }
  }

  private onBroken(call: AgentCall, peer: PeerIdentity, session: LiveSession | undefined, error: unknown): void {
    if (session?.isOver === true) return; // ended by us: its status is on the way
    const refusal = toRefusal(error);
    if (error instanceof Refusal || refusal.code === 'DATABASE_AWAY') this.ports.log.warn('an agent stream was refused', { clusterId: peer.cluster, origin: peer.address, code: refusal.code });
    else if (session === undefined && !call.cancelled) this.ports.log.error('an agent could not be admitted', { clusterId: peer.cluster, error });
    else this.ports.log.info('an agent stream broke', { clusterId: peer.cluster });
    if (session === undefined) refuse(call, refusal);
    else session.end(refusal.code, refusal.retryAfterMs);
  }

  private async leave(session: LiveSession): Promise<void> {
    session.finish();
    this.ports.sessions.remove(session);
    this.ports.inbox.requests.onSessionEnd(session);
    try {
      await this.ports.store.close(session.cluster, session.admitted.sessionEpoch);
    } catch (error) {
      // `last_seen_at` goes stale and says the same.
      this.ports.log.warn('the end of a session could not be recorded', { clusterId: session.cluster, error });
    }
  }

  private async renew(call: ServerUnaryCall<RenewRequest, RenewResponse>): Promise<RenewResponse> {
    const peer = peerIdentity(call, this.ports.hub);
    if (peer === undefined) throw new Refusal('CERTIFICATE_REFUSED');
    const publicKey = await parseCsr(call.request.csr);
    if (!publicKey.ok) throw new Refusal('CSR_REFUSED');
    const renewed = await this.ports.store.renew({
      peer,
      publicKey: new Uint8Array(publicKey.value.rawData),
      origin: `grpc:${peer.address}`,
      issue: (cluster) => this.ports.authority.issueClient(cluster, publicKey.value, this.ports.certificateTtlMs),
    });
    if (!renewed.ok) throw new Refusal(renewed.error.code);
    this.ports.log.info('certificate renewed', { clusterId: peer.cluster, serial: renewed.value.serial });
    return { certificateChain: [asBuffer(renewed.value.der), asBuffer(this.ports.authority.caDer)] };
  }
}

function refuse(call: AgentCall, refusal: Refusal): void {
  call.emit('error', toServiceError(refusal));
}
