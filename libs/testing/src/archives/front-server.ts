import { once } from 'node:events';
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server, type ServerResponse } from 'node:http';

export interface FrontAccess {
  readonly method: string;
  readonly path: string;
  /** The header as it came, so that a test can assert who was told a password. */
  readonly authorization: string | undefined;
  readonly status: number;
}

export interface FrontAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

/** What a request gets instead of the true answer. `truncate` sends half of the body and breaks the connection; `garble` turns one byte over. */
export type FrontFault = FrontAnswer | 'hang' | 'close' | 'truncate' | 'garble';

/** Answers in the name of the server behind. */
export type FrontHandler = (request: { readonly method: string; readonly path: string; readonly headers: IncomingMessage['headers'] }) => Promise<FrontAnswer>;

/** An HTTP server on loopback before a registry or a directory, with a log of what was asked and a switch for faults. */
export class FrontServer {
  readonly accesses: FrontAccess[] = [];
  /** What is wrong with a request; undefined: nothing. */
  fault: (path: string, method: string) => FrontFault | undefined = () => undefined;
  private server: Server | undefined;
  private port = 0;

  constructor(private readonly handler: FrontHandler) {}

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.serve(request, response).catch(() => response.destroy()));
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    this.port = address.port;
    this.server = server;
  }

  /** It can be started again on the same port. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  /** `host:port` */
  get authority(): string {
    return `localhost:${this.port}`;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET';
    const path = request.url ?? '/';
    const fault = this.fault(path, method);
    if (fault === 'close') return void request.socket.destroy();
    if (fault === 'hang') return void this.note(request, 0);
    const answer = typeof fault === 'object' ? fault : await this.handler({ method, path, headers: request.headers });
    this.note(request, answer.status);
    const body = Buffer.from(answer.body ?? '');
    response.writeHead(answer.status, { ...answer.headers, ...(method === 'HEAD' ? {} : { 'content-length': body.length }) });
    if (method === 'HEAD') return void response.end();
    if (fault === 'garble' && body.length > 0) body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 0xff;
    if (fault !== 'truncate') return void response.end(body);
    response.write(body.subarray(0, body.length >> 1), () => request.socket.destroy());
  }

  private note(request: IncomingMessage, status: number): void {
    this.accesses.push({ method: request.method ?? 'GET', path: request.url ?? '/', authorization: request.headers.authorization, status });
  }
}
