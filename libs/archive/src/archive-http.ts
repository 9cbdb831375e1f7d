import { errorName, err, ok, type Result } from '#kernel';
import { gitFailure, pinnedTo, redact, retryAfterOf, type GitFailure, type GitFailureCode, type PasswordCredentials } from '#git';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

/** Where a request for a repository may connect: the addresses of the URL's host; undefined: any that DNS says. */
export type Egress = (url: string, signal: AbortSignal, repositoryUrl: string) => Promise<Result<readonly string[] | undefined, GitFailure>>;

export interface ArchiveHttpSettings {
  /** Asked for every host that a request or a redirect leads to. @default everywhere */
  readonly egress?: Egress;
  /** A server from which nothing comes for this long is given up. @default 10000 */
  readonly silenceMs?: number;
  /** Certificate authorities to trust instead of the machine's own, as PEM. */
  readonly caPem?: string;
}

export interface ArchiveRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD';
  readonly accept?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent to the origin of the URL, and left out after a redirect to another one. */
  readonly authorization?: string | undefined;
  readonly maxBytes: number;
  /** Takes the body of a 200, chunk by chunk, in place of `body`. Never rejects. */
  readonly sink?: (chunk: Buffer) => Promise<void>;
  /** Statuses that the caller judges, besides 200. All others are failures. */
  readonly judged?: readonly number[];
}

export interface ArchiveResponse {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

/**
 * HTTP to registries and chart repositories: bounded and whole answers, no silence without end, redirects followed without credentials and never
 * from https to http, every host judged before it is connected to. Failures are values and name hosts, never queries, which may hold a signature.
 */
export class ArchiveHttp {
  constructor(
    private readonly settings: ArchiveHttpSettings,
    /** Of the repository: failures name it. */
    private readonly repositoryUrl: string,
    private readonly credentials: PasswordCredentials | undefined,
  ) {}

  failure(code: GitFailureCode, message: string, retryAfterMs?: number): GitFailure {
    return gitFailure(code, this.repositoryUrl, redact(message, this.credentials), retryAfterMs);
  }

  async send(asked: ArchiveRequest, signal: AbortSignal): Promise<Result<ArchiveResponse, GitFailure>> {
    let url = URL.parse(asked.url);
    let { authorization } = asked;
    for (let hops = 0; url !== null && hops <= MAX_REDIRECTS; hops += 1) {
      const refusal = this.refusalOf(url);
      if (refusal !== undefined) return err(refusal);
      const answer = await this.once(url, asked, authorization, signal);
      if (!answer.ok || !REDIRECTS.includes(answer.value.status)) return answer;
      const next = URL.parse(answer.value.headers.location ?? '', url.href);
      if (next === null) return err(this.failure('GIT_PROTOCOL_ERROR', `${url.host} redirects to nowhere`));
      if (url.protocol === 'https:' && next.protocol !== 'https:') return err(this.failure('EGRESS_REFUSED', `${url.host} redirects from https to ${next.protocol.replace(':', '')}, which is not followed`));
      if (next.origin !== url.origin) authorization = undefined;
      url = next;
    }
    return err(this.failure('GIT_PROTOCOL_ERROR', url === null ? 'the address is no URL' : `more than ${MAX_REDIRECTS} redirects follow one another`));
  }

  private refusalOf({ protocol, username, password, host }: URL): GitFailure | undefined {
    if (protocol !== 'https:' && protocol !== 'http:') return this.failure('EGRESS_REFUSED', `an address with ${protocol.replace(':', '')} is not followed`);
    return username === '' && password === '' ? undefined : this.failure('EGRESS_REFUSED', `an address of ${host} with a user in it is not followed`);
  }

  private async once(url: URL, asked: ArchiveRequest, authorization: string | undefined, signal: AbortSignal): Promise<Result<ArchiveResponse, GitFailure>> {
    const addresses = await (this.settings.egress?.(url.href, signal, this.repositoryUrl) ?? ok(undefined));
    if (!addresses.ok) return err(this.failure(addresses.error.code, addresses.error.message));
    if (signal.aborted) return err(this.aborted(signal));
    const response = await this.connect(url, asked, authorization, addresses.value, signal);
    if (!response.ok) return response;
    const { statusCode: status = 0, headers } = response.value;
    if (REDIRECTS.includes(status)) {
      response.value.destroy();
      return ok({ status, headers, body: Buffer.alloc(0) });
    }
    if (status !== 200 && asked.judged?.includes(status) !== true) {
      response.value.destroy();
      return err(this.statusFailure(url.host, status, headers));
    }
    const body = await this.read(url.host, response.value, asked.maxBytes, signal, status === 200 ? asked.sink : undefined);
    return body.ok ? ok({ status, headers, body: body.value }) : body;
  }

  private connect(url: URL, asked: ArchiveRequest, authorization: string | undefined, addresses: readonly string[] | undefined, signal: AbortSignal): Promise<Result<IncomingMessage, GitFailure>> {
    const { silenceMs = 10_000, caPem } = this.settings;
    return new Promise((resolve) => {
      const options = {
        method: asked.method ?? 'GET', signal, timeout: silenceMs, ...(addresses === undefined ? { agent: false as const } : pinnedTo(addresses)), ...(caPem === undefined ? {} : { ca: caPem }),
        headers: { ...asked.headers, 'user-agent': 'capstan', 'accept-encoding': 'identity', ...(asked.accept === undefined ? {} : { accept: asked.accept }), ...(authorization === undefined ? {} : { authorization }) },
      };
      const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
      const silent = new DOMException(`nothing came from ${url.host} for ${silenceMs} ms`, 'TimeoutError');
      request.once('response', (response) => {
        request.once('timeout', () => response.destroy(silent));
        resolve(ok(response));
      });
      request.once('timeout', () => request.destroy(silent));
      request.on('error', (error) => resolve(err(this.brokenOff(error, signal, error.message === '' ? `no connection to ${url.host}` : error.message, 'REPOSITORY_UNREACHABLE'))));
      request.end();
    });
  }

  private async read(host: string, response: IncomingMessage, maxBytes: number, signal: AbortSignal, sink: ArchiveRequest['sink']): Promise<Result<Buffer, GitFailure>> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response) {
        const bytes = Buffer.from(chunk);
        size += bytes.length;
        if (size > maxBytes) return err(this.failure('GIT_PROTOCOL_ERROR', `the answer of ${host} is larger than ${maxBytes} bytes`));
        if (sink === undefined) chunks.push(bytes);
        else await sink(bytes);
      }
    } catch (error) {
      return err(this.brokenOff(error, signal, `the connection to ${host} broke in the middle of the answer`, 'GIT_PROTOCOL_ERROR'));
    }
    return ok(Buffer.concat(chunks));
  }

  private brokenOff(error: unknown, signal: AbortSignal, message: string, code: GitFailureCode): GitFailure {
    if (signal.aborted) return this.aborted(signal);
    return error instanceof DOMException && error.name === 'TimeoutError' ? this.failure('GIT_TIMED_OUT', error.message) : this.failure(code, message);
  }

  private aborted(signal: AbortSignal): GitFailure {
    return errorName(signal.reason) === 'TimeoutError' ? this.failure('GIT_TIMED_OUT', 'no answer before the deadline') : this.failure('GIT_ABORTED', 'given up by the caller');
  }

  private statusFailure(host: string, status: number, headers: IncomingMessage['headers']): GitFailure {
    const retryAfterMs = retryAfterOf(headers['retry-after'], headers.date);
    const answered = `${host} answered ${status}`;
    if (status === 401 || status === 403) return this.failure('AUTHENTICATION_FAILED', answered);
    if (status === 404 || status === 410) return this.failure('REPOSITORY_NOT_FOUND', answered);
    if (status === 429) return this.failure('RATE_LIMITED', answered, retryAfterMs);
    return status >= 400 ? this.failure('REPOSITORY_UNREACHABLE', answered, retryAfterMs) : this.failure('GIT_PROTOCOL_ERROR', answered);
  }
}
