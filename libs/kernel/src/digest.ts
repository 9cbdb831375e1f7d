import { createHash } from 'node:crypto';
import type { Brand } from './brand.js';
import { canonicalJson, type Json } from './canonical-json.js';

/** A digest that names its algorithm: `sha256:<64 hex>`. */
export type Digest = Brand<string, 'Digest'>;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** SHA-256 over bytes, or over the UTF-8 of a string. */
export function digestOf(data: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(data).digest('hex')}` as Digest;
}

/** SHA-256 over the canonical encoding of a JSON value. */
export function digestOfJson(value: Json): Digest {
  return digestOf(canonicalJson(value));
}

/** The digest that `text` spells, or undefined: unknown algorithms are not guessed at. */
export function parseDigest(text: string): Digest | undefined {
  return DIGEST.test(text) ? (text as Digest) : undefined;
}
