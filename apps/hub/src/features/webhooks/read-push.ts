import { refsOfPayload } from './refs-of-payload.js';

/** What a webhook says happened. UNKNOWN: it cannot be told, so that it may concern anything. */
export type WebhookNews = { readonly kind: 'REFS'; readonly fullRefs: readonly string[] } | { readonly kind: 'UNKNOWN' } | { readonly kind: 'NOTHING' };

/**
 * Reads which refs moved from the payload of a webhook. A payload only hints, so that what cannot be read means "look", never "nothing". Pure;
 * never throws.
 *
 * @param isAboutRefs false where the host told an event that moves no refs
 * @param body the first part of the body; undefined when it was too large to keep
 */
export function readPush(isAboutRefs: boolean, body: Uint8Array | undefined): WebhookNews {
  if (!isAboutRefs) return { kind: 'NOTHING' };
  const fullRefs = body === undefined ? undefined : refsOfPayload(parseJson(body));
  return fullRefs === undefined ? { kind: 'UNKNOWN' } : { kind: 'REFS', fullRefs };
}

/** Whether somebody who follows one of these refs cares. `HEAD` may be any branch. */
export function concerns(news: WebhookNews, followed: readonly string[]): boolean {
  if (news.kind !== 'REFS') return news.kind === 'UNKNOWN';
  const moved = new Set(news.fullRefs);
  return followed.some((ref) => moved.has(ref) || moved.has(`refs/heads/${ref}`) || moved.has(`refs/tags/${ref}`) || (ref === 'HEAD' && news.fullRefs.some((one) => one.startsWith('refs/heads/'))));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined; // a form, a broken text: the signature was right, so it is a hint all the same
  }
}
