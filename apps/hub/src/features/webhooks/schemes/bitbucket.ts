import { deliveryIn, headerOf, hexHmac, isOneOf, type WebhookScheme } from '../webhook-scheme.js';

/** Bitbucket's, Cloud and Data Center: HMAC-SHA256 over the body, in hex, under the name that GitHub once used for SHA-1. */
export const bitbucketScheme: WebhookScheme = {
  begin: (headers, secret) => hexHmac(headerOf(headers, 'x-hub-signature'), 'sha256=', secret),
  deliveryOf: (headers) => deliveryIn(headers, 'x-request-uuid', 'x-request-id'),
  isAboutRefs: (headers) => isOneOf(headers, 'x-event-key', ['repo:push', 'repo:refs_changed', 'mirror:repo_synchronized']),
};
