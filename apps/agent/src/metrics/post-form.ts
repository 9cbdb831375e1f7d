import { err, errorCode, ok, type Result } from '#kernel';
import { request as overHttp, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as overTls } from 'node:https';

export interface PostOptions {
  readonly headers: OutgoingHttpHeaders;
  /** PEM; undefined: the authorities that the system knows. */
  readonly ca: string | undefined;
  readonly maxBytes: number;
  /** Aborting ends the request. */
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly body: string;
}

export type PostFailure = { readonly code: 'TOO_LARGE' } | { readonly code: 'UNREACHABLE'; readonly why: string };

/** Posts a form once, over a connection of its own: follows no redirect, reads no more than may be, and never rejects. */
export function postForm(url: URL, form: URLSearchParams, { headers, ca, maxBytes, signal }: PostOptions): Promise<Result<PostAnswer, PostFailure>> {
  return new Promise((resolve) => {
    const failed = (error: unknown): void => resolve(err({ code: 'UNREACHABLE', why: errorCode(error) ?? 'no answer' }));
    const body = form.toString();
    const options = {
      method: 'POST', agent: false as const, signal,
      headers: { ...headers, accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) },
    };
    const onAnswer = (response: IncomingMessage): void => {
      let text = '';
      let bytes = 0;
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        bytes += Buffer.byteLength(part);
        if (bytes <= maxBytes) text += part;
        else {
          resolve(err({ code: 'TOO_LARGE' }));
          response.destroy();
        }
      });
      response.on('end', () => resolve(ok({ status: response.statusCode ?? 0, location: response.headers.location, body: text })));
      response.on('error', failed);
    };
    try {
      const request = url.protocol === 'https:' ? overTls(url, { ...options, ...(ca === undefined ? {} : { ca }) }, onAnswer) : overHttp(url, options, onAnswer);
      request.on('error', failed);
      request.end(body);
    } catch (error) {
      failed(error); // what cannot even be sent, as a header with a line break
    }
  });
}
