/** What a webhook says happened. UNKNOWN: it cannot be told, so that it may concern anything. */
export type WebhookNews = { readonly kind: 'REF'; readonly fullRef: string } | { readonly kind: 'UNKNOWN' } | { readonly kind: 'NOTHING' };

const REF_EVENTS: readonly string[] = ['push', 'create', 'delete'];
const MAX_REF = 1_024;
const UNKNOWN: WebhookNews = { kind: 'UNKNOWN' };

/**
 * Reads which ref moved from the payload of a webhook, as GitHub, Gitea, Forgejo, GitLab and others write it: `ref`. A payload only
 * hints, so that what cannot be read means "look", never "nothing". Pure; never throws.
 *
 * @param event the host's name of the event, if it told: anything but a change of refs is no news for us
 * @param body the first part of the body; undefined when it was too large to keep
 */
export function readPush(event: string | undefined, body: Uint8Array | undefined): WebhookNews {
  if (event !== undefined && !REF_EVENTS.includes(event)) return { kind: 'NOTHING' };
  if (body === undefined) return UNKNOWN;
  const payload = parseJson(body);
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, 'ref')) return UNKNOWN;
  const { ref, ref_type: type } = payload as { readonly ref: unknown; readonly ref_type?: unknown };
  if (typeof ref !== 'string' || ref === '' || ref.length > MAX_REF) return UNKNOWN;
  if (ref.startsWith('refs/')) return { kind: 'REF', fullRef: ref };
  if (type === 'branch') return { kind: 'REF', fullRef: `refs/heads/${ref}` };
  return type === 'tag' ? { kind: 'REF', fullRef: `refs/tags/${ref}` } : UNKNOWN;
}

/** Whether somebody who follows one of these refs cares. `HEAD` may be any branch. */
export function concerns(news: WebhookNews, followed: readonly string[]): boolean {
  if (news.kind !== 'REF') return news.kind === 'UNKNOWN';
  const { fullRef } = news;
  return followed.some((ref) => fullRef === ref || fullRef === `refs/heads/${ref}` || fullRef === `refs/tags/${ref}` || (ref === 'HEAD' && fullRef.startsWith('refs/heads/')));
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    return undefined; // a form, a broken text: the signature was right, so it is a hint all the same
  }
}
