import { createHmac } from 'node:crypto';

/**
 * The headers of Standard Webhooks: HMAC-SHA256 over `<id>.<timestamp>.<body>`, one signature for each key. Pure.
 * @param keys `whsec_` and base64; of several any one will do to verify it
 */
export function signatureHeaders(id: string, at: Date, body: string, keys: readonly string[]): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const signatures = keys.map((key) => `v1,${createHmac('sha256', Buffer.from(key.replace(/^whsec_/, ''), 'base64')).update(`${id}.${timestamp}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
