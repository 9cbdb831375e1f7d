import { isUuid, jitterMs, type Log, type MonotonicClock, type Random, type Timers } from '#kernel';
import { clusterId } from '#domain';
import { DEFAULT_HEARTBEAT_MS, MISSED_HEARTBEATS } from '#wire';
import { CHANNELS, type Notifications } from '../../platform/database/index.js';
import type { LiveSession } from './live-session.js';
import type { LiveSessions } from './live-sessions.js';
import type { SessionHandler } from './session.handler.js';
import type { SessionStore } from './session.store.js';

export interface SessionWatchPorts {
  readonly sessions: LiveSessions;
  readonly handler: SessionHandler;
  readonly store: SessionStore;
  readonly notifications: Pick<Notifications, 'listen' | 'onReconnect'>;
  readonly heartbeatMs?: number;
  readonly clock: MonotonicClock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
}

const TICK_MS = 1_000;
/** Revocation ends a stream within 5 s even when its notification is lost (R4). */
const CHECK_EVERY_MS = 4_000;
const SEEN_EVERY_MS = 15_000;
const COMPARE_EVERY_MS = 10 * 60_000;

/**
 * Looks after the streams of this replica: ends those that fell silent, were revoked, superseded or ran out, wakes the order sync of clusters whose orders
 * changed, and compares everything after a gap of the listener and every ten minutes. Notifications only make it faster.
 */
export class SessionWatch {
  private readonly stopping = new AbortController();
  private readonly unsubscribe: (() => void)[] = [];
  private loop: Promise<void> | undefined;

  constructor(private readonly ports: SessionWatchPorts) {}

  start(): void {
    const { notifications } = this.ports;
    const ofPayload = (then: (session: LiveSession) => void) => (payload: string) => {
      const session = isUuid(payload) ? this.ports.sessions.get(clusterId(payload)) : undefined;
      if (session !== undefined) then(session);
    };
    const check = ofPayload((session) => this.background(this.endOver([session])));
    this.unsubscribe.push(
      notifications.listen(CHANNELS.clusterOrders, ofPayload((session) => this.ports.handler.syncOf(session)?.wake())),
      notifications.listen(CHANNELS.certificateRevoked, check),
      notifications.listen(CHANNELS.clusterChanged, check),
      notifications.onReconnect(() => {
        this.background(this.endOver(this.ports.sessions.all()));
        this.compareAll();
      }),
    );
    this.loop = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('the gateway is stopping'));
    for (const end of this.unsubscribe) end();
    await this.loop;
  }

  private async run(): Promise<void> {
    const { clock, timers } = this.ports;
    const due = { check: clock.nowMs(), seen: clock.nowMs(), compare: clock.nowMs() + jitterMs(COMPARE_EVERY_MS, 0.2, this.ports.random) };
    while (!this.stopping.signal.aborted) {
      try {
        this.endSilent();
        if (clock.nowMs() >= due.check) {
          due.check = clock.nowMs() + CHECK_EVERY_MS;
          await this.endOver(this.ports.sessions.all());
        }
        if (clock.nowMs() >= due.seen) {
          due.seen = clock.nowMs() + SEEN_EVERY_MS;
          await this.ports.store.seen(this.ports.sessions.all().map((session) => session.cluster));
        }
        if (clock.nowMs() >= due.compare) {
          due.compare = clock.nowMs() + jitterMs(COMPARE_EVERY_MS, 0.2, this.ports.random);
          this.compareAll();
        }
      } catch (error) {
        this.ports.log.warn('the watch over agent sessions could not read the database', { error });
      }
      await timers.sleep(TICK_MS, this.stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }

  private endSilent(): void {
    const deadlineMs = (this.ports.heartbeatMs ?? DEFAULT_HEARTBEAT_MS) * MISSED_HEARTBEATS;
    const nowMs = this.ports.clock.nowMs();
    for (const session of this.ports.sessions.all()) {
      if (nowMs - session.lastHeardMs <= deadlineMs) continue;
      this.ports.log.info('an agent fell silent', { clusterId: session.cluster });
      session.end('HEARTBEAT_MISSED');
      this.ports.sessions.remove(session);
    }
  }

  private async endOver(sessions: readonly LiveSession[]): Promise<void> {
    const keys = sessions.map((session) => ({ cluster: session.cluster, sessionEpoch: session.admitted.sessionEpoch, serial: session.peer.serial }));
    for (const ended of await this.ports.store.ended(keys)) {
      const session = sessions.find((candidate) => candidate.cluster === ended.cluster && candidate.admitted.sessionEpoch === ended.sessionEpoch);
      session?.end(ended.why === 'EXPIRED' ? 'CERTIFICATE_REFUSED' : ended.why);
    }
  }

  /** Spread over a few seconds: ten thousand comparisons at once would be a stampede of our own. */
  private compareAll(): void {
    for (const session of this.ports.sessions.all()) {
      this.ports.timers.after(Math.round(this.ports.random.next() * 3_000), () => this.ports.handler.syncOf(session)?.compare());
    }
  }

  private background(work: Promise<void>): void {
    work.catch((error: unknown) => this.ports.log.warn('streams could not be checked', { error }));
  }
}
