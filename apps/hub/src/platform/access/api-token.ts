import type { Random } from '#kernel';
import { createHash, timingSafeEqual } from 'node:crypto';

/** The parts of `cap_<prefix>_<secret>`: the prefix finds the row and may be shown, the secret is kept only as a hash. */
export interface ParsedApiToken {
  readonly prefix: string;
  readonly secret: string;
}

export interface NewApiToken extends ParsedApiToken {
  readonly text: string;
  readonly hash: Buffer;
}

const TOKEN = /^cap_([a-z0-9]{8})_([A-Za-z0-9_-]{43})$/;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

export function parseApiToken(text: string): ParsedApiToken | undefined {
  const [, prefix, secret] = TOKEN.exec(text) ?? [];
  return prefix === undefined || secret === undefined ? undefined : { prefix, secret };
}

/** A token whose secret has 256 bits of randomness: a plain SHA-256 at rest is enough, there is nothing to guess. */
export function mintApiToken(random: Random): NewApiToken {
  const prefix = Array.from(random.bytes(8), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
  const secret = Buffer.from(random.bytes(32)).toString('base64url');
  return { prefix, secret, text: `cap_${prefix}_${secret}`, hash: hashSecret(secret) };
}

export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Compares in constant time. */
export function secretMatches(secret: string, hash: Uint8Array): boolean {
  const own = hashSecret(secret);
  return own.length === hash.length && timingSafeEqual(own, hash);
}
