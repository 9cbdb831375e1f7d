import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Clock, Random } from '#kernel';
import { createServerIdentity } from './certificates.js';
import { noSuchResource, statusBody } from './api-failure.js';

/** Answers the requests of one cluster. `uri` is what follows the cluster's prefix. */
export interface HostedCluster {
  handle(request: IncomingMessage, response: ServerResponse, uri: string): Promise<void>;
}

const PREFIX = /^\/clusters\/([^/?]+)(.*)$/s;

/**
 * One HTTPS listener on the loopback for many clusters: each under `/clusters/<name>`, so that ten thousand of them need one
 * port and one certificate. Listens from `start` until `stop`.
 */
export class SandboxHost {
  private readonly clusters = new Map<string, HostedCluster>();

  private constructor(
    private readonly server: Server,
    readonly caPem: string,
    readonly port: number,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => this.route(request, response));
  }

  /** @param port 0: any free one */
  static async start(port: number, clock: Clock, random: Random): Promise<SandboxHost> {
    const identity = await createServerIdentity(clock, random);
    const server = createServer({ key: identity.keyPem, cert: identity.certificatePem, keepAliveTimeout: 120_000, requestTimeout: 60_000 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', () => {
        server.off('error', reject);
        resolve();
      });
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no port');
    return new SandboxHost(server, identity.caPem, address.port);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  urlOf(name: string): string {
    return `https://${this.address}/clusters/${name}`;
  }

  /** @throws when the name is taken: two clusters must never be taken for one */
  add(name: string, cluster: HostedCluster): void {
    if (this.clusters.has(name)) throw new Error(`the sandbox host already serves a cluster named ${name}`);
    this.clusters.set(name, cluster);
  }

  remove(name: string): void {
    this.clusters.delete(name);
  }

  /** Stops listening and cuts what is open. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeAllConnections();
    await closed;
  }

  private route(request: IncomingMessage, response: ServerResponse): void {
    const match = PREFIX.exec(request.url ?? '/');
    const cluster = this.clusters.get(match?.[1] ?? '');
    if (match === null || cluster === undefined) {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(statusBody(noSuchResource())));
      return;
    }
    const rest = match[2] ?? '';
    void cluster.handle(request, response, rest.startsWith('/') ? rest : `/${rest}`);
  }
}
