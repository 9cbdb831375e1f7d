import type { Log } from '#kernel';
import type { GraphQLError} from 'graphql';
import { type GraphQLFormattedError } from 'graphql';
import { ApiError } from '../access/index.js';
import { isDatabaseAway, sqlState } from '../database/index.js';
import { withoutValues } from './without-values.js';

const MASK = 'Something went wrong in the hub. Its log holds the reason under the request id.';
const TIMEOUTS: readonly string[] = ['57014', '55P03', '25P03', '40001', '40P01'];

/**
 * What clients see of an error. Texts made for clients pass: `ApiError`, and what GraphQL says of a document or its variables.
 * Everything else is logged under the request id and answered with that id alone.
 */
export function formatError(error: GraphQLError, requestId: string, log: Log): GraphQLFormattedError {
  const shown = { ...(error.path === undefined ? {} : { path: error.path }), ...(error.locations === undefined ? {} : { locations: error.locations }) };
  const cause = error.originalError ?? undefined;
  const own = [error, cause].find((candidate): candidate is ApiError => candidate instanceof ApiError);
  if (own !== undefined) return { message: own.message, ...shown, extensions: { code: own.code, requestId, retryable: own.retryable } };
  const transient = transientCode(cause);
  if (transient === undefined) log.error('a request failed', { requestId, path: error.path?.join('.'), error: cause ?? error });
  else log.warn('a request failed for now', { requestId, path: error.path?.join('.'), code: transient, error: cause });
  return { message: MASK, ...shown, extensions: { code: transient ?? 'INTERNAL_ERROR', requestId, retryable: transient !== undefined } };
}

/** An error of the document or its variables: the caller wrote it, the caller may read about it, its values apart. */
export function formatDocumentError(error: GraphQLError, requestId: string): GraphQLFormattedError {
  const code = error.extensions['code'] === 'DOCUMENT_REFUSED' || /tokens\. Parsing aborted/.test(error.message) ? 'DOCUMENT_REFUSED' : 'BAD_REQUEST';
  return {
    message: withoutValues(error).slice(0, 1_000), ...(error.locations === undefined ? {} : { locations: error.locations }), extensions: { code, requestId, retryable: false },
  };
}

function transientCode(cause: unknown): 'TIMEOUT' | 'UNAVAILABLE' | undefined {
  const state = sqlState(cause);
  if (state !== undefined && TIMEOUTS.includes(state)) return 'TIMEOUT';
  return isDatabaseAway(cause) ? 'UNAVAILABLE' : undefined;
}
