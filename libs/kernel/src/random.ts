/** Randomness for jitter, ids and tokens. Jitter too is injected, so that a seeded run repeats. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** `length` unpredictable bytes, fit for secrets in the real implementation. */
  bytes(length: number): Uint8Array;
}

/** Source of new ids: UUIDv7, so that rows sort by creation. */
export interface Ids {
  uuid(): string;
}
