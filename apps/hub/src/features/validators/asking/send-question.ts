import { err, ok, type Result } from '#kernel';
import { pinnedTo } from '#git';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface SentQuestion {
  readonly url: URL;
  /** The only ones that are connected to. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

export const MAX_ANSWER_BYTES = 64 * 1_024;

/**
 * One POST: no redirect is followed, no connection is kept, at most 64 KiB are read, and the signal ends it. Never rejects; errors say what went wrong
 * without a word of the URL or of what was answered.
 */
export async function sendQuestion(question: SentQuestion, signal: AbortSignal): Promise<Result<RawAnswer, string>> {
  const response = await post(question, signal);
  if (!response.ok) return response;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.value) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > MAX_ANSWER_BYTES) return err(`its answer is larger than ${MAX_ANSWER_BYTES / 1_024} KiB`); // leaving the loop ends the connection
      chunks.push(bytes);
    }
  } catch {
    return err(signal.aborted ? lateOf(signal) : 'the connection broke in the middle of the answer');
  }
  return ok({ status: response.value.statusCode ?? 0, body: Buffer.concat(chunks) });
}

function post({ url, addresses, headers, body }: SentQuestion, signal: AbortSignal): Promise<Result<IncomingMessage, string>> {
  return new Promise((resolve) => {
    const bytes = Buffer.from(body);
    const options = {
      method: 'POST', signal, ...pinnedTo(addresses),
      headers: { ...headers, 'content-type': 'application/json', 'content-length': bytes.length, accept: 'application/json', 'accept-encoding': 'identity', 'user-agent': 'capstan', connection: 'close' },
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    request.once('response', (response) => resolve(ok(response)));
    request.on('error', (error: NodeJS.ErrnoException) => resolve(err(signal.aborted ? lateOf(signal) : `no connection to its host (${error.code ?? error.name})`)));
    request.end(bytes);
  });
}

function lateOf(signal: AbortSignal): string {
  return signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError' ? 'nothing whole came within its time' : 'the hub stopped';
}
