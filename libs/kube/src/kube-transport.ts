import { err, ok, type MonotonicClock, type Random, type Result, type Timers } from '#kernel';
import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { failureFromResponse } from './failure-from-response.js';
import { stringAt } from './json-shape.js';
import type { ClientCertificate, CredentialsNow, KubeConnection } from './kube-connection.js';
import type { KubeFailure } from './kube-failure.js';
import { connectionFailure, stoppedFailure, type StopReason } from './stopped-failure.js';

export interface KubeClientDeps {
  readonly timers: Timers;
  readonly monotonic: MonotonicClock;
  readonly random: Random;
  readonly userAgent: string;
  /** Hears when the server begins to send calls away, so that they go slower, and when that is over. */
  readonly onBusy?: (told: BusyServer) => void;
}

export interface BusyServer {
  /** Which calls: `/api/v1/namespaces/shop/configmaps`. */
  readonly lane: string;
  /** As whom the calls are made; empty: as who the connection is. */
  readonly account: string;
  readonly isBusy: boolean;
}

export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, below the path of the server. */
  readonly path: string;
  readonly accept?: string | undefined;
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string | string[]>> | undefined;
  readonly body?: string | undefined;
  readonly deadlineMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
  readonly isSecret: boolean;
}

/** An open answer: its bytes as they come. The stream must be read to its end or left with `stop`. */
export interface OpenAnswer {
  readonly response: IncomingMessage;
  /** The failure behind an error of the stream, after it has thrown. */
  failureOf(error: unknown): KubeFailure;
  stop(): void;
}

/** An idle connection is kept this long; API servers and load balancers close theirs later. */
const IDLE_SOCKET_MS = 60_000;
/** As many as an agent has calls in flight for one target: those that go in between would each cost a handshake. */
const MAX_IDLE_SOCKETS = 20;
const MAX_REFUSAL_BYTES = 1024 * 1024;

/** HTTP to one API server: credentials, trust, connections, deadlines and bounds. Sends once and never interprets a body. */
export class KubeTransport {
  readonly #base: URL;
  #agent: { readonly certificate: ClientCertificate | undefined; readonly agent: HttpAgent } | undefined;

  constructor(
    readonly connection: KubeConnection,
    readonly deps: KubeClientDeps,
  ) {
    this.#base = new URL(connection.server);
  }

  /** The whole body of a 2xx answer as text; everything else is a failure. */
  async send(request: KubeRequest): Promise<Result<string, KubeFailure>> {
    const stop = new Stop(this.deps.timers, request.deadlineMs, request.signal);
    try {
      const opened = await this.#open(request, stop);
      if (!opened.ok) return opened;
      return await readBody(opened.value, request.maxBytes, stop);
    } finally {
      stop.release();
    }
  }

  /** Opens an answer that goes on (a watch): the deadline is for its beginning. */
  async stream(request: KubeRequest): Promise<Result<OpenAnswer, KubeFailure>> {
    const stop = new Stop(this.deps.timers, request.deadlineMs, request.signal);
    const opened = await this.#open(request, stop);
    if (!opened.ok) {
      stop.release();
      return opened;
    }
    stop.disarm();
    const response = opened.value;
    response.once('close', () => stop.release());
    return ok({
      response,
      failureOf: (error) => stoppedFailure(stop.reason) ?? { code: 'TRUNCATED_RESPONSE', httpStatus: response.statusCode ?? 0, message: `the answer stopped: ${codeOfError(error)}` },
      stop: () => response.destroy(),
    });
  }

  close(): void {
    this.#agent?.agent.destroy();
    this.#agent = undefined;
  }

  async #open(request: KubeRequest, stop: Stop): Promise<Result<IncomingMessage, KubeFailure>> {
    const credentials = await this.connection.credentials.current(stop.signal);
    if (!credentials.ok) return err(stoppedFailure(stop.reason) ?? credentials.error);
    let answer = await this.#exchange(request, credentials.value, stop);
    // A kept connection may be closed by the server at the very moment we use it: nothing of ours was read then, and a GET repeats nothing.
    if (!answer.ok && answer.error.wasStaleSocket && request.method === 'GET') answer = await this.#exchange(request, credentials.value, stop);
    if (!answer.ok) return err(answer.error.failure);
    const response = answer.value;
    const status = response.statusCode ?? 0;
    if (status >= 200 && status < 300) return ok(response);
    const body = await readBody(response, MAX_REFUSAL_BYTES, stop);
    if (!body.ok) return body;
    if (status < 400) return err({ code: 'MALFORMED_RESPONSE', httpStatus: status, message: `HTTP ${status}: redirects are not followed` });
    return err(failureFromResponse(status, body.value, response.headers['retry-after'], request));
  }

  #exchange(request: KubeRequest, credentials: CredentialsNow, stop: Stop): Promise<Result<IncomingMessage, { readonly failure: KubeFailure; readonly wasStaleSocket: boolean }>> {
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const headers: Record<string, string | number | string[]> = { ...request.headers, accept: request.accept ?? 'application/json', 'user-agent': this.deps.userAgent };
    if (credentials.authorization !== undefined) headers['authorization'] = credentials.authorization;
    if (body !== undefined) {
      headers['content-type'] = request.contentType ?? 'application/json';
      headers['content-length'] = body.byteLength;
    }
    const basePath = this.#base.pathname.replace(/\/$/, '');
    const options: RequestOptions = { method: request.method, path: `${basePath}${request.path}`, headers, agent: this.#agentFor(credentials.certificate), signal: stop.signal };
    return new Promise((resolve) => {
      const sent: ClientRequest = this.#base.protocol === 'http:' ? httpRequest(this.#base, options) : httpsRequest(this.#base, options);
      sent.once('response', (response) => resolve(ok(response)));
      sent.on('error', (error) => {
        const stopped = stoppedFailure(stop.reason);
        resolve(err({ failure: stopped ?? connectionFailure(error), wasStaleSocket: stopped === undefined && sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOfError(error)) }));
      });
      sent.end(body);
    });
  }

  #agentFor(certificate: ClientCertificate | undefined): HttpAgent {
    if (this.#agent !== undefined && this.#agent.certificate === certificate) return this.#agent.agent;
    // the agent of an older certificate is left to its requests; its idle connections time out
    const kept = { keepAlive: true, timeout: IDLE_SOCKET_MS, maxFreeSockets: MAX_IDLE_SOCKETS };
    const agent =
      this.#base.protocol === 'http:'
        ? new HttpAgent(kept)
        : new HttpsAgent({ ...kept, ...trustOf(this.connection), ...(certificate === undefined ? {} : { cert: certificate.cert, key: certificate.key }) });
    this.#agent = { certificate, agent };
    return agent;
  }
}

function trustOf({ caPem, tlsServerName }: KubeConnection): { ca?: string; servername?: string } {
  return { ...(caPem === undefined ? {} : { ca: caPem }), ...(tlsServerName === undefined ? {} : { servername: tlsServerName }) };
}

async function readBody(response: IncomingMessage, maxBytes: number, stop: Stop): Promise<Result<string, KubeFailure>> {
  const httpStatus = response.statusCode ?? 0;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes: Buffer = Buffer.from(chunk);
      size += bytes.byteLength;
      if (size > maxBytes) return err({ code: 'TOO_LARGE', httpStatus, message: `the answer is larger than ${maxBytes} bytes` });
      chunks.push(bytes);
    }
  } catch (error) {
    return err(stoppedFailure(stop.reason) ?? { code: 'TRUNCATED_RESPONSE', httpStatus, message: `the answer stopped: ${codeOfError(error)}` });
  }
  if (!response.complete) return err({ code: 'TRUNCATED_RESPONSE', httpStatus, message: 'the answer stopped before its end' });
  return ok(Buffer.concat(chunks).toString('utf8'));
}

function codeOfError(error: unknown): string {
  return stringAt(error, 'code') ?? 'connection lost';
}

/** One signal out of the caller's and the deadline, which remembers which of them it was. */
class Stop {
  readonly #controller = new AbortController();
  readonly #deadline: { cancel(): void };
  readonly #onAbort = (): void => this.#stop('ABORTED');
  reason: StopReason | undefined;

  constructor(
    timers: Timers,
    deadlineMs: number,
    readonly caller: AbortSignal | undefined,
  ) {
    this.#deadline = timers.after(deadlineMs, () => this.#stop('TIMEOUT'));
    if (caller?.aborted) this.#stop('ABORTED');
    caller?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  disarm(): void {
    this.#deadline.cancel();
  }

  release(): void {
    this.disarm();
    this.caller?.removeEventListener('abort', this.#onAbort);
  }

  #stop(reason: StopReason): void {
    if (this.reason !== undefined) return;
    this.reason = reason;
    this.#controller.abort();
  }
}
