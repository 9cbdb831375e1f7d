import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WEBHOOK_PROVIDERS, type WebhookProvider } from '../../src/features/webhooks/schemes/index.js';

/** A delivery as a host of this kind makes it, without its proof. */
export interface Delivery {
  readonly name: string;
  readonly provider: WebhookProvider;
  readonly headers: Readonly<Record<string, string>>;
  /** The refs that it is about. */
  readonly refs: readonly string[];
  readonly body: Buffer;
}

const PAYLOADS = join(import.meta.dirname, 'payloads');

/** Every recorded delivery. */
export const DELIVERIES: readonly Delivery[] = readdirSync(PAYLOADS).toSorted().map((file) => {
  const { headers, refs, payload } = JSON.parse(readFileSync(join(PAYLOADS, file), 'utf8')) as { readonly headers: Readonly<Record<string, string>>; readonly refs: readonly string[]; readonly payload: unknown };
  const provider = WEBHOOK_PROVIDERS.find((known) => file.startsWith(`${known}-`));
  if (provider === undefined) throw new Error(`${file} is of no provider`);
  return { name: file.replace('.json', ''), provider, headers, refs, body: Buffer.from(JSON.stringify(payload)) };
});

const hex = (secret: string, body: Uint8Array): string => createHmac('sha256', secret).update(body).digest('hex');

/** The ways in which the hosts prove that a delivery is theirs, each with the headers that it adds. */
export const PROOFS: Readonly<Record<string, { readonly provider: WebhookProvider; readonly isOverBody: boolean; prove(secret: string, body: Uint8Array, at: Date): Readonly<Record<string, string>> }>> = {
  github: { provider: 'github', isOverBody: true, prove: (secret, body) => ({ 'x-hub-signature-256': `sha256=${hex(secret, body)}` }) },
  'gitlab, secret token': { provider: 'gitlab', isOverBody: false, prove: (secret) => ({ 'x-gitlab-token': secret }) },
  'gitlab, signing token': { provider: 'gitlab', isOverBody: true, prove: standard },
  gitea: { provider: 'gitea', isOverBody: true, prove: (secret, body) => ({ 'x-gitea-signature': hex(secret, body) }) },
  forgejo: { provider: 'forgejo', isOverBody: true, prove: (secret, body) => ({ 'x-forgejo-signature': hex(secret, body) }) },
  bitbucket: { provider: 'bitbucket', isOverBody: true, prove: (secret, body) => ({ 'x-hub-signature': `sha256=${hex(secret, body)}` }) },
  generic: { provider: 'generic', isOverBody: true, prove: standard },
};

function standard(secret: string, body: Uint8Array, at: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(at.getTime() / 1_000));
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : secret;
  const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
