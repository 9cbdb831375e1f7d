import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { REFUSAL_STATUS, type RefusalCode } from '#wire';

/** Ends a call with a stable code; thrown by handlers for expected refusals. Says nothing beyond the code. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly retryAfterMs?: number,
  ) {
    super(code);
  }
}

/** What the caller sees: the code of a refusal, or INTERNAL and nothing else. */
export function toServiceError(error: unknown): ServiceError {
  const refusal = error instanceof Refusal ? error : new Refusal('INTERNAL');
  const metadata = new Metadata();
  if (refusal.retryAfterMs !== undefined) metadata.set('retry-after-ms', String(refusal.retryAfterMs));
  return Object.assign(new Error(refusal.code), { code: REFUSAL_STATUS[refusal.code], details: refusal.code, metadata });
}
