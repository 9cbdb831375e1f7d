import { deliveryIn, headerOf, hexHmac, isOneOf, type WebhookScheme } from '../webhook-scheme.js';

/** Forgejo came from Gitea and names its headers after itself. */
const schemeNamed = (host: 'gitea' | 'forgejo'): WebhookScheme => ({
  begin: (headers, secret) => hexHmac(headerOf(headers, `x-${host}-signature`), '', secret),
  deliveryOf: (headers) => deliveryIn(headers, `x-${host}-delivery`),
  isAboutRefs: (headers) => isOneOf(headers, `x-${host}-event`, ['push', 'create', 'delete']),
});

/** Gitea's: HMAC-SHA256 over the JSON of the payload, in hex without a prefix. */
export const giteaScheme = schemeNamed('gitea');
export const forgejoScheme = schemeNamed('forgejo');
