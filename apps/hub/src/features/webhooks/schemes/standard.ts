import { createHmac } from 'node:crypto';
import { deliveryIn, headerOf, hmacCheck, type WebhookScheme } from '../webhook-scheme.js';

const MAX_SKEW_MS = 5 * 60_000;
const MAX_SIGNATURES = 10;

/**
 * Standard Webhooks: HMAC-SHA256 over `<id>.<timestamp>.<body>`, in base64, any of several signatures; the timestamp is at most five
 * minutes off. A secret of the form `whsec_<base64>` stands for the bytes that it spells, any other for its own text.
 */
export const standardScheme: WebhookScheme = {
  begin(headers, secret, now) {
    const id = deliveryIn(headers, 'webhook-id');
    const timestamp = headerOf(headers, 'webhook-timestamp') ?? '';
    const signatures = (headerOf(headers, 'webhook-signature') ?? '').split(' ', MAX_SIGNATURES).flatMap(bytesOf);
    if (id === undefined || signatures.length === 0 || !/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * 1_000 - now.getTime()) > MAX_SKEW_MS) return undefined;
    return hmacCheck(createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`), signatures);
  },
  deliveryOf: (headers) => deliveryIn(headers, 'webhook-id'),
  isAboutRefs: () => true,
};

/** What is written otherwise than base64 writes it is no signature: one delivery has one spelling. */
function bytesOf(signature: string): readonly Buffer[] {
  const text = signature.startsWith('v1,') ? signature.slice('v1,'.length) : '';
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? [bytes] : [];
}

function keyOf(secret: string): string | Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
}
