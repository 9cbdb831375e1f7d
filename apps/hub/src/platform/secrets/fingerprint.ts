import { createHmac, timingSafeEqual } from 'node:crypto';
import type { MasterKeys } from './master-keys.js';

/**
 * A keyed digest of something that may hold secrets, to find out later whether it is the same: unlike a plain digest it
 * cannot be searched for the secret by somebody who has only the database. `<key id>:<hmac-sha256>` in hex.
 */
export function fingerprint(keys: MasterKeys, value: string): string {
  return format(keys.current.id, keys.current.key, value);
}

/** False also when the key of the fingerprint is gone. */
export function matchesFingerprint(keys: MasterKeys, value: string, expected: string): boolean {
  const id = Buffer.from(expected.split(':', 1)[0] ?? '', 'hex');
  const key = keys.byId(id);
  if (key === undefined) return false;
  const own = Buffer.from(format(id, key, value));
  const other = Buffer.from(expected);
  return own.length === other.length && timingSafeEqual(own, other);
}

function format(id: Buffer, key: Buffer, value: string): string {
  return `${id.toString('hex')}:${createHmac('sha256', key).update('capstan-fingerprint-v1\0').update(value).digest('hex')}`;
}
