import { once } from 'node:events';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

/** One question, as it came. */
export interface PrometheusQuery {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly query: string;
  readonly timeout: string | undefined;
  /** 0: it was left without an answer. */
  readonly status: number;
}

/** What a query has: a scalar or samples of a vector as Prometheus writes them, an error, a raw answer, or nothing at all. */
export type PrometheusAnswer =
  | { readonly scalar: string }
  | { readonly vector: readonly string[]; readonly warnings?: readonly string[] }
  | { readonly data: { readonly resultType: string; readonly result: unknown } }
  | { readonly status: number; readonly errorType: string; readonly error: string }
  | { readonly status: number; readonly body: string; readonly location?: string }
  | 'hang' | 'truncate' | 'close';

/** An HTTP server on loopback that speaks Prometheus' API of instant queries, in the words of its documentation, and keeps a log of who asked what. */
export class PrometheusServer {
  readonly queries: PrometheusQuery[] = [];
  /** What each query has now. */
  answer: (query: string) => PrometheusAnswer = () => ({ vector: [] });
  private server: Server | undefined;
  private port = 0;

  /** @param tls PEM; it speaks HTTPS then */
  constructor(private readonly tls?: { readonly cert: string; readonly key: string }) {}

  get url(): string {
    return `${this.tls === undefined ? 'http' : 'https'}://localhost:${this.port}`;
  }

  async start(): Promise<void> {
    const onRequest = (request: IncomingMessage, response: ServerResponse): void => void this.serve(request, response).catch(() => response.destroy());
    const server = this.tls === undefined ? createPlainServer(onRequest) : createTlsServer(this.tls, onRequest);
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

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request.setEncoding('utf8')) text += String(part);
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const form = new URLSearchParams(request.headers['content-type'] === 'application/x-www-form-urlencoded' ? text : '');
    const query = form.get('query') ?? '';
    const answer: PrometheusAnswer = pathname.endsWith('/api/v1/query') ? this.answer(query) : { status: 404, body: '404 page not found' };
    const { status, body, location } = written(answer);
    this.queries.push({ method: request.method ?? '', path: pathname, authorization: request.headers.authorization, query, timeout: form.get('timeout') ?? undefined, status });
    if (answer === 'hang') return;
    if (answer === 'close') return void request.socket.destroy();
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...(location === undefined ? {} : { location }) });
    if (answer === 'truncate') return void response.write(body.slice(0, 20), () => request.socket.destroy());
    response.end(body);
  }
}

function written(answer: PrometheusAnswer): { readonly status: number; readonly body: string; readonly location?: string | undefined } {
  if (answer === 'hang' || answer === 'close') return { status: 0, body: '' };
  if (answer === 'truncate') return written({ scalar: '1' });
  if ('body' in answer) return answer;
  if ('error' in answer) return { status: answer.status, body: JSON.stringify({ status: 'error', errorType: answer.errorType, error: answer.error }) };
  return { status: 200, body: JSON.stringify({ status: 'success', data: dataOf(answer), ...('warnings' in answer ? { warnings: answer.warnings } : {}) }) };
}

function dataOf(answer: Extract<PrometheusAnswer, { scalar: string } | { vector: readonly string[] } | { data: object }>): unknown {
  const at = 1_795_690_000.123;
  if ('data' in answer) return answer.data;
  if ('scalar' in answer) return { resultType: 'scalar', result: [at, answer.scalar] };
  return { resultType: 'vector', result: answer.vector.map((value, n) => ({ metric: { __name__: 'x', instance: `i${n}` }, value: [at, value] })) };
}
