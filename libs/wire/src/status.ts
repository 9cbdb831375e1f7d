import { status } from '@grpc/grpc-js';

/** STALLED: trying again soon cannot help, so every five minutes with jitter; RETRY: with backoff. */
export type RetryKind = 'STALLED' | 'RETRY';

const RETRY_BY_STATUS: Readonly<Record<status, RetryKind>> = {
  [status.OK]: 'RETRY',
  [status.CANCELLED]: 'RETRY',
  [status.UNKNOWN]: 'RETRY',
  [status.INVALID_ARGUMENT]: 'STALLED',
  [status.DEADLINE_EXCEEDED]: 'RETRY',
  [status.NOT_FOUND]: 'RETRY',
  [status.ALREADY_EXISTS]: 'RETRY',
  [status.PERMISSION_DENIED]: 'RETRY',
  [status.RESOURCE_EXHAUSTED]: 'RETRY',
  [status.FAILED_PRECONDITION]: 'STALLED',
  [status.ABORTED]: 'RETRY',
  [status.OUT_OF_RANGE]: 'RETRY',
  [status.UNIMPLEMENTED]: 'RETRY',
  [status.INTERNAL]: 'RETRY',
  [status.UNAVAILABLE]: 'RETRY',
  [status.DATA_LOSS]: 'RETRY',
  [status.UNAUTHENTICATED]: 'STALLED',
};

/** What an agent does after a call ended with this gRPC status; a number outside the table is tried again. */
export function retryKindOf(code: number): RetryKind {
  return Object.entries(RETRY_BY_STATUS).find(([known]) => Number(known) === code)?.[1] ?? 'RETRY';
}

/** Why a hub ends a call, as its stable code in the status details. */
export const REFUSAL_STATUS = {
  /** No certificate, not one of ours, not exactly one URI, revoked or expired. The same answer for all of them. */
  CERTIFICATE_REFUSED: status.UNAUTHENTICATED,
  /** Join token or recovery not valid. The same answer whether unknown, used, expired or of another cluster. */
  ENROLLMENT_REFUSED: status.UNAUTHENTICATED,
  /** Another cluster than the one that enrolled before: a token with `replace` is needed. */
  CLUSTER_DIFFERS: status.FAILED_PRECONDITION,
  CSR_REFUSED: status.INVALID_ARGUMENT,
  MALFORMED: status.INVALID_ARGUMENT,
  PROTOCOL: status.FAILED_PRECONDITION,
  REVOKED: status.UNAUTHENTICATED,
  SUPERSEDED: status.ABORTED,
  OVERLOADED: status.RESOURCE_EXHAUSTED,
  SHUTTING_DOWN: status.UNAVAILABLE,
  HEARTBEAT_MISSED: status.UNAVAILABLE,
  /** The hub cannot reach its database, so that it can decide nothing. */
  DATABASE_AWAY: status.UNAVAILABLE,
  INTERNAL: status.INTERNAL,
} as const satisfies Readonly<Record<string, status>>;
export type RefusalCode = keyof typeof REFUSAL_STATUS;
