import type { Digest } from '#kernel';
import { encodeHubFrame, FrameOutbox, type FrameSink, type GoAwayReason, type HubBody, type RefusalCode } from '#wire';
import { Refusal, toServiceError } from '../refusal.js';
import type { PeerIdentity } from './peer-identity.js';
import type { AdmittedSession } from './session.store.js';

/** How each ending of ours reads as a message of goodbye. */
const GO_AWAY: Readonly<Partial<Record<RefusalCode, GoAwayReason>>> = {
  SHUTTING_DOWN: 'SHUTTING_DOWN',
  SUPERSEDED: 'SUPERSEDED',
  REVOKED: 'REVOKED',
  CERTIFICATE_REFUSED: 'REVOKED',
  OVERLOADED: 'OVERLOADED',
  PROTOCOL: 'PROTOCOL',
};

/** The call behind a session, as far as the session needs it. */
export interface SessionCall extends FrameSink {
  emit(event: 'error', error: Error): boolean;
}

/** One stream of one agent on this replica. */
export class LiveSession {
  readonly outbox: FrameOutbox<HubBody>;
  /** Monotonic time of the last frame. */
  lastHeardMs: number;
  /** The agent's own word for what it holds, from Hello or the last heartbeat. */
  agentRoot: Digest | undefined;
  /** Optional behaviour that the agent announced. */
  capabilities: ReadonlySet<string> = new Set();
  /** Repository -> digest of the credentials that the agent holds, as far as we know. */
  readonly credentialDigests = new Map<string, string>();

  constructor(
    readonly admitted: AdmittedSession,
    readonly peer: PeerIdentity,
    private readonly call: SessionCall,
    /** Aborted when the session is over, so that whoever reads the stream stops. */
    private readonly over: AbortController,
    nowMs: number,
  ) {
    this.outbox = new FrameOutbox<HubBody>(call, encodeHubFrame);
    this.lastHeardMs = nowMs;
  }

  get cluster(): AdmittedSession['cluster'] {
    return this.admitted.cluster;
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  /** Queues a frame; a full outbox ends the session. False: it did not get in. */
  send(body: HubBody): boolean {
    const sent = this.outbox.send(body);
    if (!sent.ok && sent.error.code !== 'OUTBOX_CLOSED') this.end('OVERLOADED');
    return sent.ok;
  }

  /** Ends the stream with a goodbye in front, so that the agent knows why and when to come back. Only the first call counts. */
  end(code: RefusalCode, retryAfterMs = 0): void {
    if (this.isOver) return;
    this.finish();
    const reason = GO_AWAY[code];
    const goAway = reason === undefined ? undefined : encodeHubFrame({ $case: 'goAway', value: { reason, retryAfterMs } }, 'go-away');
    if (goAway?.ok === true) for (const message of goAway.value) this.call.write(message);
    this.call.emit('error', toServiceError(new Refusal(code, retryAfterMs)));
  }

  /** Notes that the stream is over, whoever ended it. */
  finish(): void {
    if (this.isOver) return;
    this.over.abort();
    this.outbox.close();
  }
}
