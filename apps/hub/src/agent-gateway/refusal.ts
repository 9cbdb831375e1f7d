import { Metadata, type ServiceError } from '@grpc/grpc-js';
import { REFUSAL_STATUS, type RefusalCode } from '#wire';
import { isDatabaseAway } from '../platform/database/index.js';

/** Ends a call with a stable code; thrown by handlers for expected refusals. Says nothing beyond the code. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    readonly retryAfterMs?: number,
  ) {
    super(code);
  }
}

/** How a call ends that failed with this: as the refusal that it is, as one to come back from while the database is away, or with INTERNAL and nothing else. */
export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal(isDatabaseAway(error) ? 'DATABASE_AWAY' : 'INTERNAL');
}

export function toServiceError(refusal: Refusal): ServiceError {
  const metadata = new Metadata();
  if (refusal.retryAfterMs !== undefined) metadata.set('retry-after-ms', String(refusal.retryAfterMs));
  return Object.assign(new Error(refusal.code), { code: REFUSAL_STATUS[refusal.code], details: refusal.code, metadata });
}
