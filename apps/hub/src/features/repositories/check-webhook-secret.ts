import { ok } from '#kernel';
import { invalid, type Checked } from './invalid-setting.js';

const MIN_SECRET = 16;
const MAX_SECRET = 256;
/** What follows stands for the bytes that it spells. */
const SPELLED_SECRET = 'whsec_';
const CONTROL = /\p{Cc}/u;

export function checkWebhookSecret(secret: string): Checked<string> {
  const spelled = secret.startsWith(SPELLED_SECRET) ? secret.slice(SPELLED_SECRET.length) : undefined;
  // Base64 that is none would be read as a shorter key, even as an empty one.
  if (spelled !== undefined && (!/^[A-Za-z0-9+/]*={0,2}$/.test(spelled) || Buffer.from(spelled, 'base64').length < MIN_SECRET)) {
    return invalid('INVALID_VALUE', ['webhookSecret'], `after ${SPELLED_SECRET} stands base64 of ${MIN_SECRET} bytes or more: printf 'whsec_%s' "$(openssl rand -base64 32)"`);
  }
  return secret.length >= MIN_SECRET && secret.length <= MAX_SECRET && !CONTROL.test(secret)
    ? ok(secret)
    : invalid('INVALID_VALUE', ['webhookSecret'], `a webhook secret has ${MIN_SECRET} to ${MAX_SECRET} characters, none of them a control character`);
}
