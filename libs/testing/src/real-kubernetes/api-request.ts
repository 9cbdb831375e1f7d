import { request } from 'node:https';

export interface AdminAccess {
  readonly server: string;
  readonly caPem: string;
  readonly cert: string;
  readonly key: string;
}

/** One plain request of the harness itself, on a connection of its own. Rejects when there is no answer within half a minute. */
export function apiRequest({ server, caPem, cert, key }: AdminAccess, method: 'GET' | 'POST', path: string, body?: object): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), { method, ca: caPem, cert, key, agent: false, timeout: 30_000, headers: { 'content-type': 'application/json' } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
