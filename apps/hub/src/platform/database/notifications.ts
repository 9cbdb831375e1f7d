import { backoffMs, type Log, type Random, type Timers } from '#kernel';
import type { Socket } from 'node:net';
import { Client } from 'pg';
import { CHANNELS, type Channel } from './channels.js';
import { impatientSocket } from './impatient-socket.js';

export type NotificationListener = (payload: string) => void;

const RECONNECT = { baseMs: 200, maxMs: 10_000 };
const PROBE_MS = 5_000;
const PROBE_DEADLINE_MS = 3_000;
/** Longest wait for the other side to close, which one that is gone never does. */
const GOODBYE_MS = 1_000;
/** Of a row of pg_stat_activity: process and start, since numbers of processes come again. */
export const SESSION = `(pid || '@' || (extract(epoch FROM backend_start) * 1000000)::bigint)`;

interface Connection {
  readonly client: Client;
  readonly socket: Socket;
}

/**
 * The one LISTEN connection of a replica. Delivery is at most once and only while connected: subscribers also pass
 * `onReconnect` work that rereads everything they care about. Listeners must not throw and must not wait.
 */
export class Notifications {
  readonly #listeners = new Map<Channel, Set<NotificationListener>>();
  readonly #rereads = new Set<() => void>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #session: string | undefined;

  constructor(
    private readonly url: string,
    private readonly timers: Timers,
    private readonly random: Random,
    private readonly log: Log,
  ) {}

  get isConnected(): boolean {
    return this.#session !== undefined;
  }

  /** This replica as PostgreSQL knows it: a session that ends with the process, however it ends. undefined while the connection is lost. */
  get session(): string | undefined {
    return this.#session;
  }

  /** Calls `listener` with each payload of the channel until the returned function is called. */
  listen(channel: Channel, listener: NotificationListener): () => void {
    const listeners = this.#listeners.get(channel) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(channel, listeners);
    return () => void listeners.delete(listener);
  }

  /** Calls `reread` after every connection that follows a gap, since notifications of the gap are lost. */
  onReconnect(reread: () => void): () => void {
    this.#rereads.add(reread);
    return () => void this.#rereads.delete(reread);
  }

  /** Resolves once listening for the first time; later breaks are repaired in the background. */
  async start(): Promise<void> {
    const connection = await this.#connect();
    this.#loop = this.#keep(connection);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the listener is stopping'));
    await this.#loop;
  }

  async #connect(): Promise<Connection> {
    const socket = impatientSocket(PROBE_MS + PROBE_DEADLINE_MS);
    const client = new Client({ stream: () => socket, connectionString: this.url, application_name: 'capstan-listen', connectionTimeoutMillis: 5_000, query_timeout: PROBE_DEADLINE_MS, keepAlive: true });
    client.on('error', () => undefined); // the `end` that follows is what the loop waits for
    client.on('notification', ({ channel, payload }) => this.#deliver(channel, payload ?? ''));
    try {
      await client.connect();
      for (const channel of Object.values(CHANNELS)) await client.query(`LISTEN ${channel}`);
      this.#session = await sessionOf(client);
      return { client, socket };
    } catch (error) {
      await this.#close({ client, socket });
      throw error;
    }
  }

  async #close({ client, socket }: Connection): Promise<void> {
    const closed = new AbortController();
    const ended = client.end().catch(() => undefined);
    await Promise.race([ended, this.timers.sleep(GOODBYE_MS, closed.signal).catch(() => undefined)]);
    closed.abort();
    socket.destroy();
  }

  async #keep(first: Connection): Promise<void> {
    let connection: Connection | undefined = first;
    let attempt = 0;
    while (!this.#stopping.signal.aborted) {
      try {
        if (connection === undefined) {
          connection = await this.#connect();
          this.log.info('the database listener is connected again', { attempt });
          for (const reread of this.#rereads) reread();
        }
        attempt = 0;
        await this.#untilBroken(connection.client);
        if (!this.#stopping.signal.aborted) this.log.warn('the database listener lost its connection');
      } catch (error) {
        if (!this.#stopping.signal.aborted) this.log.warn('the database listener cannot connect', { error, attempt });
      }
      this.#session = undefined;
      if (connection !== undefined) await this.#close(connection);
      connection = undefined;
      attempt += 1;
      await this.timers.sleep(backoffMs(RECONNECT, attempt, this.random), this.#stopping.signal).catch(() => undefined); // stopping ends the wait
    }
  }

  /** A cut without a reset is silent: a query from time to time finds it. */
  async #untilBroken(client: Client): Promise<void> {
    const ended = new Promise<'ended'>((resolve) => client.once('end', () => resolve('ended')));
    const stopped = new Promise<'stopped'>((resolve) => this.#stopping.signal.addEventListener('abort', () => resolve('stopped'), { once: true }));
    while (!this.#stopping.signal.aborted) {
      const waiting = new AbortController();
      const tick = this.timers.sleep(PROBE_MS, waiting.signal).then(() => 'tick' as const, () => 'tick' as const);
      const event = await Promise.race([ended, stopped, tick]);
      waiting.abort();
      if (event !== 'tick') return;
      await this.#probe(client);
    }
  }

  async #probe(client: Client): Promise<void> {
    const answered = new AbortController();
    const late = this.timers.sleep(PROBE_DEADLINE_MS, answered.signal).then(
      () => Promise.reject(new Error('the listener connection does not answer')),
      () => undefined,
    );
    try {
      await Promise.race([client.query('SELECT 1'), late]);
    } finally {
      answered.abort();
    }
  }

  #deliver(channel: string, payload: string): void {
    for (const [known, listeners] of this.#listeners) {
      if (known === channel) for (const listener of listeners) listener(payload);
    }
  }
}

async function sessionOf(client: Client): Promise<string> {
  const { rows } = await client.query<{ session: string }>(`SELECT ${SESSION} AS session FROM pg_stat_activity WHERE pid = pg_backend_pid()`);
  const [row] = rows;
  if (row === undefined) throw new Error('PostgreSQL does not name the session of the listener');
  return row.session;
}
