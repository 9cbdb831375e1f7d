import type { Ids, Random } from '#kernel';

/** Repeatable randomness (mulberry32): the same seed gives the same run. Not fit for secrets. */
export function seededRandom(seed = 1): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, bytes: (length) => Uint8Array.from({ length }, () => Math.floor(next() * 256)) };
}

/** Ids that count: `00000000-0000-7000-8000-000000000001` and on. */
export function countingIds(start = 1): Ids {
  let count = start;
  return { uuid: () => `00000000-0000-7000-8000-${(count++).toString(16).padStart(12, '0')}` };
}
