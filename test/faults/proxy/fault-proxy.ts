import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { LinkFault } from '../plan/schedule.js';
import { ProxiedConnection } from './proxied-connection.js';
import type { Route } from './route.js';

/** New connections of a time are let through together, last come first. */
const REORDER_EVERY_MS = 150;

/** A TCP relay whose weather is made by a test: it loses, delays, cuts and reorders. Clear until told otherwise. */
export class FaultProxy {
  private readonly connections = new Set<ProxiedConnection>();
  private readonly held: (() => void)[] = [];
  private taken = 0;
  private fault: LinkFault | undefined;
  private release: NodeJS.Timeout | undefined;

  private constructor(
    private readonly server: Server,
    private readonly upstreams: readonly Route[],
  ) {
    server.on('connection', (client) => this.take(client));
  }

  /** Listens on `at` (port 0: any) and relays to `upstreams` in turn, which need not be there yet: one that refuses is passed over. */
  static async start(at: Route, ...upstreams: readonly Route[]): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new FaultProxy(server, upstreams);
    server.listen(at.port, at.host);
    await once(server, 'listening');
    return proxy;
  }

  get port(): number {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
    return address.port;
  }

  /** Another fault takes the place of the one before. */
  begin(fault: LinkFault): void {
    this.clear();
    this.fault = fault;
    if (fault.how === 'cut' || fault.how === 'refuse') for (const connection of this.connections) connection.cut();
    if (fault.how === 'cut') this.fault = undefined;
    if (fault.how === 'reorder') this.release = setInterval(() => this.letThrough(), REORDER_EVERY_MS);
  }

  /** Clear again. What is dead stays dead. */
  clear(): void {
    this.fault = undefined;
    clearInterval(this.release);
    this.letThrough();
  }

  async stop(): Promise<void> {
    this.clear();
    for (const connection of this.connections) connection.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private take(client: Socket): void {
    if (this.fault?.how === 'refuse') {
      client.resetAndDestroy();
      return;
    }
    const connection = new ProxiedConnection(client, () => this.fault, () => this.connections.delete(connection));
    this.connections.add(connection);
    const first = this.taken % this.upstreams.length;
    this.taken += 1;
    const open = (): void => connection.open([...this.upstreams.slice(first), ...this.upstreams.slice(0, first)]);
    if (this.fault?.how === 'reorder') this.held.push(open);
    else open();
  }

  private letThrough(): void {
    for (const open of this.held.splice(0).toReversed()) open();
  }
}
