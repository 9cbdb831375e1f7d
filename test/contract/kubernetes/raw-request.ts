import { Agent, request } from 'node:https';
import type { JsonObject } from '#kernel';
import type { KubeConnection } from '#kube';

export interface RawRequest {
  readonly body?: JsonObject | readonly JsonObject[] | string | undefined;
  /** @default 'application/json' */
  readonly contentType?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** Empty when the body is not one JSON object. */
  readonly json: JsonObject;
}

export type Ask = (method: string, path: string, asked?: RawRequest) => Promise<RawAnswer>;

export interface RawClient {
  readonly ask: Ask;
  close(): void;
}

/** Requests as they are written here, answers as they come: for what a client library hides or never sends. */
export function createRawClient(connection: KubeConnection): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const base = new URL(connection.server);
  const prefix = base.pathname.replace(/\/$/, '');
  const ask: Ask = async (method, path, asked = {}) => {
    const now = await connection.credentials.current();
    if (!now.ok) throw new Error(now.error.message);
    const { authorization, certificate } = now.value;
    const body = asked.body === undefined || typeof asked.body === 'string' ? asked.body : JSON.stringify(asked.body);
    const headers = {
      'user-agent': 'contract-suite',
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': asked.contentType ?? 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      ...asked.headers,
    };
    return new Promise((resolve, reject) => {
      const sent = request({ host: base.hostname, port: base.port, path: `${prefix}${path}`, method, agent, headers, timeout: 30_000, ca: connection.caPem, ...certificate }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.once('error', reject);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: parsed(text) }));
      });
      sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
      sent.once('error', reject);
      sent.end(body);
    });
  };
  return { ask, close: () => agent.destroy() };
}

function parsed(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {}; // events of a watch, or plain text: the caller reads `text`
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
