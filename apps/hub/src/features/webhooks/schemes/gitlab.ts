import { deliveryIn, headerOf, isOneOf, isSameText, type WebhookScheme } from '../webhook-scheme.js';
import { standardScheme } from './standard.js';

const PROVEN = { update: () => undefined, matches: () => true };

/**
 * GitLab's: a signature after Standard Webhooks where a signing token is set, or the secret token as it is. The secret token says
 * nothing of the body; what it lets in is a hint and no more.
 */
export const gitlabScheme: WebhookScheme = {
  begin(headers, secret, now) {
    const token = headerOf(headers, 'x-gitlab-token');
    return token !== undefined && isSameText(token, secret) ? PROVEN : standardScheme.begin(headers, secret, now);
  },
  deliveryOf: (headers) => deliveryIn(headers, 'webhook-id', 'idempotency-key'),
  isAboutRefs: (headers) => isOneOf(headers, 'x-gitlab-event', ['Push Hook', 'Tag Push Hook', 'System Hook']),
};
