import { deliveryIn, headerOf, hexHmac, isOneOf, type WebhookScheme } from '../webhook-scheme.js';

/** GitHub's, which other hosts send too: HMAC-SHA256 over the body, in hex. */
export const githubScheme: WebhookScheme = {
  begin: (headers, secret) => hexHmac(headerOf(headers, 'x-hub-signature-256'), 'sha256=', secret),
  deliveryOf: (headers) => deliveryIn(headers, 'x-github-delivery'),
  isAboutRefs: (headers) => isOneOf(headers, 'x-github-event', ['push', 'create', 'delete']),
};
