import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Log, Timers } from '#kernel';
import type { User } from '../access/user.js';
import { auditEvent } from '../audit/audit-event.js';
import type { AuditLog } from '../audit/audit-log.js';
import { numberAt, stringAt } from '../json/read-json.js';
import { sendLog } from '../logs/answer-pod-log.js';
import type { ApiAnswer } from './api-call.js';
import { internalError, notImplemented, statusBody, tooManyRequests, type ApiFailure } from './api-failure.js';
import type { Caller, ClusterApi } from './cluster-api.js';
import { parseBody } from './parse-body.js';
import { headerOf, headersOf, readRequest } from './read-request.js';
import { negotiate } from './representation.js';
import { parseRequest, type RequestInfo } from './request-info.js';
import { ScriptedRefusals } from './scripted-refusals.js';
import { sendWatch } from './watch-response.js';

/** Watches and calls that one cluster serves at once; more are asked to come back. */
const MAX_OPEN_REQUESTS = 2_000;

/** What has become known of a request on its way, for the audit log. */
interface Trace {
  user: User | undefined;
  impersonatedUser: User | undefined;
  bodyName: string;
  failure: ApiFailure | undefined;
}

/** One cluster's API over HTTP: reads the request, has it answered, writes the answer and the audit event. */
export class ClusterFront {
  /** Requests to refuse on purpose. */
  readonly refusals = new ScriptedRefusals();
  private readonly open = new Set<ServerResponse>();

  constructor(
    private readonly api: ClusterApi,
    private readonly audit: AuditLog,
    private readonly timers: Timers,
    private readonly log: Log,
  ) {}

  /** @param uri path and query below the cluster's own prefix */
  async handle(request: IncomingMessage, response: ServerResponse, uri: string): Promise<void> {
    const info = parseRequest(request.method ?? 'GET', uri);
    const trace: Trace = { user: undefined, impersonatedUser: undefined, bodyName: '', failure: undefined };
    this.track(request, response, info, trace);
    const answer = await this.answer(request, info, trace).catch((error: unknown): ApiAnswer => this.unexpected(error, info));
    if (answer === undefined || response.destroyed) return;
    if (answer.kind === 'watch') return sendWatch(this.api.cluster, this.timers, answer.request, answer.representation, response);
    if (answer.kind === 'log') return sendLog(answer, response);
    if (answer.kind === 'failure') trace.failure = answer.failure;
    send(response, answer);
  }

  /** Cuts every connection on which something is being answered, watches above all. */
  dropConnections(): void {
    for (const response of this.open) response.socket?.destroy();
  }

  private async answer(request: IncomingMessage, info: RequestInfo, trace: Trace): Promise<ApiAnswer | undefined> {
    const text = await readRequest(request);
    if (text === undefined) return undefined;
    if (!text.ok) return { kind: 'failure', failure: text.error };
    if (this.open.size > MAX_OPEN_REQUESTS) return { kind: 'failure', failure: tooManyRequests() };
    const caller = this.identify(request, trace);
    if (caller.kind === 'failure') return caller;
    const representation = negotiate(headerOf(request, 'accept'));
    if (representation === undefined) return { kind: 'failure', failure: notImplemented(info.method, info.path, 'answers in other formats than JSON') };
    const contentType = headerOf(request, 'content-type') ?? 'application/json';
    const body = parseBody(text.value, contentType);
    if (!body.ok) return { kind: 'failure', failure: body.error };
    trace.bodyName = stringAt(body.value, 'metadata', 'name') ?? '';
    const refused = this.refusals.take(info);
    if (refused !== undefined) return { kind: 'failure', failure: refused };
    return this.api.answer(caller.value, { info, body: body.value, contentType, representation, userAgent: headerOf(request, 'user-agent') ?? '' });
  }

  private identify(request: IncomingMessage, trace: Trace): { readonly kind: 'caller'; readonly value: Caller } | (ApiAnswer & { kind: 'failure' }) {
    const { user, caller } = this.api.identify(headerOf(request, 'authorization'), {
      username: headerOf(request, 'impersonate-user'),
      groups: headersOf(request, 'impersonate-group'),
      hasMore: Object.keys(request.headers).some((name) => name === 'impersonate-uid' || name.startsWith('impersonate-extra-')),
    });
    trace.user = user;
    if (!caller.ok) return { kind: 'failure', failure: caller.error };
    trace.impersonatedUser = caller.value.impersonatedUser;
    return { kind: 'caller', value: caller.value };
  }

  /** Remembers the response while it is open, and writes its audit event when it is over, however it ended. */
  private track(request: IncomingMessage, response: ServerResponse, info: RequestInfo, trace: Trace): void {
    const { clock, ids } = this.api.cluster;
    const receivedAt = clock.now();
    const sourceAddress = request.socket.remoteAddress ?? '';
    this.open.add(response);
    let isWritten = false;
    const write = (): void => {
      this.open.delete(response);
      if (isWritten) return;
      isWritten = true;
      const status = { code: response.statusCode, ...(trace.failure === undefined ? {} : { failure: trace.failure }) };
      this.audit.append(auditEvent({ ...trace, id: ids.uuid(), info, receivedAt, answeredAt: clock.now(), sourceAddress, userAgent: headerOf(request, 'user-agent') ?? '', status }));
    };
    response.once('prefinish', write); // before the last byte leaves: who has the answer finds the event
    response.once('close', write);
  }

  private unexpected(error: unknown, info: RequestInfo): ApiAnswer {
    const id = this.api.cluster.ids.uuid();
    this.log.error('sandbox request failed', { id, method: info.method, path: info.path, error: error instanceof Error ? error.stack : String(error) });
    return { kind: 'failure', failure: internalError(id) };
  }
}

function send(response: ServerResponse, answer: Exclude<ApiAnswer, { kind: 'watch' | 'log' }>): void {
  const code = answer.kind === 'failure' ? answer.failure.code : answer.code;
  const isText = answer.kind === 'text' || (answer.kind === 'failure' && answer.failure.isPlainText === true);
  const text = answer.kind === 'failure' ? failureText(answer.failure) : answer.kind === 'text' ? answer.body : JSON.stringify(answer.body);
  response.writeHead(code, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
    ...(answer.kind === 'failure' ? retryAfter(answer.failure) : {}),
  });
  response.end(text);
}

function failureText(failure: ApiFailure): string {
  return failure.isPlainText === true ? `${failure.message}\n` : JSON.stringify(statusBody(failure));
}

function retryAfter(failure: ApiFailure): Record<string, string> {
  const seconds = failure.retryAfterSeconds ?? numberAt(failure.details, 'retryAfterSeconds');
  return seconds === undefined ? {} : { 'retry-after': String(seconds) };
}
