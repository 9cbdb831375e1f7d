import { foreignLine } from '#kernel';
import type { RequestFailure as WireFailure } from './generated/capstan/agent/v1/session.js';
import { isRequestFailureCode, type RequestFailureCode } from './protocol.js';

/** Why an agent does not answer a question. */
export interface RequestFailure {
  readonly code: RequestFailureCode;
  /** One line for people; '' where the code says it all. */
  readonly message: string;
}

const MAX_MESSAGE = 500;

export function encodeRequestFailure({ code, message }: RequestFailure): WireFailure {
  return { code, message: foreignLine(message, MAX_MESSAGE) };
}

/** What an agent says went wrong; it is not trusted: bounded, and fit to be written down. A code of a newer agent reads as UNAVAILABLE. */
export function decodeRequestFailure({ code, message }: WireFailure): RequestFailure {
  return { code: isRequestFailureCode(code) ? code : 'UNAVAILABLE', message: foreignLine(message, MAX_MESSAGE) };
}
