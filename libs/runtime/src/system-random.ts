import { uuidV7, type Clock, type Ids, type Random } from '#kernel';
import { randomBytes } from 'node:crypto';

/** Cryptographic randomness for everything: 53 bits of it where a number is wanted. */
export const systemRandom: Random = {
  next: () => Number(randomBytes(8).readBigUInt64BE() >> 11n) / 2 ** 53,
  bytes: (length) => new Uint8Array(randomBytes(length)),
};

/** UUIDv7 from a clock and a source of randomness. */
export function uuidV7Ids(clock: Clock, random: Random): Ids {
  return { uuid: () => uuidV7(clock.now().getTime(), random.bytes(10)) };
}
