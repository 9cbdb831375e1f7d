import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import { abortFailure, type Contact } from '../contact.js';
import type { GitFailure } from '../git-failure.js';
import { pinnedTo } from '../pinned-lookup.js';
import { retryAfterOf } from '../retry-after.js';
import { checkPktLines } from './check-pkt-lines.js';

/** Carries a failure through isomorphic-git, which knows exceptions only. */
export class GitHttpFault extends Error {
  constructor(readonly failure: GitFailure) {
    super(failure.code);
  }
}

/** A server of protocol version 0 with an empty repository: it advertises nothing but itself, which isomorphic-git takes for version 2. */
export class NoRefs extends Error {}

export interface GitHttpLimits {
  readonly maxResponseBytes: number;
  /** A server from which nothing comes for this long is given up. */
  readonly silenceMs: number;
}

/**
 * The HTTP that isomorphic-git talks through: to one origin only, credentials from the first request on and never to another place,
 * no redirects, no second try, everything under the signal, answers bounded and whole.
 */
export function gitHttp(contact: Contact, { maxResponseBytes, silenceMs }: GitHttpLimits, signal: AbortSignal): HttpClient {
  return {
    async request(asked: GitHttpRequest): Promise<GitHttpResponse> {
      const url = new URL(asked.url);
      if (url.origin !== contact.origin) throw new GitHttpFault(contact.failure('EGRESS_REFUSED', 'asked to leave the host of the repository'));
      const body = asked.body === undefined ? undefined : await collect(asked.body);
      const response = await send(contact, url, asked.method ?? 'GET', { ...asked.headers, ...authorizationOf(contact) }, body, silenceMs, signal);
      const status = response.statusCode ?? 0;
      if (status !== 200) {
        response.destroy();
        throw new GitHttpFault(statusFailure(contact, status, response));
      }
      const answer = await read(contact, response, maxResponseBytes, signal);
      const contentType = response.headers['content-type'] ?? '';
      if (!/^application\/x-git-(?:upload|receive)-pack-/.test(contentType)) throw new GitHttpFault(contact.failure('GIT_PROTOCOL_ERROR', 'the server does not speak Git over HTTP at this URL'));
      const verdict = checkPktLines(answer);
      if (verdict.kind === 'broken') throw new GitHttpFault(contact.failure('GIT_PROTOCOL_ERROR', 'the answer broke off'));
      if (verdict.kind === 'error') {
        const isGone = /not our ref|unadvertised object/i.test(verdict.message);
        throw new GitHttpFault(contact.failure(isGone ? 'COMMIT_UNREACHABLE' : 'GIT_PROTOCOL_ERROR', `the server said: ${verdict.message}`));
      }
      if (body === undefined && verdict.packets === 1 && answer.includes('# service=git-upload-pack')) {
        // The greeting has a flush of its own: only a second one says that the list after it is whole, and empty.
        if (answer.toString('latin1').endsWith('00000000')) throw new NoRefs();
        throw new GitHttpFault(contact.failure('GIT_PROTOCOL_ERROR', 'the answer broke off'));
      }
      return { url: asked.url, method: asked.method ?? 'GET', statusCode: status, statusMessage: response.statusMessage ?? '', headers: { 'content-type': contentType }, body: once(answer) };
    },
  };
}

function send(contact: Contact, url: URL, method: string, headers: Readonly<Record<string, string>>, body: Buffer | undefined, silenceMs: number, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = {
      method, signal, timeout: silenceMs, ...(contact.addresses === undefined ? {} : pinnedTo(contact.addresses)),
      headers: { ...headers, 'user-agent': 'git/2.0 (capstan)', 'accept-encoding': 'identity', ...(body === undefined ? {} : { 'content-length': String(body.length) }) },
    };
    const silent = new GitHttpFault(contact.failure('GIT_TIMED_OUT', `nothing came for ${silenceMs} ms`));
    const request = url.protocol === 'https:' ? httpsRequest(url, { ...options, ...(contact.caPem === undefined ? {} : { ca: contact.caPem }) }) : httpRequest(url, options);
    request.once('response', (response) => {
      request.once('timeout', () => response.destroy(silent));
      resolve(response);
    });
    request.once('timeout', () => request.destroy(silent));
    request.once('error', (error) => reject(error instanceof GitHttpFault ? error : new GitHttpFault(signal.aborted ? abortFailure(contact, signal) : contact.failure('REPOSITORY_UNREACHABLE', error.message || 'no connection'))));
    request.end(body);
  });
}

async function read(contact: Contact, response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > maxBytes) throw new GitHttpFault(contact.failure('GIT_PROTOCOL_ERROR', `the answer is larger than ${maxBytes} bytes`));
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof GitHttpFault) throw error;
    throw new GitHttpFault(signal.aborted ? abortFailure(contact, signal) : contact.failure('GIT_PROTOCOL_ERROR', 'the connection broke in the middle of the answer'));
  }
  return Buffer.concat(chunks);
}

function statusFailure(contact: Contact, status: number, response: IncomingMessage): GitFailure {
  const retryAfterMs = retryAfterOf(response.headers['retry-after'], response.headers.date);
  if (status === 401 || status === 403) return contact.failure('AUTHENTICATION_FAILED', `the server answered ${status}`);
  if (status === 404 || status === 410) return contact.failure('REPOSITORY_NOT_FOUND', `the server answered ${status}`);
  if (status === 429) return contact.failure('RATE_LIMITED', 'the server answered 429', retryAfterMs);
  if (status >= 300 && status < 400) return contact.failure('EGRESS_REFUSED', `the server redirects (${status}), which is not followed: use the URL that it redirects to`);
  if (status >= 400) return contact.failure('REPOSITORY_UNREACHABLE', `the server answered ${status}`, retryAfterMs);
  return contact.failure('GIT_PROTOCOL_ERROR', `the server answered ${status}`);
}

function authorizationOf(contact: Contact): Readonly<Record<string, string>> {
  return contact.authorization === undefined ? {} : { authorization: contact.authorization };
}

async function collect(body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Uint8Array): AsyncIterableIterator<Uint8Array> {
  yield bytes;
}
