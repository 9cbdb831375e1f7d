import type { IncomingMessage } from 'node:http';
import { err, ok, type Result } from '#kernel';
import { tooLarge, type ApiFailure } from './api-failure.js';

/** As kube-apiserver: 3 MiB. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** The body as text. Past the limit it is read to its end without being kept, so that the refusal reaches the client. Undefined: the client left. */
export async function readRequest(request: IncomingMessage): Promise<Result<string, ApiFailure> | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size <= MAX_BODY_BYTES) chunks.push(bytes);
    }
  } catch {
    return undefined; // nobody is left to answer
  }
  return size > MAX_BODY_BYTES ? err(tooLarge(MAX_BODY_BYTES)) : ok(Buffer.concat(chunks).toString('utf8'));
}

export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Every value of a header that may repeat. */
export function headersOf(request: IncomingMessage, name: string): readonly string[] {
  return request.headersDistinct[name] ?? [];
}
