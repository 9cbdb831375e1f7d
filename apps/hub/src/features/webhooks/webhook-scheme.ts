import { createHash, createHmac, timingSafeEqual, type BinaryLike, type Hmac } from 'node:crypto';

/** What of a request's headers a scheme looks at; names in lower case. */
export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request being checked: feed it the raw body as it comes, then ask. */
export interface SignatureCheck {
  update(chunk: Uint8Array): void;
  /** Compares in constant time. */
  matches(): boolean;
}

/** How one kind of Git host proves that a webhook is its own, and what it calls things. */
export interface WebhookScheme {
  /** Begins a check; undefined when the headers cannot belong to a request that was made with the secret: nothing of the body is read then. */
  begin(headers: WebhookHeaders, secret: string, now: Date): SignatureCheck | undefined;
  /** Names a delivery, so that a repetition can be told. */
  deliveryOf(headers: WebhookHeaders): string | undefined;
  /** Whether the event can have moved refs; what is not named may be anything, and counts as one that can. */
  isAboutRefs(headers: WebhookHeaders): boolean;
}

const ID = /^[\x21-\x7e]{1,200}$/;

/** HMAC-SHA256 over the body, in hex, from a header: `<prefix><64 digits>`. */
export function hexHmac(signature: string | undefined, prefix: string, secret: string): SignatureCheck | undefined {
  const hex = signature?.startsWith(prefix) === true ? signature.slice(prefix.length) : '';
  return /^[0-9a-f]{64}$/i.test(hex) ? hmacCheck(createHmac('sha256', secret), [Buffer.from(hex, 'hex')]) : undefined;
}

/** Any of several signatures may be the right one; all are compared. */
export function hmacCheck(hmac: Hmac, signatures: readonly Buffer[]): SignatureCheck {
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

/** Compares two texts in a time that tells neither where they differ nor how long the secret is. */
export function isSameText(given: string, secret: string): boolean {
  const digest = (text: BinaryLike): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}

/** A header that stands in the request once. */
export function headerOf(headers: WebhookHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** The first of these headers that can name a delivery. */
export function deliveryIn(headers: WebhookHeaders, ...names: readonly string[]): string | undefined {
  return names.map((name) => headerOf(headers, name)).find((text) => text !== undefined && ID.test(text));
}

/** Whether a header, if it is there, names one of these events. */
export function isOneOf(headers: WebhookHeaders, name: string, events: readonly string[]): boolean {
  const event = headerOf(headers, name);
  return event === undefined || events.includes(event);
}
