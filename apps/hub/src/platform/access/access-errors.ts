import { GraphQLError } from 'graphql';

/** Codes of `errors[].extensions.code` that the API answers for what no user input can mend. */
export const API_ERROR_CODES = [
  'UNAUTHENTICATED', 'FORBIDDEN', 'BAD_REQUEST', 'DOCUMENT_REFUSED', 'BAD_CURSOR', 'HISTORY_NOT_KEPT', 'IDEMPOTENCY_KEY_REUSED', 'TIMEOUT', 'UNAVAILABLE', 'AGENT_ON_OTHER_REPLICA', 'INTERNAL_ERROR',
] as const;
export type ApiErrorCode = (typeof API_ERROR_CODES)[number];

/** A failure whose text is made for clients: everything else is masked. */
export class ApiError extends GraphQLError {
  constructor(readonly code: ApiErrorCode, message: string, readonly retryable = false) {
    super(message, { extensions: { code } });
  }
}

export const unauthenticated = (): ApiError => new ApiError('UNAUTHENTICATED', 'Give a valid API token: Authorization: Bearer cap_...');
export const forbidden = (permission: string): ApiError => new ApiError('FORBIDDEN', `This needs the permission ${permission}.`);
