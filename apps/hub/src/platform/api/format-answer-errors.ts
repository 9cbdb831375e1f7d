import type { Log } from '#kernel';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { formatDocumentError, formatError } from './format-errors.js';

export interface AnswerErrors {
  /** 400 for a request that cannot be run, another 4xx for one that cannot be read, else 200. */
  readonly statusCode: number;
  readonly errors: readonly GraphQLFormattedError[];
}

/** The errors of one HTTP answer, from whatever the engine and the server collected. */
export function formatAnswerErrors(errors: readonly GraphQLError[], requestId: string, log: Log): AnswerErrors {
  let statusCode = 200;
  const formatted = errors.flatMap((error): readonly GraphQLFormattedError[] => {
    const unreadable = unreadableStatus(error);
    if (unreadable !== undefined) {
      statusCode = unreadable;
      return [{ message: 'The request cannot be read: send a JSON body of at most one MiB.', extensions: { code: 'BAD_REQUEST', requestId, retryable: false } }];
    }
    const document = requestErrorsOf(error);
    if (document === undefined) return [formatError(error, requestId, log)];
    statusCode = 400;
    return document.map((each) => formatDocumentError(each, requestId));
  });
  return { statusCode, errors: formatted };
}

/** What is wrong with the document or its variables: wrapped by the engine, or an error of the execution that belongs to no field. */
function requestErrorsOf(error: GraphQLError): readonly GraphQLError[] | undefined {
  const cause = error.originalError;
  if (cause === undefined || cause === null) return error.path === undefined && Object.keys(error.extensions).length === 0 ? [error] : undefined;
  const wrapped = 'code' in cause && cause.code === 'MER_ERR_GQL_VALIDATION' && 'errors' in cause && Array.isArray(cause.errors) ? (cause.errors as unknown[]) : undefined;
  return wrapped?.map((inner) => (inner instanceof GraphQLError ? inner : new GraphQLError('The request does not have the shape of a GraphQL request.')));
}

/** The server refused the bytes before GraphQL saw them: too large, not JSON, of another type. */
function unreadableStatus(error: GraphQLError): number | undefined {
  const cause: unknown = error.originalError;
  if (typeof cause !== 'object' || cause === null || !('statusCode' in cause) || typeof cause.statusCode !== 'number') return undefined;
  const isServers = 'code' in cause && typeof cause.code === 'string' && cause.code.startsWith('FST_');
  return (isServers || cause instanceof SyntaxError) && cause.statusCode >= 400 && cause.statusCode < 500 ? cause.statusCode : undefined;
}
