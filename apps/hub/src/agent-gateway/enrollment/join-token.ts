import type { Random } from '#kernel';
import { createHash } from 'node:crypto';

/** A join token lives this long. */
export const JOIN_TOKEN_TTL_MS = 10 * 60 * 1000;
const PREFIX = 'capjoin_';
const FORMAT = /^[A-Za-z0-9_-]{32,128}$/;

/** A new token: the text is shown once, the hash goes into the row. */
export function newJoinToken(random: Random): { readonly token: string; readonly hash: Uint8Array } {
  const token = `${PREFIX}${Buffer.from(random.bytes(32)).toString('base64url')}`;
  return { token, hash: sha256(token) };
}

/** What the row of a token holds; undefined for a text that cannot be one. A plain hash is enough: the token has 256 random bits. */
export function joinTokenHash(token: string): Uint8Array | undefined {
  return FORMAT.test(token) ? sha256(token) : undefined;
}

function sha256(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}
