import { assertNever, foreignLine, parseDigest, type Log } from '#kernel';
import type { TargetReport } from '#domain';
import { decodeFacts, decodeReport, decodeTargetDigests, type AgentBody, type Reports } from '#wire';
import type { IngestBuffer, ReportSource } from '../ingest/ingest-buffer.js';
import type { ReportStore } from '../ingest/report.store.js';
import type { OrderSync } from '../orders/order-sync.js';
import type { AgentRequests } from '../requests/agent-requests.js';
import type { LiveSession } from './live-session.js';

export interface InboxPorts {
  readonly ingest: IngestBuffer;
  readonly reports: ReportStore;
  readonly requests: AgentRequests;
  readonly log: Log;
}

/** What becomes of the frames of one agent after its Hello. Never waits: slow work is started, not awaited, and is bounded where it is done. */
export class SessionInbox {
  private factsInFlight = false;

  constructor(
    private readonly session: LiveSession,
    private readonly source: ReportSource,
    private readonly orders: OrderSync,
    private readonly ports: InboxPorts,
  ) {}

  /** What to do with the stream after this frame. */
  take(body: AgentBody): 'GO_ON' | 'GOODBYE' | 'PROTOCOL' {
    switch (body.$case) {
      case 'heartbeat':
        this.session.outbox.sendUrgent({ $case: 'heartbeatAck', value: { sequence: body.value.sequence } });
        this.onRoot(body.value.rootDigest);
        return 'GO_ON';
      case 'targetDigests': {
        const held = decodeTargetDigests(body.value);
        if (!held.ok) return 'PROTOCOL';
        this.orders.onDigests(held.value);
        return 'GO_ON';
      }
      case 'reports':
        this.onReports(body.value);
        return 'GO_ON';
      case 'orderReceipts':
        this.background('receipts', this.orders.onReceipts(body.value));
        return 'GO_ON';
      case 'response':
        this.ports.requests.onResponse(this.session, body.value);
        return 'GO_ON';
      case 'facts':
        this.onFacts(body.value);
        return 'GO_ON';
      case 'refused':
        this.ports.log.warn('an agent refused a frame', { clusterId: this.session.cluster, code: foreignLine(body.value.code, 64) });
        return 'GO_ON';
      case 'goodbye':
        return 'GOODBYE';
      case 'hello':
      case 'chunk':
        return 'PROTOCOL'; // a second Hello; chunks are joined before this
      default:
        return assertNever(body);
    }
  }

  /** Writes facts unless a write is under way: the next ones say the same or more. */
  onFacts(facts: Parameters<typeof decodeFacts>[0]): void {
    if (this.factsInFlight) return;
    this.factsInFlight = true;
    const { cluster, sessionEpoch } = this.session.admitted;
    this.background('facts', this.ports.reports.writeFacts(cluster, sessionEpoch, decodeFacts(facts)).finally(() => (this.factsInFlight = false)));
  }

  /** The stream is over. */
  close(): void {
    this.ports.ingest.forget(this.source);
  }

  /** A root that moved is compared with the rows; one that stays was. */
  private onRoot(text: string): void {
    const root = parseDigest(text);
    if (root === undefined || root === this.session.agentRoot) return;
    this.session.agentRoot = root;
    this.orders.compare();
  }

  private onReports(frame: Reports): void {
    const reports: TargetReport[] = [];
    for (const wire of frame.reports) {
      const report = decodeReport(wire);
      if (report.ok) reports.push(report.value);
      else this.refuse(report.error.code === 'UNKNOWN_MESSAGE' ? 'UNKNOWN_MESSAGE' : 'UNSUPPORTED', report.error.code === 'UNKNOWN_MESSAGE' ? report.error.detail : report.error.field);
    }
    if (!this.ports.ingest.offer(this.source, frame.sequence, reports)) this.refuse('OVERLOADED', 'reports');
  }

  private refuse(code: string, detail: string): void {
    this.ports.log.warn('a message of an agent was refused', { clusterId: this.session.cluster, code, detail });
    this.session.send({ $case: 'refused', value: { code, detail } });
  }

  private background(what: string, work: Promise<void>): void {
    work.catch((error: unknown) => this.ports.log.warn('work for an agent failed', { clusterId: this.session.cluster, what, error }));
  }
}
