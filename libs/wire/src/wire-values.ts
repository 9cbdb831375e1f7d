import { foreignText, parseDigest, type Digest } from '#kernel';
import { malformed } from './wire-failure.js';

/** Highest 64-bit number that a signed column holds: epochs, generations and sequences stay below it. */
const MAX_COUNTER = 2n ** 63n - 1n;
const MAX_COUNT = 2 ** 31 - 1;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(2200, 0, 1);

export function readId<T extends string>(text: string, field: string, brand: (text: string) => T): T {
  try {
    return brand(text);
  } catch {
    return malformed(field);
  }
}

export function readDigest(text: string, field: string): Digest {
  return parseDigest(text) ?? malformed(field);
}

export function readOptionalDigest(text: string, field: string): Digest | undefined {
  return text === '' ? undefined : readDigest(text, field);
}

export function readDate(date: Date | undefined, field: string): Date {
  const ms = date?.getTime() ?? Number.NaN;
  return date !== undefined && ms >= EARLIEST_MS && ms <= LATEST_MS ? date : malformed(field);
}

export function readCounter(value: bigint, field: string): bigint {
  return value >= 0n && value <= MAX_COUNTER ? value : malformed(field);
}

/** A number of things, cut to what a 32-bit column holds. */
export function readCount(value: number): number {
  return Math.min(value, MAX_COUNT);
}

/** A text for people from an untrusted side, as it may be kept. */
export function readText(text: string, max: number): string {
  return foreignText(text, max);
}
