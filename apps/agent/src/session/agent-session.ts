import { canonicalJson, type Log, type MonotonicClock, type Timers } from '#kernel';
import {
  AGENT_CAPABILITIES, decodeHubFrame, encodeAgentFrame, encodeFacts, FrameOutbox, FrameReader, framesOf, MISSED_HEARTBEATS, PROTOCOL_VERSION, rootDigest, sessionService,
  type AgentBody, type ClusterFacts, type GoAwayReason, type HubBody, type Incoming, type Reports, type Welcome,
} from '#wire';
import { Metadata, type Client, type ClientDuplexStream, type ServiceError, type StatusObject } from '@grpc/grpc-js';
import type { ResponseCarrier } from './log-lane.js';
import { OrderLane, type OrderLanePorts } from './order-lane.js';
import type { ReportCarrier, ReportOutbox } from './report-outbox.js';
import type { RequestLane } from './request-lane.js';
import { toRpcFailure, type RpcFailure } from './rpc.js';
import type { AgentIdentity, FactsSource, SessionEvents } from './session.ports.js';

export interface AgentSessionPorts {
  readonly lane: OrderLanePorts;
  readonly requests: RequestLane;
  readonly reports: ReportOutbox;
  readonly facts: FactsSource;
  readonly events: SessionEvents;
  readonly agentVersion: string;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly log: Log;
}

/** How a session ended. `wasUp`: it had the hub's Welcome. */
export type SessionEnd = { readonly wasUp: boolean } & (
  | { readonly kind: 'GO_AWAY'; readonly reason: GoAwayReason | string; readonly retryAfterMs: number }
  | { readonly kind: 'FAILED'; readonly failure: RpcFailure }
  | { readonly kind: 'SILENT' }
  /** We ended it: shutdown, or a renewed certificate. */
  | { readonly kind: 'LEFT' }
);

type Call = ClientDuplexStream<Buffer, Buffer>;

/** Before the Welcome says the real one. */
const FIRST_DEADLINE_MS = 15_000;
const MAX_LANE_DEPTH = 8;
const GOODBYE_DEADLINE_MS = 2_000;

/** One stream to the hub, from Hello to its end. Made anew for each connection; what outlives it is in the ports. */
export class AgentSession implements ReportCarrier {
  private readonly call: Call;
  private readonly outbox: FrameOutbox<AgentBody>;
  private readonly over = new AbortController();
  private readonly lane: OrderLane;
  private readonly responses: ResponseCarrier = { send: (response) => this.send({ $case: 'response', value: response }), room: () => this.outbox.room() };
  private heardAtMs: number;
  private isPaused = false;
  private intervalMs = FIRST_DEADLINE_MS / MISSED_HEARTBEATS;
  private beats = 0n;
  private sentFacts = '';
  private welcome: Welcome | undefined;
  private goAway: { readonly reason: string; readonly retryAfterMs: number } | undefined;
  private isSilent = false;
  private isLeaving = false;

  constructor(
    client: Client,
    private readonly identity: () => AgentIdentity,
    private readonly ports: AgentSessionPorts,
  ) {
    const { connect } = sessionService;
    this.call = client.makeBidiStreamRequest<Buffer, Buffer>(connect.path, connect.requestSerialize, connect.responseDeserialize, new Metadata(), {});
    this.outbox = new FrameOutbox<AgentBody>(this.call, encodeAgentFrame);
    this.lane = new OrderLane(ports.lane, (body) => this.send(body), this.over.signal);
    this.heardAtMs = ports.clock.nowMs();
  }

  /** Runs the session to its end; never rejects. Aborting says goodbye. */
  async run(signal: AbortSignal): Promise<SessionEnd> {
    const ended = new Promise<StatusObject>((resolve) => this.call.once('status', resolve));
    this.call.on('error', () => undefined); // the status says the same
    const leave = (): void => this.leave();
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    this.send(this.hello());
    const beat = this.beat();
    try {
      await this.read();
    } catch (error) {
      if (!isServiceError(error)) this.ports.log.warn('the session broke', { error });
    }
    if (!this.isLeaving && this.goAway === undefined) this.call.cancel(); // when the hub ended it this does nothing
    const status = await ended;
    signal.removeEventListener('abort', leave);
    this.over.abort(new Error('the session is over'));
    this.outbox.close();
    this.ports.reports.detach(this);
    await beat;
    const end = this.endOf(status);
    if (this.welcome !== undefined) this.ports.events.disconnected(end.kind === 'GO_AWAY' ? end.reason : end.kind);
    return end;
  }

  sendReports(reports: Reports): boolean {
    return this.outbox.send({ $case: 'reports', value: reports }).ok;
  }

  private async read(): Promise<void> {
    const reader = new FrameReader<HubBody>(decodeHubFrame);
    for await (const message of framesOf(this.call)) {
      this.heardAtMs = this.ports.clock.nowMs();
      const frame = reader.read(message);
      if (frame.ok && frame.value !== undefined) await this.take(frame.value);
      else if (!frame.ok && frame.error.code === 'UNKNOWN_MESSAGE') this.send({ $case: 'refused', value: { code: 'UNKNOWN_MESSAGE', detail: frame.error.detail } });
      else if (!frame.ok) throw new Error(`the hub broke the protocol: ${frame.error.code}`);
    }
  }

  private async take({ body }: Incoming<HubBody>): Promise<void> {
    switch (body.$case) {
      case 'welcome':
        this.onWelcome(body.value);
        return;
      case 'heartbeatAck':
        return;
      case 'reportsAck':
        this.ports.reports.acknowledge(body.value.sequence);
        return;
      case 'orders':
      case 'credentials':
      case 'newSigningKey':
      case 'digestsWanted': {
        const done = this.lane.take(body);
        if (this.lane.depth < MAX_LANE_DEPTH) return;
        this.isPaused = true; // the hub may speak and we do not listen: that is not silence
        await done;
        this.isPaused = false;
        this.heardAtMs = this.ports.clock.nowMs();
        return;
      }
      case 'request':
        void this.ports.requests.serve(body.value, this.responses, this.over.signal);
        return;
      case 'cancelRequest':
        this.ports.requests.cancel(body.value.requestId);
        return;
      case 'goAway':
        this.goAway = { reason: body.value.reason, retryAfterMs: body.value.retryAfterMs };
        return;
      case 'refused':
        this.ports.log.warn('the hub refused a message', { code: body.value.code, detail: body.value.detail });
        return;
      case 'chunk':
        throw new Error('a chunk outside of a set'); // the reader joins them
    }
  }

  private onWelcome(welcome: Welcome): void {
    this.welcome = welcome;
    this.intervalMs = Math.min(Math.max(welcome.heartbeatIntervalMs, 100), 60_000);
    this.ports.log.info('connected to the hub', { cluster: welcome.clusterName, hubVersion: welcome.hubVersion, sessionEpoch: welcome.sessionEpoch });
    this.ports.events.connected({ name: welcome.clusterName, labels: welcome.clusterLabels });
    this.ports.reports.attach(this);
  }

  private hello(): AgentBody {
    const { signingKeys, epoch } = this.identity();
    const held = this.ports.lane.inbox.held();
    const facts = this.ports.facts.current();
    if (facts !== undefined) this.sentFacts = factsKey(facts);
    return {
      $case: 'hello',
      value: {
        protocol: PROTOCOL_VERSION,
        agentVersion: this.ports.agentVersion,
        capabilities: [...AGENT_CAPABILITIES],
        rootDigest: rootDigest(held),
        epoch: held.reduce((highest, order) => (order.epoch > highest ? order.epoch : highest), epoch),
        lastReportSequence: this.ports.reports.lastSequence,
        credentialDigests: Object.fromEntries(this.ports.lane.credentials.digests()),
        signingKeyIds: signingKeys.map((key) => key.keyId),
        facts: facts === undefined ? undefined : encodeFacts(facts),
      },
    };
  }

  /** Heartbeats at the hub's pace, and the watch over the hub's silence by the monotonic clock. */
  private async beat(): Promise<void> {
    while (!this.over.signal.aborted) {
      await this.ports.timers.sleep(this.intervalMs / 2, this.over.signal).catch(() => undefined); // the loop looks at the signal
      if (this.over.signal.aborted) return;
      if (!this.isPaused && this.ports.clock.nowMs() - this.heardAtMs > this.intervalMs * MISSED_HEARTBEATS) {
        this.isSilent = true;
        this.call.cancel();
        return;
      }
      if (this.welcome === undefined) continue;
      this.beats += 1n;
      if (this.beats % 2n === 0n) continue;
      this.outbox.sendUrgent({ $case: 'heartbeat', value: { sequence: this.beats, rootDigest: rootDigest(this.ports.lane.inbox.held()) } });
      this.ports.reports.expire();
      this.sendFacts();
    }
  }

  private sendFacts(): void {
    const facts = this.ports.facts.current();
    if (facts === undefined || factsKey(facts) === this.sentFacts) return;
    if (this.outbox.send({ $case: 'facts', value: encodeFacts(facts) }).ok) this.sentFacts = factsKey(facts);
  }

  private send(body: AgentBody): void {
    const sent = this.outbox.send(body);
    // What does not fit is lost with this session, on purpose: the next one starts from digests.
    if (!sent.ok && sent.error.code === 'OUTBOX_FULL') this.call.cancel();
  }

  private leave(): void {
    if (this.isLeaving) return;
    this.isLeaving = true;
    this.send({ $case: 'goodbye', value: { reason: 'LEAVING' } });
    this.call.end();
    const deadline = this.ports.timers.after(GOODBYE_DEADLINE_MS, () => this.call.cancel());
    this.over.signal.addEventListener('abort', () => deadline.cancel(), { once: true });
  }

  private endOf(status: StatusObject): SessionEnd {
    const wasUp = this.welcome !== undefined;
    if (this.isLeaving) return { kind: 'LEFT', wasUp };
    if (this.goAway !== undefined) return { kind: 'GO_AWAY', wasUp, ...this.goAway };
    if (this.isSilent) return { kind: 'SILENT', wasUp };
    return { kind: 'FAILED', wasUp, failure: toRpcFailure(status) };
  }
}

function factsKey(facts: ClusterFacts): string {
  return canonicalJson({ ...facts, custom: { ...facts.custom } });
}

function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'metadata' in error;
}
