import { parseDigest, type Digest } from '#kernel';

/** @throws Error for a column that holds none */
export function digestIn(text: string, what: string): Digest {
  const digest = parseDigest(text);
  if (digest === undefined) throw new Error(`${what} holds no digest`);
  return digest;
}
