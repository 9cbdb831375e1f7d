import { createHmac, timingSafeEqual, type Hmac } from 'node:crypto';

/** What of a request's headers a scheme looks at; names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A signature being checked: feed it the raw body as it comes, then ask. */
export interface SignatureCheck {
  update(chunk: Uint8Array): void;
  /** Compares in constant time. */
  matches(): boolean;
}

/** One way of signing webhooks. */
export interface WebhookScheme {
  /** Begins a check; undefined when the headers cannot belong to a signed request. */
  begin(headers: WebhookHeaders, secret: string, now: Date): SignatureCheck | undefined;
  /** Names a delivery, so that a repetition can be told. */
  deliveryOf(headers: WebhookHeaders): string | undefined;
  /** What the host calls the event, if it says so in a header. */
  eventOf(headers: WebhookHeaders): string | undefined;
}

const HEX_SIGNATURE = /^sha256=([0-9a-f]{64})$/i;
const MAX_SKEW_MS = 5 * 60_000;
const MAX_SIGNATURES = 10;
const ID = /^[\x21-\x7e]{1,200}$/;

/** GitHub's: HMAC-SHA256 over the body, in hex. Gitea, Forgejo and others send the same header. */
export const githubScheme: WebhookScheme = {
  begin(headers, secret) {
    const [, hex] = HEX_SIGNATURE.exec(headerOf(headers, 'x-hub-signature-256') ?? '') ?? [];
    return hex === undefined ? undefined : check(createHmac('sha256', secret), [Buffer.from(hex, 'hex')]);
  },
  deliveryOf: (headers) => idOf(headerOf(headers, 'x-github-delivery')),
  eventOf: (headers) => headerOf(headers, 'x-github-event'),
};

/**
 * Standard Webhooks: HMAC-SHA256 over `<id>.<timestamp>.<body>`, in base64, any of several signatures; the timestamp is at most five
 * minutes off. A secret of the form `whsec_<base64>` stands for the bytes that it spells, any other for its own text.
 */
export const standardScheme: WebhookScheme = {
  begin(headers, secret, now) {
    const id = idOf(headerOf(headers, 'webhook-id'));
    const timestamp = headerOf(headers, 'webhook-timestamp') ?? '';
    const signatures = (headerOf(headers, 'webhook-signature') ?? '').split(' ', MAX_SIGNATURES).filter((one) => one.startsWith('v1,')).map((one) => Buffer.from(one.slice(3), 'base64'));
    if (id === undefined || signatures.length === 0 || !/^\d{1,12}$/.test(timestamp) || Math.abs(Number(timestamp) * 1_000 - now.getTime()) > MAX_SKEW_MS) return undefined;
    return check(createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`), signatures);
  },
  deliveryOf: (headers) => idOf(headerOf(headers, 'webhook-id')),
  eventOf: () => undefined,
};

function check(hmac: Hmac, signatures: readonly Buffer[]): SignatureCheck {
  return {
    update: (chunk) => void hmac.update(chunk),
    matches() {
      const expected = hmac.digest();
      let isMatch = false;
      for (const signature of signatures) isMatch = (signature.length === expected.length && timingSafeEqual(signature, expected)) || isMatch;
      return isMatch;
    },
  };
}

function keyOf(secret: string): string | Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
}

function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function idOf(text: string | undefined): string | undefined {
  return text !== undefined && ID.test(text) ? text : undefined;
}
