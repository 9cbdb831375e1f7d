import type { Clock, Ids, Log, MonotonicClock, Random, Timers } from '#kernel';
import { enrollmentService, sessionService } from '#wire';
import type { AuditTrail } from '../platform/audit/index.js';
import type { Notifications, TransactionContext } from '../platform/database/index.js';
import { CredentialSync } from './credentials/credential-sync.js';
import { SqlCredentialSource, type OpenSealed } from './credentials/sql-credential.source.js';
import { Admission, ENROLLMENT_LIMITS } from './enrollment/admission.js';
import { EnrollmentHandler } from './enrollment/enrollment.handler.js';
import { SqlEnrollmentStore } from './enrollment/sql-enrollment.store.js';
import { GrpcListener } from './grpc-listener.js';
import type { HubIdentity } from './hub-identity/load-hub-identity.js';
import { TlsServerCredentials } from './hub-identity/tls-server-credentials.js';
import { IngestBuffer } from './ingest/ingest-buffer.js';
import { SqlReportStore } from './ingest/sql-report.store.js';
import { SqlOrderStore } from './orders/sql-order.store.js';
import { AgentRequests } from './requests/agent-requests.js';
import { LiveSessions } from './session/live-sessions.js';
import { SessionHandler } from './session/session.handler.js';
import { SessionWatch } from './session/session-watch.js';
import { SqlSessionStore } from './session/sql-session.store.js';
import { SqlSigningKeyStore } from './signing/sql-signing-key.store.js';

export interface AgentGatewaySettings {
  readonly publicHost: string;
  readonly listenHost: string;
  /** 0: any. */
  readonly agentPort: number;
  readonly enrollPort: number;
  readonly certificateTtlMs: number;
  readonly version: string;
  /** Name of this replica. */
  readonly replica: string;
  /** Between two heartbeats of an agent; tests make it shorter. */
  readonly heartbeatMs?: number;
}

export interface AgentGatewayPorts {
  readonly tx: TransactionContext;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly audit: AuditTrail;
  readonly openCredentials: OpenSealed;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

const DAY_MS = 24 * 60 * 60 * 1000;
const SERVER_CERTIFICATE_TTL_MS = 30 * DAY_MS;
const REPLACE_SERVER_CERTIFICATE_MS = 10 * DAY_MS;
const STOP_DEADLINE_MS = 5_000;

/** Everything that agents talk to, on one replica: two listeners, the streams, and what feeds them. Composed by hand; no container needed. */
export class AgentGateway {
  readonly requests: AgentRequests;
  readonly sessions = new LiveSessions();
  private readonly ingest: IngestBuffer;
  private readonly handler: SessionHandler;
  private readonly watch: SessionWatch;
  private readonly enrollment: EnrollmentHandler;
  private listeners: readonly GrpcListener[] = [];
  private credentials: readonly TlsServerCredentials[] = [];
  private renewal: { cancel(): void } | undefined;

  constructor(
    private readonly identity: HubIdentity,
    private readonly settings: AgentGatewaySettings,
    private readonly ports: AgentGatewayPorts,
  ) {
    const { tx, audit, ids, timers, random, log } = ports;
    const signingKeys = new SqlSigningKeyStore(tx, identity.hub);
    const store = new SqlSessionStore(tx, audit);
    const reports = new SqlReportStore(tx, ids);
    const heartbeat = settings.heartbeatMs === undefined ? {} : { heartbeatMs: settings.heartbeatMs };
    this.requests = new AgentRequests(this.sessions, ids, timers);
    this.ingest = new IngestBuffer(reports, timers, random, log);
    this.handler = new SessionHandler({
      hub: identity.hub, replica: settings.replica, version: settings.version, store, sessions: this.sessions, authority: identity.authority, signingKeys,
      inbox: { ingest: this.ingest, reports, requests: this.requests, log },
      orders: { orders: new SqlOrderStore(tx, ids), credentials: new CredentialSync(new SqlCredentialSource(tx, ports.openCredentials)), timers, random, log },
      certificateTtlMs: settings.certificateTtlMs, ...heartbeat, clock: ports.monotonic, timers, random, log,
    });
    this.watch = new SessionWatch({
      sessions: this.sessions, handler: this.handler, store, notifications: ports.notifications, ...heartbeat, clock: ports.monotonic, timers, random, log,
    });
    this.enrollment = new EnrollmentHandler({
      store: new SqlEnrollmentStore(tx, audit), authority: identity.authority, signingKeys, admission: new Admission(ENROLLMENT_LIMITS, ports.monotonic),
      epoch: identity.epoch, certificateTtlMs: settings.certificateTtlMs, random, log,
    });
  }

  /** Name of this replica. */
  get replica(): string {
    return this.settings.replica;
  }

  /** Listens; resolves with the real ports. */
  async start(): Promise<{ readonly agentPort: number; readonly enrollPort: number }> {
    const pair = await this.serverPair();
    const sessionTls = new TlsServerCredentials(pair, this.identity.authority.caPem);
    const enrollTls = new TlsServerCredentials(pair, undefined);
    const session = new GrpcListener('session', sessionService, this.handler.implementation(), sessionTls, this.ports.timers);
    const enrollment = new GrpcListener('enrollment', enrollmentService, this.enrollment.implementation(), enrollTls, this.ports.timers);
    this.listeners = [session, enrollment];
    this.credentials = [sessionTls, enrollTls];
    const agentPort = await session.listen(this.settings.listenHost, this.settings.agentPort);
    const enrollPort = await enrollment.listen(this.settings.listenHost, this.settings.enrollPort);
    this.watch.start();
    this.scheduleRenewal();
    this.ports.log.info('agents are served', { agentPort, enrollPort, hubId: this.identity.hub });
    return { agentPort, enrollPort };
  }

  /** Says goodbye to all agents, writes the reports that wait, and closes the listeners. */
  async stop(): Promise<void> {
    this.renewal?.cancel();
    this.handler.close();
    await this.watch.stop();
    await Promise.all(this.listeners.map((listener) => listener.stop(STOP_DEADLINE_MS)));
    await this.ingest.stop();
  }

  private serverPair(): ReturnType<HubIdentity['authority']['issueServer']> {
    return this.identity.authority.issueServer([this.settings.publicHost, 'localhost', '127.0.0.1', '::1'], SERVER_CERTIFICATE_TTL_MS);
  }

  /** Server certificates live in memory and are replaced long before they end, without a restart. */
  private scheduleRenewal(): void {
    this.renewal = this.ports.timers.after(REPLACE_SERVER_CERTIFICATE_MS, () => {
      this.serverPair().then(
        (pair) => {
          for (const credentials of this.credentials) credentials.replace(pair);
          this.scheduleRenewal();
        },
        (error: unknown) => {
          this.ports.log.error('the server certificate could not be replaced', { error });
          this.scheduleRenewal();
        },
      );
    });
  }
}
